import { isObject } from '../../../lib/core/readable/json';

/** What one unit costs, by Regions. */
export interface Price {
  /** Such as `vCPU-hour`. */
  readonly unit: string;
  readonly prices: Readonly<Partial<Record<string, number>>>;
  /** AWS's page of it. */
  readonly source: string;
  /** When it was read there or in a copy, or, if that says so, when AWS published it. */
  readonly date: string;
}

/** The form of prices.json, and of files of the user's own. */
export interface PriceList {
  readonly currency: string;
  readonly prices: Readonly<Partial<Record<string, Price>>>;
}

/**
 * A list with the prices of another one in the place of its own.
 *
 * @param known IDs of prices that there are
 * @returns what is wrong with the other one, if it is no list of prices
 */
export function withOwnPrices(list: PriceList, own: unknown): PriceList | string {
  const wrong = whatIsWrong(own, Object.keys(list.prices));
  if (wrong !== undefined) return wrong;
  const { currency, prices } = own as PriceList;
  const staying = Object.keys(list.prices).find((id) => prices[id] === undefined);
  if (currency !== list.currency && staying !== undefined) return `currency is ${currency}, and ${staying} would stay in ${list.currency}`;
  const merged = Object.entries(list.prices).map(([id, price]) => [id, prices[id] ?? price] as const);
  return { currency, prices: Object.fromEntries(merged) };
}

function whatIsWrong(own: unknown, known: readonly string[]): string | undefined {
  if (!isObject(own)) return 'it is no object';
  const { currency, prices } = own;
  if (typeof currency !== 'string') return 'currency is no text';
  if (!isObject(prices)) return 'prices is no object';
  for (const [id, price] of Object.entries(prices)) {
    if (!known.includes(id)) return `prices.${id} is no price that this command knows: ${known.join(', ')}`;
    if (!isObject(price)) return `prices.${id} is no object`;
    for (const field of ['unit', 'source', 'date']) if (typeof price[field] !== 'string') return `prices.${id}.${field} is no text`;
    const regions = price['prices'];
    if (!isObject(regions)) return `prices.${id}.prices is no object`;
    const bad = Object.entries(regions).find(([, value]) => typeof value !== 'number' || !Number.isFinite(value) || value < 0);
    if (bad !== undefined) return `prices.${id}.prices.${bad[0]} is no number that is 0 or more`;
  }
  return undefined;
}

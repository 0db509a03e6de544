import type { Line } from './count-lines';
import type { PriceList } from './prices';

export interface PricedLine extends Line {
  /** Of one unit; absent: unknown in this Region. */
  readonly unitPrice?: number;
  readonly unit?: string;
  /** Absent: unknown, which is not 0. */
  readonly month?: number;
  readonly source?: string;
  readonly date?: string;
}

export interface Estimate {
  readonly lines: readonly PricedLine[];
  /** Of what is known. */
  readonly total: number;
  /** Whether something is unknown, so that a month costs more than the total. */
  readonly isLeast: boolean;
}

export function estimate(lines: readonly Line[], list: PriceList, region: string): Estimate {
  const priced = lines.map((line) => priceLine(line, list, region));
  return {
    lines: priced,
    total: priced.reduce((sum, { month = 0 }) => sum + month, 0),
    isLeast: priced.some(({ month }) => month === undefined),
  };
}

function priceLine(line: Line, { prices }: PriceList, region: string): PricedLine {
  const price = line.price === undefined ? undefined : prices[line.price];
  const unitPrice = price?.prices[region];
  if (price === undefined || unitPrice === undefined) {
    const reason = line.reason ?? (price === undefined ? 'no price is known' : `no price is known in ${region}`);
    return { ...line, ...(price === undefined ? {} : { unit: price.unit, source: price.source }), reason };
  }
  const { unit, source, date } = price;
  return { ...line, unit, source, date, unitPrice, ...(line.quantity === undefined ? {} : { month: line.quantity * unitPrice }) };
}

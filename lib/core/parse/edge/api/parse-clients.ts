import { defined } from '../../../defined';
import type { DraftRoute } from '../../../edges/kind';
import { REST_API } from '../../../limits/api-gateway';
import { rangeOf } from '../../../limits/limit';
import type { ClientQuota, EdgeAuthorizer, EdgeClient, QuotaPeriod } from '../../../model/topology';
import { checkLabel } from '../../../reading/check-label';
import { Opaque } from '../../../reading/input';
import type { Reader } from '../../../reading/reader';
import { parseThrottle } from './parse-throttle';

const FIELDS = ['throttle', 'quota', 'apiKey'] as const;
const PERIODS: readonly QuotaPeriod[] = ['DAY', 'WEEK', 'MONTH'];

const ASK_FOR_KEYS = 'set apiKeyRequired: true on the edge or on routes, beside their authorizer';

/** The clients of an API that knows them by keys, sorted by name; undefined: there are none. */
export function parseClients(at: Reader): readonly EdgeClient[] | undefined {
  if (at.absent) return undefined;
  const entries = [...at.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  if (at.empty) at.fail('MISSING', 'there is no client in it', { fix: 'add one, such as acme: { quota: { … } }, or remove it' });
  return entries.flatMap(([name, client]) => parseClient(name, client) ?? []);
}

function parseClient(name: string, at: Reader): EdgeClient | undefined {
  const named = checkLabel(name, at, 'a client');
  at.required('a client', 'remove the entry, or write {} for a client with a key and no limits of its own');
  if (!at.checkFields(FIELDS)) return undefined;
  const keyAt = at.field('apiKey');
  keyAt.checkInstance('an apigateway.IApiKey', ['keyId'], 'use ApiKey.fromApiKeyId(), or leave it out: a key is then created');
  const throttle = parseThrottle(at.field('throttle'));
  const quota = parseQuota(at.field('quota'));
  return named ? { name, ownKey: !keyAt.absent, ...defined({ throttle, quota }) } : undefined;
}

function parseQuota(at: Reader): ClientQuota | undefined {
  if (!at.checkFields(['limit', 'period'])) return undefined;
  const limit = at
    .field('limit')
    .required('the number of requests', 'such as limit: 100_000')
    .number({ ...rangeOf(REST_API.quota), unit: 'requests' });
  const period = at
    .field('period')
    .required('the time in which they may be sent', 'such as period: Period.MONTH')
    .oneOf(
      PERIODS,
      'a Period',
      PERIODS.map((each) => `Period.${each}`),
    );
  return limit === undefined || period === undefined ? undefined : { limit, period };
}

/**
 * API Gateway takes a key in one usage plan of a stage, and finds the second one while it deploys.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-create-usage-plans.html
 */
export function checkKeysOfClients(at: Reader, keys: readonly Reader[]): void {
  const owners = new Map<unknown, string>();
  for (const item of keys) owners.set(idOf(item), item.path);
  for (const client of at.values()) {
    const keyAt = client.field('apiKey');
    const id = idOf(keyAt);
    if (id === undefined) continue;
    const owner = owners.get(id);
    owners.set(id, owner ?? keyAt.path);
    if (owner !== undefined)
      keyAt.fail('CONFLICT', `${owner} is the same key, and a key can have the limits of one alone`, {
        got: null,
        fix: 'give each client a key of its own, or leave apiKey out: a key is then created',
      });
  }
}

/** What two objects of one key have in common. */
function idOf({ value }: Reader): unknown {
  if (!(value instanceof Opaque)) return undefined;
  return value.read('keyId') ?? value.object;
}

/** Keys that nobody asks for, and routes that ask for keys that nobody has. */
export function checkClientsUsed(
  at: Reader,
  clients: readonly EdgeClient[] | undefined,
  drafts: readonly DraftRoute[],
  authorizers: readonly EdgeAuthorizer[],
): void {
  const asked = drafts.filter(({ route }) => route.apiKeyRequired === true);
  const keys = authorizers.some(({ kind }) => kind === 'apiKey');
  if (clients !== undefined && clients.length > 0 && asked.length === 0)
    at.fail('NO_EFFECT', 'no route asks for an API key, so nobody is known as a client, and no limit of a client holds', {
      got: null,
      fix: ASK_FOR_KEYS,
    });
  const [first] = asked;
  if (at.absent && first !== undefined && !keys)
    at.fail('MISSING', `"${first.route.key}" asks for an API key, and nobody has one`, {
      fix: 'name the clients, such as clients: { acme: {} }',
    });
}

/** Whether a route asks for a key: what it says, or else the edge; always where the key is all that is asked for. */
export function parseKeyRequired(at: Reader, ofEdge: boolean, authorizer: EdgeAuthorizer | undefined): boolean {
  const own = at.boolean();
  if (authorizer?.kind !== 'apiKey') return own ?? ofEdge;
  if (own === false)
    at.fail('CONFLICT', 'Authorizer.apiKey() asks for an API key', {
      fix: 'remove it, or choose another authorizer, such as Authorizer.none() for a public route',
    });
  return true;
}

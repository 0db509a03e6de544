import { identityHeadersOf } from '../../model/identity-headers';
import type { ClientThrottle, EdgeAuthorizer } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { suggest } from '../../reading/reader';

const FIELDS = ['identityHeader', 'rateLimit', 'burstLimit', 'maxClients'] as const;

/** Far more than a task of the default size serves, at a few hundred bytes each. */
const MAX_CLIENTS = { min: 1, max: 100_000 };
const DEFAULT_MAX_CLIENTS = 10_000;

/**
 * @param authorizers those that routes use
 * @param shared headers in which all clients have one value
 */
export function parseClientThrottle(
  at: Reader,
  authorizers: readonly EdgeAuthorizer[],
  shared: readonly string[] = [],
): ClientThrottle | undefined {
  if (at.absent || !at.checkFields(FIELDS)) return undefined;
  const known = identityHeadersOf({ authorizers }).filter((header) => !shared.includes(header));
  const header = parseHeader(at.field('identityHeader'), known);
  const rateLimit = at
    .field('rateLimit')
    .required("a client's requests a second, in the long run,", 'such as rateLimit: 5')
    .number({ min: 0.01, max: 1_000_000, unit: 'requests a second', integer: false });
  const burstLimit = at
    .field('burstLimit')
    .required("a client's requests that may arrive at once", 'such as burstLimit: 20')
    .number({ min: 1, max: 1_000_000, unit: 'requests' });
  const maxClients = at.field('maxClients').number({ ...MAX_CLIENTS, unit: 'clients' }) ?? DEFAULT_MAX_CLIENTS;
  if (header === undefined || rateLimit === undefined || burstLimit === undefined) return undefined;
  return { header, rateLimit, burstLimit, maxClients };
}

function parseHeader(at: Reader, known: readonly string[]): string | undefined {
  const name = at.required('the header that tells clients apart', "such as identityHeader: 'x-user-id'").string()?.toLowerCase();
  if (name === undefined || known.includes(name)) return name;
  at.fail('NO_EFFECT', 'no authorizer of a route of this edge sets this header, so it tells no clients apart', {
    ...(known.length === 0
      ? { fix: 'let an authorizer tell who the client is, such as by claimsToHeaders: { "x-user-id": "sub" } of Authorizer.jwt()' }
      : suggest(name, known)),
  });
  return undefined;
}

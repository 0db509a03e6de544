import { DEFAULT_EDGE } from '../../../lib/core/model/edge-names';
import type { KnownValues } from '../template/intrinsics';
import type { Template } from '../template/template';
import type { Authorize } from './authorization';
import type { ClientRequest } from './client-request';
import { API_HOST, CLIENT_ADDRESS } from './client-request';
import { httpApis } from './http-api';
import type { Meter } from './limits';
import type { Answered, Api, Readings, Sent } from './model';
import { USUAL_READINGS } from './model';
import { restApis } from './rest-api';

/** A request as it comes out of the VPC link. */
export interface FromLink {
  readonly kind: 'sent';
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly waits: Pick<Sent, 'timeoutMs' | 'streamed' | 'late' | 'cache' | 'cors'>;
}

/** The API of an edge of a template, of either kind. */
export function apiOf(
  template: Template,
  readings: Partial<Readings> = {},
  edge = DEFAULT_EDGE,
  { meter, values = {} }: { readonly meter?: Meter | undefined; readonly values?: KnownValues } = {},
): Api {
  const apis = [...httpApis(template, { ...USUAL_READINGS, ...readings }, meter, values), ...restApis(template, meter, values)];
  const [api, second] = apis.filter((each) => each.edge === edge);
  if (api === undefined || second !== undefined)
    throw new Error(
      `one API with a VPC link should be that of the edge "${edge}"; those there are of ${apis.map((each) => each.edge).join()}`,
    );
  return api;
}

/** What API Gateway does with a request, what it adds of itself included. */
export function passThrough(api: Api, request: ClientRequest, authorize?: Authorize): FromLink | Answered {
  const { method = 'GET', headers = {}, apiHost = API_HOST, address = CLIENT_ADDRESS, unmapped = [] } = request;
  const { host = apiHost, scheme = { name: 'https', port: 443 } } = request;
  const outcome = api.take(request, authorize);
  if (outcome.kind === 'answered') return outcome;
  const { timeoutMs, streamed, late, cache, cors } = outcome;
  const mapped = Object.fromEntries(Object.entries(outcome.headers).filter(([name]) => !unmapped.includes(name)));
  // A header that is overwritten is so in every case of letters.
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !(name.toLowerCase() in mapped)));
  return {
    kind: 'sent',
    method,
    path: outcome.path,
    waits: { timeoutMs, streamed, late, ...(cache && { cache }), ...(cors && { cors }) },
    headers: {
      ...kept,
      // What API Gateway adds of itself, and lets nobody map.
      forwarded: `by=198.51.100.1;for=${address.includes(':') ? `"[${address}]"` : address};host=${host};proto=${scheme.name}`,
      'x-forwarded-for': [headers['x-forwarded-for'], address].filter((value) => value !== undefined).join(', '),
      'x-forwarded-port': String(scheme.port),
      'x-forwarded-proto': scheme.name,
      via: 'HTTP/1.1 AmazonAPIGateway',
      ...mapped,
    },
  };
}

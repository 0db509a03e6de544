import type { Template } from '../runner';
import type { ClientRequest } from './client-request';
import { API_HOST, CLIENT_ADDRESS } from './client-request';
import { httpApi } from './http-api';
import type { Answered, Api, Readings } from './model';
import { USUAL_READINGS } from './model';
import { restApi } from './rest-api';

/** A request as it comes out of the VPC link. */
export interface FromLink {
  readonly kind: 'sent';
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** The API of a template, of either kind. */
export function apiOf(template: Template, readings: Partial<Readings> = {}): Api {
  const api = httpApi(template, { ...USUAL_READINGS, ...readings }) ?? restApi(template);
  if (api === undefined) throw new Error('the template has no API with a VPC link');
  return api;
}

/** What API Gateway does with a request, what it adds of itself included. */
export function passThrough(api: Api, request: ClientRequest): FromLink | Answered {
  const { method = 'GET', headers = {}, host = API_HOST, unmapped = [] } = request;
  const outcome = api.take(request);
  if (outcome.kind === 'answered') return outcome;
  return {
    kind: 'sent',
    method,
    path: outcome.path,
    headers: {
      ...headers,
      // What API Gateway adds of itself, and lets nobody map.
      forwarded: `by=198.51.100.1;for=${CLIENT_ADDRESS};host=${host};proto=https`,
      'x-forwarded-for': [headers['x-forwarded-for'], CLIENT_ADDRESS].filter((value) => value !== undefined).join(', '),
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      via: 'HTTP/1.1 AmazonAPIGateway',
      ...Object.fromEntries(Object.entries(outcome.headers).filter(([name]) => !unmapped.includes(name))),
    },
  };
}

/** A system of many services: 150 behind one gateway with 300 routes, a hub that calls 100 of them, and two that nearly all call. */
import { App, Stack } from 'aws-cdk-lib';
import type { RouteProps, ServiceProps } from '../../../lib';
import { Authorizer, Edge, Microservices, Tracing } from '../../../lib';
import type { Template } from '../runner';
import { image, templateOf } from './synthesize';

const SERVICES = 150;
const CALLEES = 100;
/** How many of the services call `users`; the others call `auth`. */
const CALLERS_OF_USERS = 70;

export const LARGE_NAMES: readonly string[] = Array.from({ length: SERVICES }, (_, index) => `s${String(index).padStart(3, '0')}`);
/** Those that `hub` calls. */
export const LARGE_CALLEES: readonly string[] = LARGE_NAMES.slice(0, CALLEES);

/** Two for each service, with two protections, and one that takes the rest. */
export const LARGE_ROUTES: readonly { readonly key: string; readonly service: string }[] = [
  ...LARGE_NAMES.slice(1).flatMap((service) => [
    { key: `GET /${service}/{id}`, service },
    { key: `ANY /${service}/{id}/items/{proxy+}`, service },
  ]),
  { key: 'GET /s000', service: 's000' },
  { key: 'ANY /{proxy+}', service: 's000' },
];

/** It fits into no single stack; what is looked at is what runs. */
export function large(): Template {
  const stack = new Stack(new App({ context: { '@aws-cdk/core:stackResourceLimit': 0 } }), 'E2e');
  const service = (name: string, calls: string[] = []): readonly [string, ServiceProps] => [
    name,
    { image: image(name.startsWith('s') ? 'service' : name), port: 8080, calls },
  ];
  const routes = LARGE_ROUTES.map(
    ({ key, service: to }): readonly [string, RouteProps & { authorizer?: ReturnType<typeof Authorizer.iam> }] => [
      key,
      { service: to, ...(key.startsWith('ANY') ? { authorizer: Authorizer.iam() } : {}) },
    ],
  );
  new Microservices(stack, 'Shop', {
    tracing: Tracing.none(),
    services: Object.fromEntries([
      ...LARGE_NAMES.map((name, index) => service(name, [index < CALLERS_OF_USERS ? 'users' : 'auth'])),
      service('users'),
      service('auth'),
      service('hub', [...LARGE_CALLEES]),
    ]),
    edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: Object.fromEntries(routes), gateway: { desiredCount: 1 } }),
  });
  return templateOf(stack);
}

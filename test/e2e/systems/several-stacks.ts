/** A shop in two nested stacks, a stack of the user's, and the stack of the system, with calls between all of them. */
import { App, Stack } from 'aws-cdk-lib';
import type { ServiceProps } from '../../../lib';
import { Microservices, Placement, Tracing } from '../../../lib';
import type { ImageRule, Template } from '../runner';
import { standIns } from '../runner';
import { image, templateOf } from './synthesize';

/** Services that are deployed before callees in later stacks go on soon. */
const agent = standIns.agent({ MESH_AWAIT_SECONDS: '3' });

export const SEVERAL_STACKS_IMAGES: readonly ImageRule[] = [standIns.envoy(), agent, standIns.relay('example/relay', 8080)];

/** Whom each service calls. Payments, orders and carts call each other in a circle, and so do orders and carts. */
export const CALLS = {
  ui: ['orders', 'payments'],
  catalog: [],
  orders: ['carts', 'catalog'],
  carts: ['orders', 'payments'],
  payments: ['orders', 'catalog'],
} as const;
export type ServiceName = keyof typeof CALLS;
export const SERVICES = Object.keys(CALLS) as readonly ServiceName[];

/** Where each service stands; in the stack of the system if nothing says so. */
const GROUPS: { readonly [service in ServiceName]?: string } = { orders: 'sales', carts: 'baskets', payments: 'money' };
const COUNTS: { readonly [service in ServiceName]?: number } = { orders: 2, payments: 2 };

export const addressOf = (service: ServiceName): string => `${service}.shop.internal:15080`;

export function severalStacks(): Template {
  const app = new App();
  const system = new Stack(app, 'System');
  const groups = { sales: Placement.nestedStack(), baskets: Placement.nestedStack(), money: Placement.stack(new Stack(app, 'Money')) };
  new Microservices(system, 'Shop', {
    groups,
    services: Object.fromEntries(SERVICES.map((service) => [service, propsOf(service)])),
    tracing: Tracing.none(),
  });
  return templateOf(system);
}

function propsOf(service: ServiceName): ServiceProps {
  const calls: readonly ServiceName[] = CALLS[service];
  return {
    image: image('relay'),
    port: 8080,
    calls: [...calls],
    environment: Object.fromEntries(calls.map((callee) => [callee.toUpperCase(), `http://${addressOf(callee)}`])),
    desiredCount: COUNTS[service] ?? 1,
    ...(GROUPS[service] === undefined ? {} : { group: GROUPS[service] }),
  };
}

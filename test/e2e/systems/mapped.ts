/** A system whose map has something of everything: an edge, a chain, versions, an external service. */
import { App, Stack } from 'aws-cdk-lib';
import type { ServiceProps } from '../../../lib';
import { Authorizer, Edge, Microservices, Tracing } from '../../../lib';
import { flakyServer } from '../flaky-server';
import type { ImageRule, Template } from '../runner';
import { standIns } from '../runner';
import { image, templateOf } from './synthesize';

export const MAPPED_IMAGES: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.agent(),
  standIns.relay('example/relay', 8080),
  flakyServer('example/flaky'),
];

const relay = (...calls: string[]): ServiceProps => ({
  image: image('relay'),
  port: 8080,
  calls,
  environment: Object.fromEntries(calls.map((name) => [name.toUpperCase(), `http://${name}.shop.internal:15080`])),
});
const flaky: ServiceProps = { image: image('flaky'), port: 8080 };

/** @param outdir where the commands find it */
export function mapped(outdir: string): Template {
  const app = new App({ outdir, context: { 'aws:cdk:enable-path-metadata': true } });
  const stack = new Stack(app, 'Shop');
  new Microservices(stack, 'Shop', {
    tracing: Tracing.none(),
    services: {
      ui: relay('catalog', 'carts', 'checkout'),
      catalog: { ...flaky, desiredCount: 2 },
      carts: { ...flaky, allow: [{ callers: ['ui'], paths: ['/items/*', '/status/*', '/wait/*'] }] },
      checkout: { ...relay('orders'), calls: ['orders', 'bank'] },
      orders: { ...flaky, versions: { stable: { weight: 90 }, next: { weight: 10 } } },
    },
    external: { bank: { host: 'bank.example.com', port: 443 } },
    edge: Edge.httpApi({
      authorizer: Authorizer.none(),
      routes: { 'GET /catalog/{proxy+}': { service: 'catalog' }, 'ANY /{proxy+}': { service: 'ui' } },
      gateway: { desiredCount: 1 },
    }),
  });
  return templateOf(stack);
}

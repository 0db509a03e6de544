/** A system whose metrics, dashboard and alarms are all on: an edge, a chain, versions, an external service. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import type { ServiceProps } from '../../../lib';
import { Authorizer, Edge, Microservices, Timeout, Tracing } from '../../../lib';
import { flakyServer } from '../flaky-server';
import type { ImageRule, Template } from '../runner';
import { standIns } from '../runner';
import { image, templateOf } from './synthesize';

/** How often tasks report, in place of once a minute. */
export const MINUTE_SECONDS = 2;

/** @param agent more of its settings */
export function measuredImages(agent: Readonly<Record<string, string>> = {}): readonly ImageRule[] {
  return [
    standIns.envoy(),
    standIns.agent({ MESH_METRICS_SECONDS: String(MINUTE_SECONDS), ...agent }),
    standIns.relay('example/relay', 8080),
    flakyServer('example/flaky'),
  ];
}

const relay = (...calls: string[]): ServiceProps => ({
  image: image('relay'),
  port: 8080,
  calls,
  environment: Object.fromEntries(calls.map((name) => [name.toUpperCase(), `http://${name}.shop.internal:15080`])),
});
const flaky: ServiceProps = { image: image('flaky'), port: 8080 };

export function measured(): Template {
  const stack = new Stack(new App(), 'E2e');
  new Microservices(stack, 'Shop', {
    tracing: Tracing.none(),
    services: {
      ui: relay('catalog', 'carts', 'orders'),
      catalog: { ...flaky, desiredCount: 2 },
      carts: {
        ...flaky,
        circuitBreaker: { maxRequests: 10 },
        // Shorter than a minute, as it is here: requests to a task that is gone fail in each of them.
        timeout: Timeout.perRequest(Duration.millis(1500)),
        allow: [{ callers: ['ui'], paths: ['/items/*', '/status/*', '/wait/*'] }],
      },
      orders: { ...flaky, versions: { stable: { weight: 50 }, next: { weight: 50 } } },
    },
    edge: Edge.httpApi({
      authorizer: Authorizer.none(),
      routes: { 'ANY /{proxy+}': { service: 'ui' } },
      gateway: { desiredCount: 1 },
    }),
    observability: {
      metrics: true,
      dashboard: {},
      alarms: { services: { orders: { latency: Duration.millis(500) } } },
    },
  });
  return templateOf(stack);
}

/** A service with versions whose weights move by themselves, and one that calls it. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import type { ServiceProps } from '../../../lib';
import { Mesh, Microservices, Shift, Tracing } from '../../../lib';
import { flakyServer } from '../flaky-server';
import type { ImageRule, Template } from '../runner';
import { standIns } from '../runner';
import { quicker } from './deployed-shop';
import { image, templateOf } from './synthesize';

/** How often tasks report, in place of once a minute. */
const REPORT_SECONDS = 1;

const comparison = { minRequests: 50 };

/** Five steps of two checks. */
const STEPS = Shift.linear({ step: 20, every: Duration.minutes(2), comparison });

/** The same first step, looked at for longer than any machine takes to see what it was like. */
export const ONE_LONG_STEP = Shift.linear({ step: 20, every: Duration.minutes(60), comparison });

export const SHIFTED_IMAGES: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.agent({ MESH_METRICS_SECONDS: String(REPORT_SECONDS) }),
  standIns.relay('example/relay', 8080),
  flakyServer('example/flaky'),
];

/** @param weights of v1 and v2 */
export function shifted([v1, v2]: readonly [number, number], change: Partial<ServiceProps> = {}): Template {
  const stack = new Stack(new App(), 'E2e');
  new Microservices(stack, 'Shop', {
    tracing: Tracing.none(),
    services: {
      ui: { image: image('relay'), port: 8080, calls: ['orders'] },
      orders: {
        image: image('flaky'),
        port: 8080,
        versions: { v1: { weight: v1 }, v2: { weight: v2 } },
        shift: STEPS,
        ...change,
      },
    },
    mesh: Mesh.envoy({ weightsInterval: Duration.seconds(1) }),
  });
  return quicker(templateOf(stack));
}

import { portsOf } from '../../../../lib/core/edges/alb/ports';
import { Opaque } from '../../../../lib/core/reading/input';
import { mesh, service } from '../../../support/parsing';
import type { Raw } from '../../../support/parsing';
import type { Mistakes } from './mistake';

const group = new Opaque({ connections: {} });
const endpoint = (prometheus: unknown, ui: Raw = {}, more: Raw = {}): Raw =>
  mesh({ ui: service(ui) }, { observability: { prometheus }, ...more });
const onPort = (port: unknown): Raw => endpoint({ openTo: [group], port });

/** The endpoint that Prometheus scrapes. */
export const PROMETHEUS_MISTAKES: Mistakes = {
  MISSING: [
    { did: 'opens metrics to nobody', props: endpoint({ openTo: [] }), path: 'observability.prometheus.openTo' },
    { did: 'does not say who scrapes', props: endpoint({}), path: 'observability.prometheus.openTo' },
  ],
  WRONG_TYPE: [
    { did: 'opens metrics to an address', props: endpoint({ openTo: ['10.0.0.0/8'] }), path: 'observability.prometheus.openTo[0]' },
  ],
  OUT_OF_RANGE: [{ did: 'has metrics on a port that Envoy cannot bind', props: onPort(90), path: 'observability.prometheus.port' }],
  RESERVED_PORT: [
    { did: "has metrics on Envoy's admin port", props: onPort(9901), path: 'observability.prometheus.port' },
    { did: 'has metrics where calls come in', props: onPort(15_006), path: 'observability.prometheus.port' },
    { did: 'has metrics where services are called', props: onPort(15_080), path: 'observability.prometheus.port' },
    { did: 'has metrics where ports of services are called', props: onPort(15_200), path: 'observability.prometheus.port' },
    { did: 'has metrics where gateways take requests', props: onPort(8080), path: 'observability.prometheus.port' },
    {
      did: 'has an application where metrics are',
      props: endpoint({ openTo: [group] }, { port: 15_090 }),
      path: 'services.ui.port',
    },
    {
      did: 'has a virtual port where metrics are',
      props: endpoint({ openTo: [group], port: 9464 }, { virtualPort: 9464 }),
      path: 'services.ui.virtualPort',
    },
    {
      did: 'has metrics where a load balancer sends requests',
      props: endpoint(
        { openTo: [group], port: portsOf(['none'])[0]?.port },
        {},
        {
          edge: {
            kind: 'alb',
            certificate: new Opaque({ certificateArn: 'arn' }),
            authorizer: { kind: 'none' },
            routes: { 'ANY /{proxy+}': { service: 'ui' } },
          },
        },
      ),
      path: 'observability.prometheus.port',
    },
  ],
};

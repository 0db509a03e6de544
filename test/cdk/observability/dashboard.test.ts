import { Duration } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Authorizer, Edge, Microservices, Protocol } from '../../../lib';
import type { MicroservicesProps, ObservabilityProps } from '../../../lib';
import { build, resourcesOf, service, taskConfigOf } from '../../support/stack';
import type { Built } from '../../support/stack';

test('x', () => {
  const built = build((stack) => ({
    services: {
      ui: service({ calls: ['orders', 'db'] }),
      orders: service({ calls: ['db'] }),
      db: service({ protocol: Protocol.TCP }),
    },
    edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } } }),
    observability: { metrics: true, dashboard: {}, alarms: { actions: [new SnsAction(new Topic(stack, 'T'))], services: { orders: { latency: Duration.millis(300) } } } },
  }));
  const resources = Object.entries(resourcesOf(built.template)).filter(([, { Type }]) => Type.startsWith('AWS::CloudWatch'));
  for (const [id, r] of resources) console.log(id, JSON.stringify(r, null, 1).slice(0, 6000));
  console.log(JSON.stringify(taskConfigOf(built.template, 'ui').variables));
  console.log(JSON.stringify(taskConfigOf(built.template, 'gateway').variables));
});

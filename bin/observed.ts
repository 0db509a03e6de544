import { App } from 'aws-cdk-lib';
import { ObservedStack } from '../examples/observed-stack';

const app = new App();
new ObservedStack(app, 'Tickets', {
  description: 'A ticket office on cdk-ecs-microservices, with all that observes it',
  // Where the VPC and the Prometheus server stand.
  env: { account: '111122223333', region: 'eu-west-1' },
});

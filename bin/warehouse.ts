import { App } from 'aws-cdk-lib';
import { WarehouseStack } from '../examples/warehouse-stack';

const app = new App();
new WarehouseStack(app, 'Warehouse', {
  description: "A company's warehouse on cdk-ecs-microservices",
  // Where what it has already stands.
  env: { account: '111122223333', region: 'eu-west-1' },
});

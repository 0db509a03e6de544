import { App } from 'aws-cdk-lib';
import { ShopStack } from '../examples/shop-stack';

const app = new App();
new ShopStack(app, 'Shop', { description: 'The AWS retail store sample on cdk-ecs-microservices' });

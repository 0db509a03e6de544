import { App } from 'aws-cdk-lib';
import { BoutiqueStack } from '../examples/boutique-stack';

const app = new App();
new BoutiqueStack(app, 'Boutique', { description: 'Online Boutique on cdk-ecs-microservices' });

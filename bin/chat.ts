import { App } from 'aws-cdk-lib';
import { ChatStack } from '../examples/chat-stack';

const app = new App();
new ChatStack(app, 'Chat', { description: 'A small chat on cdk-ecs-microservices' });

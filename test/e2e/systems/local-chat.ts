import { App, Stack } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { Authorizer, Edge, Microservices } from '../../../lib';
import { CONTAINER_IMAGES } from '../containers';

/** A chat behind a WebSocket API that runs locally: `cdk synth` writes it into a directory. */
export function synthesizeLocalChat(outdir: string): void {
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Chat');
  const handler = Function.fromFunctionArn(stack, 'CheckToken', 'arn:aws:lambda:eu-west-1:123456789012:function:check-token');
  const chat = { service: 'chat' };
  const system = new Microservices(stack, 'Chat', {
    services: {
      chat: { image: ContainerImage.fromRegistry(CONTAINER_IMAGES.programs), command: ['/programs/chat-server.js', '8080'], port: 8080 },
    },
    edge: Edge.webSocketApi({
      authorizer: Authorizer.lambda({ handler, identityQueryParameter: 'token', contextToHeaders: { 'x-user-name': 'principalId' } }),
      routes: {
        $connect: chat,
        $disconnect: chat,
        $default: chat,
        say: { ...chat, path: '/say' },
        echo: { ...chat, routeResponse: true },
      },
    }),
  });
  system.edge().grantManageConnections(system.service('chat'));
  app.synth();
}

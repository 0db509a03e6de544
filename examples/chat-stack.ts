import { join } from 'node:path';
import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import type { CfnElement, StackProps } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Function } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { Authorizer, Edge, Microservices } from '../lib';

/**
 * A small chat: browsers keep a WebSocket to API Gateway open, the service `chat` gets what they say as HTTP requests, and sends it to all
 * others by the API of their connections.
 */
export class ChatStack extends Stack {
  readonly chat: Microservices;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    // It is there already, and checks the tokens of all programs of the company: its `principalId` is the name of the user.
    const checkToken = Function.fromFunctionAttributes(this, 'CheckToken', {
      functionArn: this.formatArn({ service: 'lambda', resource: 'function:check-token' }),
      sameEnvironment: true,
    });
    this.chat = new Microservices(this, 'Chat', {
      services: {
        // It remembers the connections in its memory, so there is one of it; a larger chat has them in a table.
        chat: { image: ContainerImage.fromAsset(join(__dirname, 'chat')), port: 8080, desiredCount: 1 },
      },
      edge: Edge.webSocketApi({
        // A browser sends no headers of its own when it connects.
        authorizer: Authorizer.lambda({
          handler: checkToken,
          identityQueryParameter: 'token',
          contextToHeaders: { 'x-user-name': 'principalId' },
        }),
        throttle: { rateLimit: 100, burstLimit: 200 },
        routes: {
          $connect: { service: 'chat' },
          $disconnect: { service: 'chat' },
          // {"action": "say", "text": "…"}
          say: { service: 'chat', path: '/say' },
          // All other messages get a message back that says what is wrong.
          $default: { service: 'chat', routeResponse: true },
        },
      }),
    });
    this.chat.edge().grantManageConnections(this.chat.service('chat'));
    new CfnOutput(this, 'Url', { value: this.chat.edge().url });
    this.acknowledgeChoices();
  }

  /** What this system chooses, for the packs of cdk-nag: the library acknowledges only what it decides itself. */
  private acknowledgeChoices(): void {
    const { webSocketApi } = this.chat.edge();
    if (webSocketApi === undefined) return;
    const api = this.getLogicalId(webSocketApi.node.defaultChild as CfnElement);
    Validations.of(this.chat.service('chat').taskRole).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${api}>/prod/*/@connections/*]`,
      reason: 'It sends messages to whoever is connected, so to any connection of this one API.',
    });
    Validations.of(webSocketApi).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The authorizer decides where a client connects: API Gateway has none for messages.',
    });
  }
}

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Edge, Microservices } from '../../lib';
import type { IHttpApiAuthorizer, IMicroservice, IRestApiAuthorizer, MicroservicesProps, ServiceProps } from '../../lib';
import { service } from './stack';
import flags from '../../cdk.json';

/** An app of two stacks: the mesh stands in one, and what a form names in the other. */
export class TwoStacks {
  readonly app = new App({ context: flags.context });
  readonly data = new Stack(this.app, 'Data');
  readonly shop = new Stack(this.app, 'Shop');

  mesh(props: Partial<MicroservicesProps> = {}, orders: Partial<ServiceProps> = {}): Microservices {
    return new Microservices(this.shop, 'Shop', { services: { orders: service(orders), ui: service({ calls: ['orders'] }) }, ...props });
  }

  /** The service `orders`. */
  orders(): IMicroservice {
    return this.mesh().service('orders');
  }

  /** With the VPC that the mesh has created: the other stack refers to that of the mesh. */
  ordersWhoseVpcIsUsed(): IMicroservice {
    const mesh = this.mesh();
    new ec2.SecurityGroup(this.data, 'Used', { vpc: mesh.vpc });
    return mesh.service('orders');
  }

  http(authorizer: IHttpApiAuthorizer, props: Partial<MicroservicesProps> = {}): Microservices {
    return this.mesh({ ...props, edge: Edge.httpApi({ authorizer, routes: { 'GET /': { service: 'orders' } } }) });
  }

  rest(authorizer: IRestApiAuthorizer, props: Partial<MicroservicesProps> = {}): Microservices {
    return this.mesh({ ...props, edge: Edge.restApi({ authorizer, routes: { 'GET /': { service: 'orders' } } }) });
  }

  vpc(): ec2.Vpc {
    return new ec2.Vpc(this.data, 'Vpc');
  }

  key(): kms.Key {
    return new kms.Key(this.data, 'Key');
  }

  database(vpc: ec2.IVpc): rds.DatabaseInstance {
    return new rds.DatabaseInstance(this.data, 'Database', { engine: rds.DatabaseInstanceEngine.POSTGRES, vpc });
  }

  function(props: Partial<lambda.FunctionProps> = {}): lambda.Function {
    const code = lambda.Code.fromInline('exports.handler = () => {}');
    return new lambda.Function(this.data, 'Function', { code, handler: 'index.handler', runtime: lambda.Runtime.NODEJS_22_X, ...props });
  }

  secret(props: secretsmanager.SecretProps = {}): secretsmanager.Secret {
    return new secretsmanager.Secret(this.data, 'Secret', props);
  }

  /** Fails if the two stacks depend on each other. */
  templates(): Readonly<Record<'data' | 'shop', Template>> {
    this.app.synth();
    return { data: Template.fromStack(this.data), shop: Template.fromStack(this.shop) };
  }
}

export type Place = 'data' | 'shop';

/** What the CDK writes for a value of the other stack. */
export function ofOtherStack(name: string): unknown {
  return { 'Fn::GetStackOutput': expect.objectContaining({ OutputName: expect.stringContaining(name) as string }) as unknown };
}

export function table(scope: Stack): dynamodb.Table {
  return new dynamodb.Table(scope, 'Table', { partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING } });
}

export function pool(scope: Stack): cognito.UserPool {
  return new cognito.UserPool(scope, 'Pool');
}

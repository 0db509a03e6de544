import { Annotations, CfnOutput, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { HealthCheck } from 'aws-cdk-lib/aws-ecs';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { Mesh } from '../lib';
import { Authorizer, Edge, Microservices, Timeout } from '../lib';
import { PARTNERS } from './shop-partners';

export interface ShopStackProps extends StackProps {
  /** What carries the calls. @default Mesh.envoy() */
  readonly mesh?: Mesh;

  /** Whether there is a REST API for partners. @default true */
  readonly partners?: boolean;
}

/**
 * The AWS retail store sample: five services over HTTP, a public web shop behind an HTTP API, and a REST API for partners who sell from
 * the same catalog.
 * https://github.com/aws-containers/retail-store-sample-app
 */
export class ShopStack extends Stack {
  readonly shop: Microservices;

  constructor(scope: Construct, id: string, props: ShopStackProps = {}) {
    super(scope, id, props);

    const { mesh, partners = true } = props;
    this.shop = new Microservices(this, 'Shop', {
      ...(mesh === undefined ? {} : { mesh }),
      services: {
        ui: {
          image: image('ui'),
          port: 8080,
          calls: ['catalog', 'carts', 'checkout', 'orders'],
          environment: {
            RETAIL_UI_ENDPOINTS_CATALOG: 'http://catalog.shop.internal:15080',
            RETAIL_UI_ENDPOINTS_CARTS: 'http://carts.shop.internal:15080',
            RETAIL_UI_ENDPOINTS_CHECKOUT: 'http://checkout.shop.internal:15080',
            RETAIL_UI_ENDPOINTS_ORDERS: 'http://orders.shop.internal:15080',
          },
          healthCheck: answers('/actuator/health'),
          scaling: { minCapacity: 2, maxCapacity: 6 },
        },
        catalog: { image: image('catalog'), port: 8080, healthCheck: answers('/health'), timeout: Timeout.perRequest(Duration.seconds(2)) },
        carts: { image: image('cart'), port: 8080, healthCheck: answers('/actuator/health') },
        checkout: {
          image: image('checkout'),
          port: 8080,
          calls: ['orders'],
          environment: { RETAIL_CHECKOUT_ENDPOINTS_ORDERS: 'http://orders.shop.internal:15080' },
          healthCheck: answers('/health'),
        },
        orders: { image: image('orders'), port: 8080, healthCheck: answers('/actuator/health') },
      },
      edges: {
        default: Edge.httpApi({
          // A web shop is open to everybody; the throttle bounds what that costs.
          authorizer: Authorizer.none(),
          throttle: { rateLimit: 500, burstLimit: 1000 },
          routes: { $default: { service: 'ui' } },
        }),
        ...(partners ? { partners: Edge.restApi(PARTNERS) } : {}),
      },
    });
    new CfnOutput(this, 'Url', { value: this.shop.edge().url });
    if (partners) new CfnOutput(this, 'PartnersUrl', { value: this.shop.edge('partners').url });

    // 4 vCPUs at first; docs/first-deployment.md has the other numbers, and how to raise the quota.
    Annotations.of(this.shop).acknowledgeWarning(
      'cdk-ecs-microservices:fargate-vcpus',
      'A new account, with 6 vCPUs, is enough for the first deployment; before all services are replaced at once, raise the quota.',
    );
    this.acknowledgeChoices(partners);
  }

  /** What this system chooses, for the packs of cdk-nag: the library acknowledges only what it decides itself. */
  private acknowledgeChoices(partners: boolean): void {
    Validations.of(this.shop).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'The environment variables are addresses inside the mesh, no secrets and nothing that differs per deployment.',
    });
    const { httpApi } = this.shop.edge();
    if (httpApi !== undefined)
      Validations.of(httpApi).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'A web shop is open to everybody; it knows its customers by itself, and the throttle bounds what that costs.',
      });
    const restApi = partners ? this.shop.edge('partners').restApi : undefined;
    if (restApi !== undefined)
      Validations.of(restApi).acknowledge(
        {
          id: 'AwsSolutions-APIG2',
          reason: 'Each route says what its requests must have, a body or a parameter; the rule wants one that asks for both.',
        },
        {
          id: 'AwsSolutions-APIG3',
          reason:
            'Orders need a signature and a key, and API Gateway keeps what everybody may read: a web ACL would cost more than it saves.',
        },
        { id: 'AwsSolutions-APIG4', reason: 'The catalog is open to everybody, as in the web shop; orders need a signature.' },
        { id: 'AwsSolutions-APIG6', reason: 'The access log has every request; execution logs would hold the addresses of customers.' },
        { id: 'AwsSolutions-COG4', reason: 'Partners are programs in AWS accounts, which sign requests; there is no user pool.' },
      );
  }
}

function image(name: string): ContainerImage {
  return ContainerImage.fromRegistry(`public.ecr.aws/aws-containers/retail-store-sample-${name}:1.6.2`);
}

function answers(path: string): HealthCheck {
  return {
    command: ['CMD-SHELL', `curl -sf http://localhost:8080${path}`],
    interval: Duration.seconds(10),
    // The Java services take half a minute to start on half a processor.
    startPeriod: Duration.seconds(120),
  };
}

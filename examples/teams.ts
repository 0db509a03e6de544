import { Annotations, CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Authorizer, Edge, Microservices, Placement } from '../lib';

/** An app of two stacks: that of the system, and that of one of its teams. */
export interface TeamsApp {
  readonly root: Stack;
  readonly payments: Stack;
  readonly shop: Microservices;
}

/**
 * A shop of three teams, whose services call each other in all directions. Those of the storefront and of the warehouse stand in a
 * nested stack each; the payments team deploys a stack of its own.
 */
export function teamsApp(app: App): TeamsApp {
  const root = new Stack(app, 'Teams', { description: 'A shop of three teams on cdk-ecs-microservices' });
  const payments = new Stack(app, 'TeamsPayments', { description: 'The services of the payments team' });
  const shop = new Microservices(root, 'Shop', {
    groups: { storefront: Placement.nestedStack(), warehouse: Placement.nestedStack(), payments: Placement.stack(payments) },
    services: {
      web: { ...image('web'), group: 'storefront', calls: ['catalog', 'orders', 'accounts'] },
      catalog: {
        ...image('catalog'),
        group: 'storefront',
        calls: ['stock'],
        versions: { stable: { weight: 95 }, next: { weight: 5 } },
      },
      stock: { ...image('stock'), group: 'warehouse', calls: ['catalog'] },
      shipping: { ...image('shipping'), group: 'warehouse', calls: ['orders', 'invoices'] },
      orders: { ...image('orders'), calls: ['stock', 'shipping', 'invoices'] },
      accounts: { ...image('accounts') },
      invoices: { ...image('invoices'), group: 'payments', calls: ['ledger', 'orders', 'accounts'] },
      ledger: { ...image('ledger'), group: 'payments', calls: ['catalog'] },
    },
    edge: Edge.httpApi({
      group: 'storefront',
      authorizer: Authorizer.none(),
      throttle: { rateLimit: 500, burstLimit: 1000 },
      routes: { $default: { service: 'web' }, 'POST /invoices': { service: 'invoices' } },
    }),
  });
  new CfnOutput(root, 'Url', { value: shop.edge().url });
  Annotations.of(shop).acknowledgeWarning(
    'cdk-ecs-microservices:fargate-vcpus',
    'A new account, with 6 vCPUs, is enough for the first deployment; before all services are replaced at once, raise the quota.',
  );
  const { httpApi } = shop.edge();
  if (httpApi !== undefined)
    Validations.of(httpApi).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'A web shop is open to everybody; it knows its customers by itself, and the throttle bounds what that costs.',
    });
  return { root, payments, shop };
}

function image(name: string): { readonly image: ContainerImage; readonly port: number } {
  return { image: ContainerImage.fromRegistry(`public.ecr.aws/example/${name}:1.0.0`), port: 8080 };
}

/** The retail store of examples/, with programs that speak in place of its images. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Authorizer, Edge, Microservices, Timeout } from '../../../lib';
import type { ImageRule, Template } from '../runner';
import { standIns } from '../runner';
import { templateOf } from './synthesize';

const sample = (name: string): string => `public.ecr.aws/aws-containers/retail-store-sample-${name}`;

export const SHOP_IMAGES: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.xrayCollector(),
  standIns.relay(sample('ui'), 8080),
  standIns.httpbin(sample('catalog'), 8080),
  standIns.fortio(sample('cart'), 8080),
  standIns.relay(sample('checkout'), 8080),
  standIns.relay(sample('orders'), 8080),
];

export function shop(): Template {
  const stack = new Stack(new App(), 'Shop');
  const image = (name: string): ContainerImage => ContainerImage.fromRegistry(`${sample(name)}:1.6.2`);
  const mesh = new Microservices(stack, 'Shop', {
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
        scaling: { minCapacity: 2, maxCapacity: 6 },
      },
      catalog: { image: image('catalog'), port: 8080, timeout: Timeout.perRequest(Duration.seconds(2)) },
      carts: { image: image('cart'), port: 8080 },
      checkout: { image: image('checkout'), port: 8080, calls: ['orders'], environment: { RETAIL_CHECKOUT_ENDPOINTS_ORDERS: 'http://orders.shop.internal:15080' } },
      orders: { image: image('orders'), port: 8080 },
    },
    edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'ui' } } }),
  });
  const link = new SecurityGroup(stack, 'VpcLink', { vpc: mesh.vpc });
  mesh.gateway?.connections.allowFrom(link, Port.tcp(8080));
  return templateOf(stack);
}

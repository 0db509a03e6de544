/** Online Boutique, with programs that speak in place of its images. */
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { ServiceProps } from '../../../lib';
import { Protocol } from '../../../lib';
import type { ImageRule, Template } from '../runner';
import { standIns } from '../runner';
import { synthesize } from './synthesize';

const SAMPLES = 'us-central1-docker.pkg.dev/google-samples/microservices-demo';

export const BOUTIQUE_IMAGES: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.xrayCollector(),
  standIns.redis('public.ecr.aws/docker/library/redis'),
  standIns.relay(`${SAMPLES}/frontend`, 8080),
  standIns.grpc(new RegExp(`^${SAMPLES}/`), ({ container }) => Number(container.environment['PORT'])),
];

export function boutique(): Template {
  const image = (name: string): ContainerImage => ContainerImage.fromRegistry(`${SAMPLES}/${name}:v0.10.6`);
  const grpc = (name: string, port: number, calls: string[] = [], environment: Record<string, string> = {}): ServiceProps => ({
    image: image(name), port, protocol: Protocol.GRPC, calls, environment: { PORT: String(port), ...environment }, readonlyRootFilesystem: true,
  });
  return synthesize({
    name: 'boutique',
    services: {
      frontend: {
        image: image('frontend'), port: 8080, calls: ['checkoutservice', 'cartservice'], readonlyRootFilesystem: true,
        environment: { CHECKOUT_SERVICE_ADDR: 'checkoutservice.boutique.internal:15080', CART_SERVICE_ADDR: 'cartservice.boutique.internal:15080' },
      },
      checkoutservice: grpc('checkoutservice', 5050, ['cartservice', 'paymentservice'], { CART_SERVICE_ADDR: 'cartservice.boutique.internal:15080', PAYMENT_SERVICE_ADDR: 'paymentservice.boutique.internal:15080' }),
      cartservice: grpc('cartservice', 7070, ['redis-cart'], { REDIS_ADDR: 'redis-cart.boutique.internal:6379' }),
      paymentservice: grpc('paymentservice', 50051),
      'redis-cart': {
        image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/redis:8.2-alpine'),
        port: 6379,
        protocol: Protocol.TCP,
        command: ['redis-server', '--save', '', '--appendonly', 'no'],
        readonlyRootFilesystem: true,
      },
    },
  });
}

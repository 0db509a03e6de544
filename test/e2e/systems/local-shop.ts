import { App, Duration, Stack } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { ServiceProps } from '../../../lib';
import { Authorizer, Edge, Microservices, Timeout } from '../../../lib';
import { CONTAINER_IMAGES } from '../containers';

export interface LocalShopOptions {
  /** How long the ui waits for the catalog. */
  readonly catalogTimeoutMs?: number;
  /** Whether the orders service takes POST, too. */
  readonly ordersTakePosts?: boolean;
  /** In place of the image of the catalog. */
  readonly catalogImage?: string;
}

function relay(calls: readonly string[], more: Partial<ServiceProps> = {}, port = 8080): ServiceProps {
  return {
    image: ContainerImage.fromRegistry(CONTAINER_IMAGES.programs),
    command: ['/programs/relay.js'],
    port,
    environment: {
      PORT: String(port),
      ...Object.fromEntries(calls.map((name) => [`${name.toUpperCase()}_URL`, `http://${name}.shop.internal:15080`])),
    },
    calls: [...calls],
    ...more,
  };
}

/** A system of five tasks that runs locally: `cdk synth` writes it into a directory. */
export function synthesizeLocalShop(
  outdir: string,
  { catalogTimeoutMs = 15_000, ordersTakePosts = false, catalogImage }: LocalShopOptions = {},
): void {
  const app = new App({ outdir, analyticsReporting: false });
  new Microservices(new Stack(app, 'Shop'), 'Shop', {
    services: {
      ui: relay(['catalog', 'orders'], {
        callPolicies: { catalog: { timeout: Timeout.perRequest(Duration.millis(catalogTimeoutMs)) } },
      }),
      catalog: relay([], catalogImage === undefined ? {} : { image: ContainerImage.fromRegistry(catalogImage) }),
      orders: relay(['catalog'], { allow: [{ methods: ordersTakePosts ? ['GET', 'POST'] : ['GET'] }] }),
      stranger: relay([], {}, 3000),
    },
    edge: Edge.httpApi({
      authorizer: Authorizer.jwt({ issuer: 'https://issuer.example', audience: ['shop'] }),
      routes: { 'ANY /{proxy+}': { service: 'ui' }, 'GET /orders/{id}': { service: 'orders', scopes: ['orders/read'] } },
    }),
  });
  app.synth();
}

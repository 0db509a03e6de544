import { join } from 'node:path';
import { Annotations, CfnOutput, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { ContainerImage, CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { Aggregate, Authorizer, Edge, GrpcApi, GrpcMapping, Microservices, Part, Protocol, Timeout } from '../lib';
import type { ServiceProps } from '../lib';

/** What its gRPC services can be asked: the gateway service translates JSON and gRPC-Web by it. */
const api = GrpcApi.fromProtoFiles([join(__dirname, 'protos/demo.proto')]);

const products = 'hipstershop.ProductCatalogService';
const carts = 'hipstershop.CartService';
const currencies = 'hipstershop.CurrencyService';

/**
 * Online Boutique: a web front end, nine gRPC services and a Redis over TCP, behind an HTTP API. Beside the front end's pages, clients get
 * a JSON API, gRPC-Web, and what a home page shows in one answer of several services.
 * https://github.com/GoogleCloudPlatform/microservices-demo
 */
export class BoutiqueStack extends Stack {
  readonly boutique: Microservices;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    this.boutique = new Microservices(this, 'Boutique', {
      services: {
        frontend: {
          ...program('frontend'),
          port: 8080,
          calls: [
            'adservice',
            'cartservice',
            'checkoutservice',
            'currencyservice',
            'productcatalogservice',
            'recommendationservice',
            'shippingservice',
          ],
          environment: {
            PORT: '8080',
            ENABLE_PROFILER: '0',
            AD_SERVICE_ADDR: 'adservice.boutique.internal:15080',
            CART_SERVICE_ADDR: 'cartservice.boutique.internal:15080',
            CHECKOUT_SERVICE_ADDR: 'checkoutservice.boutique.internal:15080',
            CURRENCY_SERVICE_ADDR: 'currencyservice.boutique.internal:15080',
            PRODUCT_CATALOG_SERVICE_ADDR: 'productcatalogservice.boutique.internal:15080',
            RECOMMENDATION_SERVICE_ADDR: 'recommendationservice.boutique.internal:15080',
            SHIPPING_SERVICE_ADDR: 'shippingservice.boutique.internal:15080',
            // Must be set, and is used by one optional page only.
            SHOPPING_ASSISTANT_SERVICE_ADDR: 'localhost:80',
          },
          readonlyRootFilesystem: true,
          desiredCount: 2,
        },
        checkoutservice: grpc(
          'checkoutservice',
          5050,
          ['cartservice', 'currencyservice', 'emailservice', 'paymentservice', 'productcatalogservice', 'shippingservice'],
          {
            CART_SERVICE_ADDR: 'cartservice.boutique.internal:15080',
            CURRENCY_SERVICE_ADDR: 'currencyservice.boutique.internal:15080',
            EMAIL_SERVICE_ADDR: 'emailservice.boutique.internal:15080',
            PAYMENT_SERVICE_ADDR: 'paymentservice.boutique.internal:15080',
            PRODUCT_CATALOG_SERVICE_ADDR: 'productcatalogservice.boutique.internal:15080',
            SHIPPING_SERVICE_ADDR: 'shippingservice.boutique.internal:15080',
          },
        ),
        recommendationservice: {
          ...grpc('recommendationservice', 8080, ['productcatalogservice'], {
            PRODUCT_CATALOG_SERVICE_ADDR: 'productcatalogservice.boutique.internal:15080',
          }),
          ...readsOf('RecommendationService/*'),
        },
        cartservice: {
          ...grpc('cartservice', 7070, ['redis-cart'], { REDIS_ADDR: 'redis-cart.boutique.internal:6379' }),
          ...readsOf('CartService/GetCart'),
        },
        productcatalogservice: { ...grpc('productcatalogservice', 3550), ...readsOf('ProductCatalogService/*') },
        currencyservice: { ...grpc('currencyservice', 7000), ...readsOf('CurrencyService/*') },
        paymentservice: grpc('paymentservice', 50051),
        shippingservice: { ...grpc('shippingservice', 50051), ...readsOf('ShippingService/GetQuote') },
        emailservice: grpc('emailservice', 8080),
        adservice: { ...grpc('adservice', 9555), ...readsOf('AdService/*') },
        'redis-cart': {
          image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/redis:8.2-alpine'),
          port: 6379,
          protocol: Protocol.TCP,
          // The carts are a cache: nothing is written to the task's disk.
          command: ['redis-server', '--save', '', '--appendonly', 'no'],
          readonlyRootFilesystem: true,
        },
      },
      // With the default stage, which is not part of the URL: the pages link to "/cart", and would leave a named one.
      edge: Edge.httpApi({
        // A web shop is open to everybody; the throttle bounds what that costs.
        authorizer: Authorizer.none(),
        throttle: { rateLimit: 500, burstLimit: 1000 },
        routes: {
          $default: { service: 'frontend' },
          // The expensive page has a limit of its own.
          'POST /cart/checkout': { service: 'frontend', throttle: { rateLimit: 20, burstLimit: 40 } },
          'GET /api/products': { grpc: { service: 'productcatalogservice', method: `${products}/ListProducts` } },
          'GET /api/products/{id}': { grpc: { service: 'productcatalogservice', method: `${products}/GetProduct` } },
          'GET /api/search': { grpc: { service: 'productcatalogservice', method: `${products}/SearchProducts` } },
          'GET /api/carts/{user_id}': { grpc: { service: 'cartservice', method: `${carts}/GetCart` } },
          'POST /api/carts/{user_id}': { grpc: { service: 'cartservice', method: `${carts}/AddItem` } },
          'GET /api/home/{user}': {
            aggregate: Aggregate.of({
              products: Part.grpc('productcatalogservice', `${products}/ListProducts`, {}, { required: true }),
              currencies: Part.grpc('currencyservice', `${currencies}/GetSupportedCurrencies`),
              // Without the cart the page is still worth showing.
              cart: Part.grpc(
                'cartservice',
                `${carts}/GetCart`,
                { userId: '{user}' },
                { timeout: Duration.seconds(1), fallback: { items: [] } },
              ),
              inCart: Part.grpcForEach('cart.items', 'productcatalogservice', `${products}/GetProduct`, { id: '{item.productId}' }),
            }),
          },
        },
        grpcRoutes: [
          { service: 'productcatalogservice', mapping: GrpcMapping.WEB, grpcServices: [products] },
          { service: 'currencyservice', mapping: GrpcMapping.WEB, grpcServices: [currencies] },
        ],
      }),
    });
    new CfnOutput(this, 'Url', { value: this.boutique.edge().url });

    // docs/first-deployment.md has the numbers, and how to raise the quota.
    Annotations.of(this.boutique).acknowledgeWarning(
      'cdk-ecs-microservices:fargate-vcpus',
      'Its tasks take 6.5 vCPUs, which is more than the 6 of a new account: raise the quota before the first deployment.',
    );
    this.acknowledgeChoices();
  }

  /** What this system chooses, for the packs of cdk-nag: the library acknowledges only what it decides itself. */
  private acknowledgeChoices(): void {
    Validations.of(this.boutique).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'The environment variables are addresses inside the mesh and switches, no secrets and nothing that differs per deployment.',
    });
    const { httpApi } = this.boutique.edge();
    if (httpApi === undefined) return;
    Validations.of(httpApi).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'A web shop is open to everybody; the throttle bounds what that costs.',
    });
  }
}

function grpc(name: string, port: number, calls: string[] = [], environment: Record<string, string> = {}): ServiceProps {
  return {
    ...program(name),
    port,
    protocol: Protocol.GRPC,
    grpcApi: api,
    timeout: Timeout.perRequest(Duration.seconds(10)),
    calls,
    environment: { PORT: String(port), DISABLE_PROFILER: '1', ...environment },
    readonlyRootFilesystem: true,
  };
}

/**
 * Methods that change nothing, so that they may run twice: no page is lost when a host fails. Orders, payments, mails and what is put
 * into a cart are not among them.
 * https://github.com/GoogleCloudPlatform/microservices-demo/blob/v0.10.6/protos/demo.proto
 */
function readsOf(...methods: string[]): Pick<ServiceProps, 'retry'> {
  return { retry: { idempotentMethods: methods.map((method) => `hipstershop.${method}`) } };
}

/**
 * The images of the release, where its manifests have them. Google builds them for amd64 only; Redis and the mesh run on Graviton.
 * https://github.com/GoogleCloudPlatform/microservices-demo/blob/v0.10.6/release/kubernetes-manifests.yaml
 * https://github.com/GoogleCloudPlatform/microservices-demo/pull/2589
 */
function program(name: string): Pick<ServiceProps, 'image' | 'cpuArchitecture'> {
  return {
    image: ContainerImage.fromRegistry(`us-central1-docker.pkg.dev/online-boutique-ci/microservices-demo/${name}:v0.10.6`),
    cpuArchitecture: CpuArchitecture.X86_64,
  };
}

/**
 * What Online Boutique's catalog costs a gateway that translates JSON for it: the bytes of each method's descriptor, and what all of them
 * add to the configuration in the gateway's task definition, which is compressed.
 */
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { HttpApiRouteProps } from '../lib';
import { Authorizer, Edge, GrpcApi, Microservices, Protocol } from '../lib';
import { planSystem } from '../lib/core/plan-system';
import { parseTopology } from '../lib/core/parse/parse';
import { environmentOf } from '../lib/core/plan/pack-config';
import { IssueList } from '../lib/core/reading/issues';
import { readProps } from '../lib/props/read-props';

const SERVICE = 'hipstershop.ProductCatalogService';
const METHODS = {
  'GET /products': `${SERVICE}/ListProducts`,
  'GET /products/{id}': `${SERVICE}/GetProduct`,
  'GET /search': `${SERVICE}/SearchProducts`,
};
/** Of a descriptor. */
const GOAL_BYTES = 6000;

type Routes = Readonly<Record<string, HttpApiRouteProps>>;

const image = ContainerImage.fromRegistry('example/app');
const translated: Routes = Object.fromEntries(
  Object.entries(METHODS).map(([key, method]) => [key, { grpc: { service: 'catalog', method } }]),
);
const passed: Routes = Object.fromEntries(Object.keys(METHODS).map((key) => [key, { service: 'pages' }]));

function measure(routes: Routes): { readonly descriptors: readonly (readonly [string, number])[]; readonly gatewayBytes: number } {
  const issues = new IssueList();
  const props = {
    services: {
      catalog: {
        image,
        port: 3550,
        protocol: Protocol.GRPC,
        grpcApi: GrpcApi.fromProtoFiles([join(__dirname, '../examples/protos/demo.proto')]),
      },
      pages: { image, port: 8080 },
    },
    edge: Edge.httpApi({ authorizer: Authorizer.none(), routes }),
  };
  // What the library would refuse is refused.
  new Microservices(new Stack(new App(), 'Bench'), 'Shop', props);
  const topology = parseTopology({ props: readProps(props), defaultName: 'shop' }, issues);
  const [edge] = topology.edges;
  const gateway = planSystem(topology, issues).workloads.find(({ name }) => name === edge?.gatewayName);
  const environment = gateway?.containers.flatMap((container) => Object.values(environmentOf(container))) ?? [];
  return {
    descriptors: (edge?.routes ?? []).flatMap(({ target }) =>
      target.kind === 'grpc' && target.json !== undefined
        ? [[target.method, Buffer.from(target.json.descriptor, 'base64').length] as const]
        : [],
    ),
    gatewayBytes: environment.reduce((sum, text) => sum + text.length, 0),
  };
}

const { descriptors, gatewayBytes } = measure(translated);
console.log('GRPC BENCH: descriptors of methods, in bytes');
for (const [method, bytes] of descriptors) console.log(`  ${method.padEnd(60)}${String(bytes).padStart(8)}`);
const largest = Math.max(...descriptors.map(([, bytes]) => bytes));
console.log(`  largest ${largest}: ${largest <= GOAL_BYTES ? 'within' : 'ABOVE'} the goal of ${GOAL_BYTES}`);
const added = gatewayBytes - measure(passed).gatewayBytes;
console.log(
  `  all together, compressed, in the gateway's task definition: ${added} more than ${descriptors.length} routes to an HTTP service`,
);

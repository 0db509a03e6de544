/**
 * What Online Boutique's catalog costs a gateway that translates JSON for it: the bytes of each method's descriptor, and what all of them
 * add to the configuration in the gateway's task definition, which is compressed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { HttpApiRouteProps } from '../lib';
import { Authorizer, Edge, GrpcApi, Microservices, Protocol } from '../lib';
import { grpcFilters, translateJson } from '../lib/core/envoy/edge/grpc';
import { extension } from '../lib/core/envoy/syntax/messages';
import { boundFields } from '../lib/core/grpc/bound-fields';
import { apiOfProtos, methodName } from '../lib/core/grpc/grpc-api';
import { descriptorOf } from '../lib/core/grpc/strip';
import type { EdgeTopology, GrpcTarget } from '../lib/core/model/topology';
import { planSystem } from '../lib/core/plan-system';
import { parseTopology } from '../lib/core/parse/parse';
import { environmentOf } from '../lib/core/plan/pack-config';
import { IssueList } from '../lib/core/reading/issues';
import { readProps } from '../lib/props/read-props';
import { Echo } from '../test/e2e/echo';
import { OneEnvoy } from '../test/e2e/one-envoy';
import { measureWithTools } from './with-tools';

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

/** Bodies of a cart: one as clients send it, and one of a megabyte. */
const CART_ITEMS = [1, 14_000];
const SENT = { requests: 300, warmUp: 50 };

/** How long an Envoy takes for a body that it translates, with and without the check of its fields. */
async function measureFields(): Promise<void> {
  const path = join(__dirname, '../examples/protos/demo.proto');
  const api = apiOfProtos([{ name: 'demo.proto', path, text: readFileSync(path, 'utf8') }], ['demo.proto'], ({ message }) => {
    throw new Error(message);
  });
  const method = api?.method('hipstershop.EmailService/SendOrderConfirmation');
  if (api === undefined || method === undefined) throw new Error('the .proto file has no such method');
  const targets = [true, false].map((checked): GrpcTarget => {
    const descriptor = descriptorOf(api, method, { method: 'POST', path: `/${String(checked)}`, body: '*' });
    const { knownFields, ...bound } = boundFields(descriptor, method);
    const json = {
      descriptor,
      ...bound,
      ...(checked && knownFields !== undefined ? { knownFields } : {}),
      maxRequestBytes: 4 * 1024 * 1024,
    };
    return { kind: 'grpc', service: 'a', method: methodName(method), web: false, json };
  });
  const manager = {
    stat_prefix: 'json',
    route_config: {
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: targets.map((target, index) => ({
            match: { path: `/${String(index === 0)}` },
            direct_response: { status: 204 },
            typed_per_filter_config: translateJson(target, target.json!),
          })),
        },
      ],
    },
    http_filters: [
      ...grpcFilters({ routes: targets.map((target) => ({ target })) } as unknown as EdgeTopology),
      extension('envoy.extensions.filters.http.buffer.v3.Buffer', { max_request_bytes: 4 * 1024 * 1024 }),
      extension('envoy.extensions.filters.http.router.v3.Router'),
    ],
  } as unknown as Parameters<typeof OneEnvoy.start>[2][number];
  const envoy = await OneEnvoy.start(new Echo(), [], [manager]);
  try {
    const { host, port } = envoy.listener(0);
    for (const items of CART_ITEMS) {
      const item = { item: { productId: 'OLJCESPC7Z', quantity: 1 }, cost: { units: 19 } };
      const body = JSON.stringify({ email: 'ann@example.com', order: { orderId: '7', items: Array.from({ length: items }, () => item) } });
      const medians: number[] = [];
      for (const checked of [true, false]) {
        const millis: number[] = [];
        for (let index = 0; index < SENT.requests + SENT.warmUp; index += 1) {
          const begun = performance.now();
          const { status } = await fetch(`http://${host}:${port}/${String(checked)}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          });
          if (status !== 204) throw new Error(`answered with ${status}`);
          if (index >= SENT.warmUp) millis.push(performance.now() - begun);
          if (millis.length >= 30 && items > 1) break;
        }
        medians.push(millis.sort((a, b) => a - b)[Math.floor(millis.length / 2)] ?? NaN);
      }
      const [withCheck = NaN, without = NaN] = medians;
      process.stdout.write(
        `FIGURE fields of a JSON body of ${(body.length / 1024).toFixed(1)} KiB: p50 ${withCheck.toFixed(2)} ms with the check, ` +
          `${without.toFixed(2)} ms without, ${(withCheck - without).toFixed(2)} ms more\n`,
      );
    }
  } finally {
    envoy.close();
  }
}

measureWithTools('FIELDS OF JSON BODIES', measureFields);

import type { Room } from './rooms-of-programs';
import { ROOMS_OF_PROGRAMS } from './rooms-of-programs';
import { ROOMS_OF_TESTS } from './rooms-of-tests';

/** What each folder may import: the table that test/architecture.test.ts holds all files to. */

/** All packages that lib/core may import: none of them reads or writes anything, and none depends on where it runs. */
export const PURE_PACKAGES = [
  '@bufbuild/protobuf',
  '@bufbuild/protobuf/wkt',
  'fastest-levenshtein',
  'fflate',
  'node:crypto',
  'node:net',
  'protobufjs',
  'yaml',
];

/** What reads .proto files and writes descriptors. */
const PROTOBUF = ['@bufbuild/protobuf', '@bufbuild/protobuf/wkt', 'protobufjs'];
const CDK = ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'];

/** What every room of the library may import, like a word of the language: it is about nothing that the library is about. */
export const EVERYWHERE = 'lib/core/defined.ts';

/**
 * What each folder may import. A file has a row of its own if it is all that may import others: a registry. In names, `*` is
 * one part of a path, `/**` a folder with all below it, and `$1` what the first `*` of the row stands for. The narrowest row
 * counts.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  // The public API.
  'lib/index.ts': {
    rooms: [
      'lib/client.ts',
      'lib/edge.ts',
      'lib/fargate-vcpus.ts',
      'lib/job.ts',
      'lib/microservice.ts',
      'lib/microservices.ts',
      'lib/props',
      'lib/props/service/grpc-api.ts',
    ],
  },
  'lib/testing': { rooms: ['lib/core/readable'] },
  'lib/microservice.ts': { packages: CDK },
  'lib/job.ts': { packages: CDK },
  'lib/fargate-vcpus.ts': {},
  'lib/client.ts': {},
  'lib/edge.ts': { rooms: ['lib/microservice.ts'], packages: CDK },
  'lib/microservices.ts': {
    rooms: [
      'lib/client.ts',
      'lib/edge.ts',
      'lib/fargate-vcpus.ts',
      'lib/job.ts',
      'lib/microservice.ts',
      'lib/props',
      'lib/props/read-props.ts',
      'lib/core',
      'lib/core/description',
      'lib/core/reading',
      'lib/core/model',
      'lib/core/parse',
      'lib/core/parse/network',
      'lib/core/plan',
      'lib/cdk',
      'lib/cdk/description-file.ts',
      'lib/cdk/clients',
      'lib/cdk/compute',
      'lib/cdk/existing',
      'lib/cdk/placement',
      'lib/cdk/edges/render-edges.ts',
    ],
    packages: [...CDK, 'aws-cdk-lib/core/lib/prop-injectable'],
  },
  'lib/props/**': {
    rooms: ['lib/core/model', 'lib/core/model/observability', 'lib/props/edge/file-content.ts', 'lib/props/service/grpc-api.ts'],
    packages: CDK,
  },
  // The only props that name files, which it reads.
  'lib/props/edge/file-content.ts': { packages: ['node:fs'] },
  'lib/props/service/grpc-api.ts': { rooms: ['lib/core/grpc'], packages: ['node:fs', 'node:path'] },
  'lib/props/read-props.ts': { rooms: ['lib/core/reading'], packages: CDK },

  // Pure, from the ground up.
  // What the library and its programs agree on: both import it, and it imports nothing.
  'lib/core/contract': {},
  [EVERYWHERE]: {},
  'lib/core/reading': { packages: ['fastest-levenshtein'] },
  'lib/core/limits': { rooms: ['lib/core/reading'] },
  // What may be sent where, and what a system reports, which many subjects name.
  'lib/core/model/observability': {},
  'lib/core/model': { rooms: ['lib/core/contract', 'lib/core/reading', 'lib/core/model/observability'] },
  // What .proto files say, and descriptors of it.
  'lib/core/grpc': { rooms: ['lib/core/model'], packages: [...PROTOBUF, 'node:crypto'] },
  'lib/core/parse/workload': { rooms: ['lib/core/contract', 'lib/core/reading', 'lib/core/limits', 'lib/core/model'] },
  'lib/core/parse/security': { rooms: ['lib/core/reading', 'lib/core/limits', 'lib/core/model'], packages: ['node:crypto'] },
  'lib/core/parse/observability': {
    rooms: ['lib/core/reading', 'lib/core/limits', 'lib/core/model', 'lib/core/model/observability', 'lib/core/parse/security'],
  },
  'lib/core/parse/traffic': { rooms: ['lib/core/reading', 'lib/core/model', 'lib/core/parse/workload', 'lib/core/parse/security'] },
  'lib/core/parse/service': {
    rooms: [
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/parse/workload',
      'lib/core/parse/security',
      'lib/core/parse/traffic',
      'lib/core/grpc',
    ],
  },
  'lib/core/parse/clients': {
    rooms: ['lib/core/contract', 'lib/core/reading', 'lib/core/model', 'lib/core/parse/workload', 'lib/core/parse/service'],
  },
  'lib/core/parse/edge/api': {
    rooms: [
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/edges',
      'lib/core/edges/kinds.ts',
      'lib/core/grpc',
      'lib/core/parse/service',
    ],
    packages: ['node:net'],
  },
  'lib/core/parse/edge/openapi': { rooms: ['lib/core/reading', 'lib/core/model', 'lib/core/parse/edge/api'], packages: ['yaml'] },
  'lib/core/parse/edge': {
    rooms: [
      'lib/core/parse/edge/api',
      'lib/core/parse/edge/openapi',
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/parse/workload',
      'lib/core/parse/security',
      'lib/core/parse/service',
      'lib/core/parse/traffic',
      'lib/core/edges',
      'lib/core/edges/kinds.ts',
      'lib/core/edges/select-kind.ts',
      'lib/core/grpc',
    ],
    packages: ['@bufbuild/protobuf'],
  },
  'lib/core/parse/network': { rooms: ['lib/core/reading', 'lib/core/model'] },
  'lib/core/parse': {
    rooms: [
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/parse/*',
      'lib/core/parse/edge/api',
      'lib/core/mesh/select-provider.ts',
    ],
  },
  'lib/core/envoy/api': {},
  'lib/core/envoy/syntax': { rooms: ['lib/core/envoy/api'] },
  'lib/core/envoy/observability': {
    rooms: ['lib/core/contract', 'lib/core/model', 'lib/core/model/observability', 'lib/core/envoy/api', 'lib/core/envoy/syntax'],
  },
  'lib/core/envoy/traffic': { rooms: ['lib/core/contract', 'lib/core/model', 'lib/core/envoy/api', 'lib/core/envoy/syntax'] },
  'lib/core/envoy/security': {
    rooms: ['lib/core/contract', 'lib/core/model', 'lib/core/envoy/api', 'lib/core/envoy/syntax', 'lib/core/envoy/traffic'],
  },
  'lib/core/envoy/load-balancer': {
    rooms: [
      'lib/core/model',
      'lib/core/model/observability',
      'lib/core/envoy/api',
      'lib/core/envoy/syntax',
      'lib/core/envoy/traffic',
      'lib/core/envoy/security',
    ],
  },
  'lib/core/envoy/edge': {
    rooms: [
      'lib/core/model',
      'lib/core/model/observability',
      'lib/core/envoy/api',
      'lib/core/envoy/syntax',
      'lib/core/envoy/traffic',
      'lib/core/envoy/security',
    ],
  },
  'lib/core/envoy': { rooms: ['lib/core/contract', 'lib/core/model', 'lib/core/model/observability', 'lib/core/envoy/*'] },
  'lib/core/description': {
    rooms: ['lib/core/limits', 'lib/core/model', 'lib/core/model/observability', 'lib/core/plan', 'lib/core/plan/observability'],
  },
  'lib/core/plan': {
    rooms: ['lib/core/contract', 'lib/core/reading', 'lib/core/limits', 'lib/core/model', 'lib/core/plan/observability'],
    packages: ['fflate'],
  },
  // What is made of the metrics and the log of tasks.
  'lib/core/plan/observability': { rooms: ['lib/core/limits', 'lib/core/model'] },
  'lib/core/readable': { rooms: ['lib/core/contract', 'lib/core/plan'] },
  'lib/core/plan/workload': {
    rooms: ['lib/core/limits', 'lib/core/contract', 'lib/core/model', 'lib/core/model/observability', 'lib/core/plan'],
  },
  'lib/core/mesh': { rooms: ['lib/core/reading', 'lib/core/model', 'lib/core/plan'] },
  'lib/core/mesh/*': {
    rooms: [
      'lib/core/contract',
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/model/observability',
      'lib/core/plan',
      'lib/core/plan/workload',
      'lib/core/mesh',
    ],
  },
  'lib/core/mesh/envoy': {
    rooms: [
      'lib/core/contract',
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/model/observability',
      'lib/core/plan',
      'lib/core/plan/workload',
      'lib/core/mesh',
      'lib/core/envoy',
      'lib/core/envoy/api',
    ],
    packages: ['node:crypto'],
  },
  // Registries: a line for each provider and each kind, which nobody else imports.
  'lib/core/mesh/providers.ts': { rooms: ['lib/core/mesh', 'lib/core/mesh/*'] },
  'lib/core/mesh/select-provider.ts': {
    rooms: ['lib/core/reading', 'lib/core/model', 'lib/core/plan', 'lib/core/mesh', 'lib/core/mesh/providers.ts'],
  },
  'lib/core/edges': { rooms: ['lib/core/reading', 'lib/core/limits', 'lib/core/model'] },
  'lib/core/edges/*': {
    rooms: ['lib/core/reading', 'lib/core/limits', 'lib/core/model', 'lib/core/model/observability', 'lib/core/edges'],
  },
  'lib/core/edges/kinds.ts': { rooms: ['lib/core/edges', 'lib/core/edges/*'] },
  'lib/core/edges/select-kind.ts': {
    rooms: [
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/plan',
      'lib/core/openapi',
      'lib/core/edges',
      'lib/core/edges/kinds.ts',
    ],
  },
  // What an edge takes and answers, as a document of OpenAPI.
  'lib/core/openapi': {
    rooms: ['lib/core/contract', 'lib/core/reading', 'lib/core/model', 'lib/core/grpc', 'lib/core/edges'],
    packages: ['@bufbuild/protobuf', 'node:crypto'],
  },
  // The topology becomes a plan here, and nothing is decided after it.
  'lib/core': {
    rooms: [
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/plan',
      'lib/core/plan/observability',
      'lib/core/mesh/select-provider.ts',
      'lib/core/edges/select-kind.ts',
    ],
  },

  // Constructs.
  'lib/cdk': { rooms: ['lib/props', 'lib/core', 'lib/core/contract', 'lib/core/reading'], packages: [...CDK, 'node:path'] },
  'lib/cdk/observability': {
    rooms: [
      'lib/microservice.ts',
      'lib/props',
      'lib/props/observability',
      'lib/core/contract',
      'lib/core/reading',
      'lib/core/plan/observability',
      'lib/cdk',
    ],
    packages: CDK,
  },
  'lib/cdk/scaling': { rooms: ['lib/props', 'lib/core/contract', 'lib/core/plan', 'lib/cdk'], packages: CDK },
  'lib/cdk/connections': { rooms: ['lib/core/plan', 'lib/cdk'], packages: CDK },
  'lib/cdk/containers': { rooms: ['lib/core/limits', 'lib/core/plan', 'lib/cdk'], packages: CDK },
  'lib/cdk/certificates': { rooms: ['lib/core/contract', 'lib/core/plan', 'lib/cdk'], packages: [...CDK, 'node:crypto'] },
  'lib/cdk/mesh': { rooms: ['lib/core/plan', 'lib/cdk'], packages: CDK },
  'lib/cdk/mesh/*': { rooms: ['lib/core/plan', 'lib/core/mesh/$1', 'lib/cdk', 'lib/cdk/mesh'], packages: CDK },
  'lib/cdk/mesh/renderers.ts': { rooms: ['lib/cdk/mesh', 'lib/cdk/mesh/*'], packages: CDK },
  'lib/cdk/mesh/render.ts': { rooms: ['lib/core/plan', 'lib/cdk/mesh', 'lib/cdk/mesh/renderers.ts'], packages: CDK },
  'lib/cdk/existing': { rooms: ['lib/props', 'lib/core/contract', 'lib/core/reading', 'lib/core/plan', 'lib/cdk'], packages: CDK },
  'lib/cdk/placement': { rooms: ['lib/props', 'lib/core/reading', 'lib/core/limits', 'lib/core/plan', 'lib/cdk'], packages: CDK },
  // How jobs are started, by whom, and what deployments wait for.
  'lib/cdk/jobs': {
    rooms: ['lib/job.ts', 'lib/core', 'lib/core/contract', 'lib/core/limits', 'lib/cdk', 'lib/cdk/certificates'],
    packages: CDK,
  },
  // What moves weights of versions by itself.
  'lib/cdk/shifts': {
    rooms: ['lib/microservice.ts', 'lib/core/contract', 'lib/core/plan', 'lib/cdk', 'lib/cdk/certificates', 'lib/cdk/placement'],
    packages: CDK,
  },
  'lib/cdk/clients': {
    rooms: ['lib/client.ts', 'lib/props', 'lib/core/contract', 'lib/core/reading', 'lib/core/plan', 'lib/cdk', 'lib/cdk/certificates'],
    packages: CDK,
  },
  'lib/cdk/compute': {
    rooms: [
      'lib/client.ts',
      'lib/job.ts',
      'lib/microservice.ts',
      'lib/props',
      'lib/core/contract',
      'lib/core/reading',
      'lib/core/model/observability',
      'lib/core/limits',
      'lib/core/plan',
      'lib/cdk',
      'lib/cdk/connections',
      'lib/cdk/observability',
      'lib/cdk/scaling',
      'lib/cdk/containers',
      'lib/cdk/existing',
      'lib/cdk/placement',
      'lib/cdk/certificates',
      'lib/cdk/jobs',
      'lib/cdk/shifts',
      'lib/cdk/clients',
      'lib/cdk/mesh',
      'lib/cdk/mesh/render.ts',
    ],
    packages: CDK,
  },
  // Beside the templates.
  'lib/cdk/assembly-file.ts': { packages: ['node:fs', 'node:path', ...CDK] },
  'lib/cdk/description-file.ts': { rooms: ['lib/core/description', 'lib/cdk/assembly-file.ts'], packages: CDK },
  'lib/cdk/edges': { rooms: ['lib/edge.ts', 'lib/core/limits', 'lib/props', 'lib/core/plan', 'lib/cdk'], packages: CDK },
  'lib/cdk/edges/*': {
    rooms: ['lib/edge.ts', 'lib/props', 'lib/core/plan', 'lib/core/edges/$1', 'lib/cdk', 'lib/cdk/edges'],
    packages: CDK,
  },
  'lib/cdk/edges/renderers.ts': { rooms: ['lib/cdk/edges', 'lib/cdk/edges/*'], packages: CDK },
  'lib/cdk/edges/rendered-edge.ts': {
    rooms: [
      'lib/edge.ts',
      'lib/microservice.ts',
      'lib/core/reading',
      'lib/core/plan',
      'lib/cdk',
      'lib/cdk/edges',
      'lib/cdk/assembly-file.ts',
      'lib/cdk/edges/renderers.ts',
    ],
    packages: CDK,
  },
  'lib/cdk/edges/render-edges.ts': {
    rooms: ['lib/edge.ts', 'lib/props', 'lib/core/plan', 'lib/cdk', 'lib/cdk/compute', 'lib/cdk/edges', 'lib/cdk/edges/rendered-edge.ts'],
    packages: CDK,
  },

  ...ROOMS_OF_PROGRAMS,

  // As users have it.
  examples: { rooms: ['lib/index.ts'], packages: ['node:path', ...CDK] },
  // The program of a Lambda function, which has nothing but the client.
  'examples/warehouse': { packages: ['cdk-ecs-microservices/client'] },
  'examples/chat': { packages: ['node:http', '@aws-sdk/client-apigatewaymanagementapi'] },
  bin: { rooms: ['examples'], packages: CDK },

  ...ROOMS_OF_TESTS,
};

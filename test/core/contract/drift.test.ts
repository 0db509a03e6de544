import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesWithErrors } from '../../support/compile';

const ROOT = join(__dirname, '../../..');

/** One side of the contract, with a name that the other side does not have. */
const DRIFTS: ReadonlyArray<readonly [string, string, string]> = [
  ['lib/core/plan/workload/agent.ts', 'MESH_WEIGHTS:', 'MESH_WEIGHT:'],
  [
    'lib/core/plan/workload/weights.ts',
    'versions: versions.map(({ name, workloadName: cluster }) => ({ name, cluster }))',
    'version: versions',
  ],
  ['lib/core/plan/workload/weights-pattern.ts', "field('routes')", "field('route')"],
  ['lib/core/mesh/app-mesh/workloads.ts', 'MESH_DIRECTORY: APP_MESH_DIRECTORY', 'MESH_DIR: APP_MESH_DIRECTORY'],
  ['lib/core/envoy/security/tls.ts', "secret('trust')", "secret('trusted')"],
  ['lib/cdk/certificates/issuer.ts', 'TRUST_DOMAIN:', 'DOMAIN:'],
  ['lib/cdk/certificates/identity-key.ts', 'kms:EncryptionContext:${field}`', 'kms:EncryptionContext:${field.name}`'],
  ['lib/cdk/certificates/proven-identity.ts', "contextKey('identity')", "contextKey('uri')"],
  ['lib/cdk/compute/shared-variables.ts', 'MESH_ISSUER_ARN:', 'MESH_ISSUING_ARN:'],
  ['lib/cdk/certificates/authorities.ts', 'KeyArn: keyArn', 'Key: keyArn'],
  ['programs/agent/settings.ts', "'MESH_POLL_SECONDS'", "'MESH_POLLING_SECONDS'"],
  ['programs/agent/weights/runtime-file.ts', '{ weights, routes = {} }: Unread', '{ weights, paths: routes = {} }: Unread'],
  ['programs/agent/certificate/issuing.ts', "action: 'authorities'", "action: 'authority'"],
  ['programs/functions/certificate-issuer/request.ts', "text('csr')", "text('request')"],
  ['programs/agent/certificate/sds.ts', "sdsFile('identity')", "sdsFile('certificate')"],
  ['programs/functions/certificate-issuer/configuration.ts', "variable('ISSUER')", "variable('ISSUED_BY')"],
  [
    'programs/functions/certificate-authority/authority-source.ts',
    "textProperty(properties, 'Mesh')",
    "textProperty(properties, 'MeshName')",
  ],
  ['programs/functions/namespace-name/handler.ts', "textProperty(properties, 'NamespaceId')", "textProperty(properties, 'Namespace')"],
  ['lib/cdk/compute/namespace-name.ts', 'NamespaceId: namespace', 'Namespace: namespace'],
  ['programs/functions/authority-set/authority-set.ts', "list(properties, 'Authorities')", "list(properties, 'Roots')"],
];

const fileOf = (path: string): string => join(ROOT, path);
const texts = new Map(DRIFTS.map(([path]) => [fileOf(path), readFileSync(fileOf(path), 'utf8')]));
const drifted = new Map(DRIFTS.map(([path, from, to]) => [fileOf(path), (texts.get(fileOf(path)) ?? '').replace(from, to)]));

let complaints: readonly string[];

beforeAll(() => {
  complaints = filesWithErrors(drifted);
});

test('what library and programs agree on compiles', () => {
  expect(filesWithErrors(texts)).toEqual([]);
});

test.each(DRIFTS)('fails if %s names something that the contract does not have', (path, from) => {
  expect(texts.get(fileOf(path))).toContain(from);
  expect(complaints).toContain(fileOf(path));
});

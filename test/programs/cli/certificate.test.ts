import { spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientConfiguration } from '../../../lib/core/contract/client';
import type { ProofContext } from '../../../lib/core/contract/issuing';
import { AwsServer, type AwsAnswer, type AwsRequest } from '../agent/aws-server';
import { CERTIFIED, SCOPE } from '../agent/fake-world';
import { RealIssuer } from '../agent/real-issuer';

jest.setTimeout(60_000);
const ROOT = join(__dirname, '../../..');
const IDENTITY = 'spiffe://shop.internal/report';

/** The bundles as in the package, and nothing beside them: hosts of clients have no aws-cdk-lib. */
let directory: string;
let program: string;
let aws: AwsServer;
/** Where machines and containers get the credentials of their roles. */
let metadata: Server;
let issuer: RealIssuer;
let configuration: ClientConfiguration;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'certificate-'));
  for (const name of ['cli', 'client'])
    expect(spawnSync(process.execPath, [join(ROOT, `programs/${name}/bundle.mjs`), join(directory, 'assets', name)]).status).toBe(0);
  program = join(directory, 'assets/cli/cdk-ecs-microservices.js');
  aws = await AwsServer.start();
  issuer = await RealIssuer.create(Date.now);
  metadata = createServer((request, response) => {
    const credentials = {
      ...{ Code: 'Success', AccessKeyId: 'AKIAHOST', SecretAccessKey: 'secret', Token: 'token' },
      Expiration: new Date(Date.now() + 3_600_000).toISOString(),
    };
    if (request.url === '/latest/api/token') response.end('a-token');
    else if (request.url === '/latest/meta-data/iam/security-credentials/') response.end('report');
    else response.end(JSON.stringify(credentials));
  });
  await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
  const urls = { orders: 'https://orders.clients.shop.internal:15008' };
  const { MESH_ISSUER_ARN: issuerArn } = CERTIFIED;
  configuration = { identity: IDENTITY, scope: SCOPE, identityKeyArn: issuer.identityKeyArn, issuerArn, urls };
}, 180_000);
afterAll(async () => {
  await aws.close();
  metadata.closeAllConnections();
  metadata.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => {
  aws.requests.length = 0;
  aws.answer = answer;
});

async function answer({ action, body }: AwsRequest): Promise<AwsAnswer> {
  if (action === 'Invoke') return { text: await issuer.invoke(body) };
  const { Plaintext: text, EncryptionContext: context } = body;
  const { ciphertext } = await issuer.key.encrypt(Buffer.from(String(text), 'base64').toString(), context as ProofContext);
  return { ok: { CiphertextBlob: ciphertext } };
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Until it ends, or until what it says is enough. */
async function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}, enough?: RegExp): Promise<Ran> {
  const child = spawn(process.execPath, [program, 'certificate', ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'], AWS_ENDPOINT_URL: aws.url, ...KEYS, ...environment },
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      if (enough?.test(text[name]) === true) child.kill();
    });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAHOST', AWS_SECRET_ACCESS_KEY: 'secret' };
const NO_KEYS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** The identity in the files. */
function written(files: string): string | undefined {
  const [certificate, authorities] = ['certificate.pem', 'ca.pem'].map((name) => new X509Certificate(readFileSync(join(files, name))));
  expect(certificate?.verify(authorities.publicKey)).toBe(true);
  expect(readdirSync(files).sort()).toEqual(['ca.pem', 'certificate.pem', 'identity.pem', 'key.pem']);
  expect(['key.pem', 'identity.pem'].map((name) => statSync(join(files, name)).mode & 0o777)).toEqual([0o600, 0o600]);
  return certificate?.subjectAltName;
}

test.each([
  ['the environment', () => KEYS],
  ['an EC2 instance', () => ({ ...NO_KEYS, AWS_EC2_METADATA_SERVICE_ENDPOINT: addressOf(metadata) })],
  ['a batch job', () => ({ ...NO_KEYS, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${addressOf(metadata)}/credentials` })],
] as const)('gets a certificate with the credentials of %s', async (_name, credentials) => {
  const files = mkdtempSync(join(directory, 'files-'));
  const { code, stdout, stderr } = await run([files], { MESH_CLIENT: JSON.stringify(configuration), ...credentials() });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  // Node.js itself warns there, too.
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { message: 'the certificate was written', identity: IDENTITY, directory: files },
  ]);
  expect(written(files)).toContain(`URI:${IDENTITY}`);
  expect(aws.of('Encrypt')[0]?.raw).toContain('Credential=AKIAHOST/');
  expect(stderr).not.toContain('PRIVATE KEY');
});

test('takes the configuration of a file, or as an option', async () => {
  writeFileSync(join(directory, 'client.json'), JSON.stringify(configuration));
  for (const value of ['file://client.json', JSON.stringify(configuration)]) {
    const files = mkdtempSync(join(directory, 'files-'));
    expect(await run([files, '--configuration', value])).toMatchObject({ code: 0 });
    expect(written(files)).toContain(IDENTITY);
  }
});

test('stays with --watch, when the files are there', async () => {
  const files = join(directory, 'made', 'watched');
  const { code } = await run([files, '--watch'], { MESH_CLIENT: JSON.stringify(configuration) }, /the certificate was written/);
  // Ended by us: it has no exit code.
  expect(code).toBeNull();
  expect(written(files)).toContain(IDENTITY);
});

describe('fails if', () => {
  test.each([
    ['no directory is named', [], {}, 'takes the directory of the files', 'certificate <directory>'],
    ['there is no configuration', ['out'], {}, 'MESH_CLIENT is missing', 'or give that with --configuration'],
    ['the file is not there', ['out', '--configuration', 'file://no.json'], {}, 'no.json cannot be read', 'configuration of the'],
    ['it is another text', ['out', '--configuration', '{}'], {}, '--configuration has no "urls"', "the client's configuration"],
    ['the option is unknown', ['out', '--wach'], {}, 'no option "--wach"', 'did you mean "--watch"?'],
    ['there are two directories', ['out', 'in'], {}, 'takes one directory, and got "in" too', 'certificate --help'],
  ] as const)('%s', async (_name, args, environment, what, fix) => {
    const { code, stdout, stderr } = await run(args, environment);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^cdk-ecs-microservices: .+\n(?: {2}allowed: .+\n)? {2}fix: {5}.+\n$/);
    expect(stderr).toContain(what);
    expect(stderr.slice(stderr.indexOf('  fix:'))).toContain(fix);
  });

  test.each([['once'], ['with --watch', '--watch']])('the role may not prove the identity: %s', async (_name, ...options) => {
    aws.answer = () => ({ error: 'AccessDeniedException', message: 'not authorized to perform: kms:Encrypt' });
    const { code, stderr } = await run(['refused', ...options], { MESH_CLIENT: JSON.stringify(configuration) });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /there is no certificate: Encrypt: AccessDeniedException: .*\n {2}fix: {5}run it in the role that clients names/,
    );
    expect(readdirSync(join(directory, 'refused'))).toEqual([]);
  });
});

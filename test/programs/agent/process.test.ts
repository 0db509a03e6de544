import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityIn } from '../../../programs/agent/certificate/sds';
import { AGENT_PROGRAM, APP_MESH_DIRECTORY, MESH_DIRECTORY } from '../../../lib/core/contract/files';
import { APP_MESH_USER, PROXY_USER } from '../../../lib/core/model/images';
import type { CertificateSecret } from '../../../programs/shared/certificate-secret';
import { until } from '../../e2e/runner/wait';
import { AgentProcess, bundled, nodeOptions, residentMegabytes, type AgentOptions } from './agent-process';
import { Authority } from './authority';
import { AwsServer, type AwsAnswer } from './aws-server';

jest.setTimeout(60_000);

const HOUR = 3_600_000;
const TARGET = { cluster: 'catalog', namespaceName: 'tasks.shop.internal', serviceName: 'catalog', port: 15006 };
const DISCOVERY = { MESH_DISCOVERY: JSON.stringify([TARGET]) };

let bundle: ReturnType<typeof bundled>;
let authority: Authority;
let good: CertificateSecret;
let newer: CertificateSecret;
beforeAll(async () => {
  bundle = bundled();
  authority = await Authority.create('one', Date.now());
  good = await authority.issue({ notBefore: Date.now() - 2 * HOUR, notAfter: Date.now() + 48 * HOUR });
  newer = await authority.issue({ notBefore: Date.now() - HOUR, notAfter: Date.now() + 72 * HOUR });
});
afterAll(() => {
  bundle.remove();
});

let aws: AwsServer;
let directory: string;
let agents: AgentProcess[];
/** What each API answers from now on. */
let answers: Record<string, AwsAnswer>;
beforeEach(async () => {
  agents = [];
  directory = mkdtempSync(join(tmpdir(), 'agent-'));
  aws = await AwsServer.start();
  answers = {
    GetSecretValue: secret(good),
    DiscoverInstances: instances(1),
    DiscoverInstancesRevision: { ok: { InstancesRevision: 1 } },
    UpdateInstanceCustomHealthStatus: { ok: {} },
  };
  aws.answer = ({ action }) => answers[action] ?? { error: 'UnknownOperationException' };
});
afterEach(async () => {
  for (const agent of agents) agent.signal('SIGKILL');
  await Promise.all(agents.map(async (agent) => agent.exited));
  await aws.close();
  rmSync(directory, { recursive: true, force: true });
  for (const agent of agents) expect(agent.output).not.toMatch(/PRIVATE KEY|MIGHAgE|MIGTAgE/);
});

function secret(content: CertificateSecret | string): AwsAnswer {
  return {
    ok: {
      Name: 'shop/orders',
      VersionStages: ['AWSCURRENT'],
      SecretString: typeof content === 'string' ? content : JSON.stringify(content),
    },
  };
}

function instances(...numbers: readonly number[]): AwsAnswer {
  return {
    ok: {
      InstancesRevision: 1,
      Instances: numbers.map((number) => ({
        InstanceId: `task-${number}`,
        NamespaceName: TARGET.namespaceName,
        ServiceName: TARGET.serviceName,
        HealthStatus: 'HEALTHY',
        Attributes: { AWS_INSTANCE_IPV4: `10.0.0.${number}`, AVAILABILITY_ZONE: 'eu-central-1a' },
      })),
    },
  };
}

function agent(command: string, environment: Readonly<Record<string, string>> = {}, more: Partial<AgentOptions> = {}): AgentProcess {
  const made = new AgentProcess({ program: bundle.program, command, directory, aws: aws.url, environment, ...more });
  agents.push(made);
  return made;
}

const file = (name: string): string => readFileSync(join(directory, name), 'utf8');
const health = async (): Promise<readonly [number, string]> => {
  const asked = agent('health');
  return [await asked.exited, asked.output.trim()];
};

test('the image is made of copies alone, runs as the user of Envoy, and owns the volume that the agent writes', () => {
  expect(readdirSync(bundle.directory).sort()).toEqual(['Dockerfile', 'agent.js', 'volume']);
  const lines = readFileSync(join(bundle.directory, 'Dockerfile'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(new Set(lines.map((line) => line.split(' ')[0]))).toEqual(new Set(['FROM', 'COPY', 'VOLUME', 'USER', 'ENTRYPOINT']));
  expect(lines[0]).toMatch(/node:22\.\d+\.\d+-\w+-slim(@sha256:[0-9a-f]{64})?$/);
  expect(lines).toContain(`VOLUME ${MESH_DIRECTORY}`);
  expect(lines).toContain(`COPY --chown=${PROXY_USER}:${PROXY_USER} volume/ ${MESH_DIRECTORY}/`);
  expect(lines).toContain(`VOLUME ${APP_MESH_DIRECTORY}`);
  expect(lines).toContain(`COPY --chown=${APP_MESH_USER}:${APP_MESH_USER} volume/ ${APP_MESH_DIRECTORY}/`);
  expect(lines).toContain(`USER ${PROXY_USER}:${PROXY_USER}`);
  expect(lines).toContain(`COPY agent.js ${AGENT_PROGRAM}`);
  expect(lines.at(-1)).toMatch(new RegExp(`^ENTRYPOINT .*"${AGENT_PROGRAM}"\\]$`));
});

test('init writes the files that Envoy starts with, for its own user alone, and ends', async () => {
  const init = agent('init', DISCOVERY);
  expect([await init.exited, init.output]).toEqual([0, expect.any(String)]);
  expect(readdirSync(directory).sort()).toEqual(['eds-catalog.json', 'identity.json', 'trust.json']);
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  expect(identityIn(file('identity.json'))).toEqual({ certificateChain: good.certificateChain, privateKey: good.privateKey });
  expect(file('eds-catalog.json')).toContain('"address":"10.0.0.1","port_value":15006');
  expect(aws.requests.find(({ action }) => action === 'DiscoverInstances')?.body).toEqual({
    NamespaceName: 'tasks.shop.internal',
    ServiceName: 'catalog',
    MaxResults: 1000,
    HealthStatus: 'HEALTHY_OR_ELSE_ALL',
  });
});

test.each<[string, AwsAnswer]>([
  ['missing', { error: 'ResourceNotFoundException', message: "Secrets Manager can't find the specified secret." }],
  [
    'no-value',
    { error: 'ResourceNotFoundException', message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT" },
  ],
  ['no-value', { ok: { Name: 'shop/orders' } }],
  ['access-denied', { error: 'AccessDeniedException' }],
  ['throttled', { error: 'ThrottlingException' }],
  ['unavailable', { error: 'InternalServiceError', status: 500 }],
  ['network', 'broken'],
  ['not-json', { ok: { SecretString: 'garbage' } }],
])('init says that the secret is %s, and goes on when it is there', async (reason, answer) => {
  answers['GetSecretValue'] = answer;
  const init = agent('init');
  expect(await init.message('waiting for the certificate')).toMatchObject({ level: 'warn', reason });
  expect(readdirSync(directory)).toEqual([]);
  answers['GetSecretValue'] = secret(good);
  expect(await init.exited).toBe(0);
  expect(readdirSync(directory).sort()).toEqual(['identity.json', 'trust.json']);
});

test('fails if the certificate does not come within the limit', async () => {
  answers['GetSecretValue'] = { error: 'AccessDeniedException' };
  const init = agent('init', { MESH_WAIT_SECONDS: '1' });
  expect(await init.exited).toBe(1);
  expect(init.lines.at(-1)).toMatchObject({ level: 'error', message: 'gave up waiting for the certificate', reason: 'access-denied' });
});

test('fails if variables are wrong, with all of them in one line', async () => {
  const init = agent('init', { MESH_IDENTITY: 'orders', MESH_STOP_SECONDS: 'soon' });
  expect(await init.exited).toBe(1);
  expect(init.lines).toEqual([
    {
      level: 'error',
      message: 'the agent is not configured',
      reason: 'settings',
      why: expect.stringMatching(/^2 environment variables are wrong: MESH_IDENTITY .*; MESH_STOP_SECONDS /),
    },
  ]);
});

test('fails if the command is unknown', async () => {
  expect(await agent('help').exited).toBe(2);
});

test('init ends at once when it is stopped', async () => {
  answers['GetSecretValue'] = { error: 'AccessDeniedException' };
  const init = agent('init');
  await init.message('waiting for the certificate');
  init.signal('SIGTERM');
  expect(await init.exited).toBe(143);
});

test('run renews the certificate and follows the endpoints; the log tells the life that is left', async () => {
  await agent('init', DISCOVERY).exited;
  const running = agent('run', { ...DISCOVERY, MESH_RENEW_SECONDS: '0.1', MESH_POLL_SECONDS: '0.05', MESH_LIST_SECONDS: '0.2' });
  await running.line((line) => 'CertificateLifeLeft' in line, 'the metric');
  answers['GetSecretValue'] = secret(newer);
  expect(await running.message('the certificate was renewed')).toMatchObject({ changed: ['certificate'] });
  expect(identityIn(file('identity.json'))?.certificateChain).toBe(newer.certificateChain);
  answers['DiscoverInstances'] = instances(1, 2);
  await until(() => file('eds-catalog.json').includes('"10.0.0.2"'), { what: 'the second endpoint' });
  answers['GetSecretValue'] = secret(good);
  expect(await running.message('the certificate in use is kept')).toMatchObject({ reason: 'older' });
  expect(await health()).toEqual([0, 'healthy']);
  const life = running.lines.filter((line) => 'CertificateLifeLeft' in line);
  expect(life.length).toBeGreaterThanOrEqual(2);
  expect(life.at(-1)).toMatchObject({ Mesh: 'shop.internal', Service: 'orders', CertificateLifeLeft: expect.any(Number) });
});

test('a Secrets Manager that never answers is given up on, and asked again', async () => {
  answers['GetSecretValue'] = 'silent';
  const init = agent('init');
  expect(await init.message('waiting for the certificate')).toMatchObject({ reason: 'network' });
});

test('SIGTERM: the task leaves discovery under its own id, drains and ends; Envoy is not there, and that is said', async () => {
  await agent('init').exited;
  const running = agent('run', { MESH_CLOUD_MAP_SERVICE_ID: 'srv-1', MESH_REFRESH_SECONDS: '0.1', MESH_STOP_SECONDS: '10' });
  await running.message('the agent runs');
  running.signal('SIGTERM');
  expect(await running.exited).toBe(0);
  expect(aws.requests.find(({ action }) => action === 'UpdateInstanceCustomHealthStatus')?.body).toEqual({
    ServiceId: 'srv-1',
    InstanceId: '0123abcd',
    Status: 'UNHEALTHY',
  });
  const steps = running.lines.filter(({ message }) => message?.startsWith('leaving: ') === true);
  expect(steps.map(({ message }) => message?.slice('leaving: '.length))).toEqual([
    'leave discovery',
    'wait for callers to notice',
    'drain Envoy',
    'wait for requests in flight',
  ]);
  expect(steps[1]['tookMs']).toBeGreaterThanOrEqual(1190);
  for (const step of steps) expect(step).toHaveProperty('tookMs');
  expect(running.lines.at(-1)).toMatchObject({ message: 'left the mesh' });
});

test('a second SIGTERM ends the agent at once', async () => {
  await agent('init').exited;
  const running = agent('run', { MESH_REFRESH_SECONDS: '60', MESH_STOP_SECONDS: '120' });
  await running.message('the agent runs');
  running.signal('SIGTERM');
  await running.message('leaving: leave discovery');
  running.signal('SIGTERM');
  expect(await running.exited).toBe(143);
});

describe('the health check', () => {
  test('fails if no agent runs', async () => {
    expect(await health()).toEqual([1, expect.stringContaining('the agent does not answer')]);
  });

  test('fails if the agent has no certificate, and tells why', async () => {
    answers['GetSecretValue'] = secret('garbage');
    await agent('run').message('the agent runs');
    await until(() => existsSync(join(directory, 'agent.sock')), { what: 'the socket' });
    expect(await health()).toEqual([1, 'there is no certificate']);
  });

  test('works again after the agent was killed and restarted', async () => {
    await agent('init').exited;
    const first = agent('run');
    await first.message('the agent runs');
    await until(() => existsSync(join(directory, 'agent.sock')), { what: 'the socket' });
    first.signal('SIGKILL');
    await first.exited;
    expect((await health())[0]).toBe(1);
    await agent('run').message('the agent runs');
    await until(async () => (await health())[0] === 0, { what: 'the agent to be healthy' });
  });
});

test('a volume that cannot be written is logged, and used when it can be', async () => {
  // Root writes wherever it wants.
  const uid = process.getuid?.() === 0 ? 101 : undefined;
  if (uid !== undefined) chownSync(directory, uid, uid);
  chmodSync(directory, 0o500);
  const init = agent('init', {}, uid === undefined ? {} : { uid });
  expect(await init.message('waiting for the certificate')).toMatchObject({ reason: 'disk-access-denied' });
  chmodSync(directory, 0o700);
  expect(await init.exited).toBe(0);
  expect(readdirSync(directory).sort()).toEqual(['identity.json', 'trust.json']);
});

test('memory does not grow with the number of polls, and stays within what the task definition gives', async () => {
  const targets = Array.from({ length: 10 }, (_, index) => ({ ...TARGET, cluster: `callee-${index}` }));
  answers['DiscoverInstances'] = instances(...Array.from({ length: 50 }, (_, index) => index + 1));
  const running = agent(
    'run',
    { MESH_DISCOVERY: JSON.stringify(targets), MESH_RENEW_SECONDS: '0.5', MESH_POLL_SECONDS: '0.02', MESH_LIST_SECONDS: '0.05' },
    { nodeOptions: nodeOptions(join(bundle.directory, 'Dockerfile')) },
  );
  // With three callees it is 5 minutes until as many were made.
  await until(() => aws.requests.length > 800, { what: '800 requests', detail: () => running.output.slice(-2000) });
  const afterFive = residentMegabytes(running.pid);
  await until(() => aws.requests.length > 1600, { what: '1600 requests' });
  const afterTen = residentMegabytes(running.pid);
  expect(afterTen).toBeLessThan(128);
  expect(afterTen - afterFive).toBeLessThan(15);
});

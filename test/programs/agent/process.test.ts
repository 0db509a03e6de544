import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AGENT_HEALTH_PROGRAM, AGENT_PROGRAM, APP_MESH_DIRECTORY, MESH_DIRECTORY } from '../../../lib/core/contract/files';
import type { IssuingRequest, ProofContext } from '../../../lib/core/contract/issuing';
import { AGENT_MEMORY_MIB } from '../../../lib/core/model/constants';
import { APP_MESH_USER, PROXY_USER } from '../../../lib/core/model/images';
import { identityIn, trustIn } from '../../../programs/agent/certificate/sds';
import { checkSvid, readPemCertificates, type X509Svid } from '../../../programs/shared/svid';
import { until } from '../../e2e/runner/wait';
import { AgentProcess, bundled, healthOf, nodeOptions, residentMegabytes, type AgentOptions, type Memory } from './agent-process';
import { IDENTITY } from './authority';
import { AwsServer, REQUEST_ID, type AwsAnswer, type AwsRequest } from './aws-server';
import { CERTIFIED, NAMESPACE, SCOPE, TASK_ARN } from './fake-world';
import { RealIssuer } from './real-issuer';
import { holdsKey } from './secrecy';

const TARGET = { cluster: 'catalog', serviceName: 'catalog', port: 15006 };
const DISCOVERY = { MESH_NAMESPACE: NAMESPACE, MESH_DISCOVERY: JSON.stringify([TARGET]) };
/** Younger than any certificate, which begins five minutes before it is made. */
const ALWAYS = { MESH_RENEW_SECONDS: '0.1' };

let bundle: ReturnType<typeof bundled>;
beforeAll(() => {
  bundle = bundled();
});
afterAll(() => {
  bundle.remove();
});

let aws: AwsServer;
let issuer: RealIssuer;
let directory: string;
let agents: AgentProcess[];
/** What each API answers from now on. */
let answers: Record<string, AwsAnswer | ((request: AwsRequest) => AwsAnswer | Promise<AwsAnswer>)>;
beforeEach(async () => {
  agents = [];
  directory = mkdtempSync(join(tmpdir(), 'agent-'));
  aws = await AwsServer.start();
  issuer = await RealIssuer.create(Date.now);
  answers = {
    Encrypt: encrypts,
    Invoke: issues,
    DiscoverInstances: instances(1),
    DiscoverInstancesRevision: { ok: { InstancesRevision: 1 } },
    UpdateInstanceCustomHealthStatus: { ok: {} },
  };
  aws.answer = (request) => {
    const answer = answers[request.action] ?? { error: 'UnknownOperationException' };
    return typeof answer === 'function' ? answer(request) : answer;
  };
});
afterEach(async () => {
  for (const agent of agents) agent.signal('SIGKILL');
  await Promise.all(agents.map(async (agent) => agent.exited));
  await aws.close();
  rmSync(directory, { recursive: true, force: true });
  for (const agent of agents) expect(agent.output).not.toMatch(/PRIVATE KEY|MIGHAgE|MIGTAgE/);
});

/** KMS, for a task whose role may prove every identity. */
async function encrypts({ body }: AwsRequest): Promise<AwsAnswer> {
  const { KeyId: key, Plaintext: text, EncryptionContext: context } = body;
  if (key !== issuer.identityKeyArn) return { error: 'NotFoundException' };
  const { ciphertext } = await issuer.key.encrypt(Buffer.from(String(text), 'base64').toString(), context as ProofContext);
  return { ok: { CiphertextBlob: ciphertext, KeyId: key, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' } };
}

/** Lambda, with the function as it is. */
async function issues({ functionName, body }: AwsRequest): Promise<AwsAnswer> {
  if (functionName !== CERTIFIED.MESH_ISSUER_ARN) return { error: 'ResourceNotFoundException', status: 404 };
  return { text: await issuer.invoke(body) };
}

function instances(...numbers: readonly number[]): AwsAnswer {
  return {
    ok: {
      InstancesRevision: 1,
      Instances: numbers.map((number) => ({
        InstanceId: `task-${number}`,
        NamespaceName: NAMESPACE,
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
/** What Envoy reads. */
const written = (): X509Svid => ({ identity: IDENTITY, ...identityIn(file('identity.json'))!, trustBundle: trustIn(file('trust.json'))! });
const issueRequests = (): readonly Extract<IssuingRequest, { readonly action: 'issue' }>[] =>
  aws.of('Invoke').flatMap(({ body }) => {
    const request = body as unknown as IssuingRequest;
    return request.action === 'issue' ? [request] : [];
  });
const health = async (): Promise<readonly [number, string]> => healthOf(bundle.directory, directory);

test('the image is made of copies alone, runs as the user of Envoy, and owns the volume that the agent writes', () => {
  expect(readdirSync(bundle.directory).sort()).toEqual(['Dockerfile', 'agent.js', 'aggregator.js', 'health.pl', 'volume']);
  const lines = readFileSync(join(bundle.directory, 'Dockerfile'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(new Set(lines.map((line) => line.split(' ')[0]))).toEqual(new Set(['FROM', 'COPY', 'VOLUME', 'USER', 'ENV', 'ENTRYPOINT']));
  // Debian's, which has Perl.
  expect(lines[0]).toMatch(/node:22\.\d+\.\d+-(bookworm|trixie)-slim(@sha256:[0-9a-f]{64})?$/);
  expect(lines).toContain(`VOLUME ${MESH_DIRECTORY}`);
  expect(lines).toContain(`COPY --chown=${PROXY_USER}:${PROXY_USER} volume/ ${MESH_DIRECTORY}/`);
  expect(lines).toContain(`VOLUME ${APP_MESH_DIRECTORY}`);
  expect(lines).toContain(`COPY --chown=${APP_MESH_USER}:${APP_MESH_USER} volume/ ${APP_MESH_DIRECTORY}/`);
  expect(lines).toContain(`USER ${PROXY_USER}:${PROXY_USER}`);
  expect(lines).toContain(`COPY agent.js aggregator.js health.pl ${dirname(AGENT_PROGRAM)}/`);
  expect(AGENT_HEALTH_PROGRAM).toBe(`${dirname(AGENT_PROGRAM)}/health.pl`);
  expect(lines.at(-1)).toMatch(new RegExp(`^ENTRYPOINT .*"${AGENT_PROGRAM}"\\]$`));
});

test('init writes the files that Envoy starts with, for its own user alone, and ends', async () => {
  const init = agent('init', DISCOVERY);
  expect([await init.exited, init.output]).toEqual([0, expect.any(String)]);
  expect(readdirSync(directory).sort()).toEqual(['eds-catalog.json', 'identity.json', 'trust.json']);
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  expect(checkSvid(written(), { identity: IDENTITY, now: new Date() })).toMatchObject({ ok: true });
  expect(written().trustBundle).toBe(issuer.configuration.issuer.certificate.toString());
  expect(file('eds-catalog.json')).toContain('"address":"10.0.0.1","port_value":15006');
  expect(aws.of('DiscoverInstances')[0].body).toEqual({
    NamespaceName: NAMESPACE,
    ServiceName: 'catalog',
    MaxResults: 1000,
    HealthStatus: 'HEALTHY_OR_ELSE_ALL',
  });
});

test('init proves its identity to KMS, and asks the function for a certificate of the key that it has made', async () => {
  expect(await agent('init').exited).toBe(0);
  const { certificateChain, privateKey } = written();
  expect(new X509Certificate(certificateChain).checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
  expect(aws.requests.map(({ action, functionName }) => [action, functionName])).toEqual([
    ['Encrypt', undefined],
    ['Invoke', CERTIFIED.MESH_ISSUER_ARN],
  ]);
  expect(aws.requests[0].body).toMatchObject({
    KeyId: CERTIFIED.MESH_IDENTITY_KEY_ARN,
    EncryptionContext: { identity: IDENTITY, mesh: SCOPE },
  });
  const content = JSON.parse(Buffer.from(String(aws.requests[0].body['Plaintext']), 'base64').toString()) as unknown;
  expect(content).toEqual({ keyHash: expect.stringMatching(/^[0-9a-f]{64}$/), issuedAt: expect.any(String), task: TASK_ARN });
  expect(issueRequests()).toEqual([
    { action: 'issue', identity: IDENTITY, csr: expect.any(String), proof: expect.any(String), proofRequestId: REQUEST_ID },
  ]);
});

test('no request that leaves the task holds its private key, and each start has a key of its own', async () => {
  const keys: string[] = [];
  for (let start = 0; start < 2; start += 1) {
    expect(await agent('init').exited).toBe(0);
    keys.push(written().privateKey);
  }
  const running = agent('run', ALWAYS);
  await running.message('the certificate was renewed');
  await until(() => issueRequests().length > 4, { what: 'more certificates' });
  running.signal('SIGKILL');
  await running.exited;
  keys.push(written().privateKey);
  expect(new Set(keys).size).toBe(3);
  expect(new Set(issueRequests().map(({ csr }) => csr)).size).toBe(issueRequests().length);
  for (const key of keys) for (const { raw } of aws.requests) expect(holdsKey(raw, key)).toBe(false);
});

test.each<[string, 'Encrypt' | 'Invoke', AwsAnswer]>([
  ['access-denied', 'Encrypt', { error: 'AccessDeniedException' }],
  ['key-unusable', 'Encrypt', { error: 'DisabledException' }],
  ['missing', 'Invoke', { error: 'ResourceNotFoundException', status: 404 }],
  ['throttled', 'Invoke', { error: 'TooManyRequestsException', status: 429 }],
  ['network', 'Invoke', 'broken'],
  ['issuer-failed', 'Invoke', { thrown: 'Task timed out after 30.00 seconds' }],
  ['refused', 'Invoke', { ok: { outcome: 'refused', reason: 'proof-expired', message: 'the clock is wrong' } }],
  ['malformed', 'Invoke', { text: 'null' }],
])('init says that it is %s (%s), and goes on when that is over', async (reason, action, answer) => {
  const works = answers[action];
  answers[action] = answer;
  const init = agent('init');
  expect(await init.message('waiting for the certificate')).toMatchObject({ level: 'warn', reason });
  expect(readdirSync(directory)).toEqual([]);
  answers[action] = works;
  expect(await init.exited).toBe(0);
  expect(readdirSync(directory).sort()).toEqual(['identity.json', 'trust.json']);
});

test('fails if the certificate does not come within the limit', async () => {
  answers['Encrypt'] = { error: 'AccessDeniedException' };
  const init = agent('init', { MESH_WAIT_SECONDS: '1' });
  expect(await init.exited).toBe(1);
  expect(init.lines.at(-1)).toMatchObject({ level: 'error', message: 'gave up waiting for the certificate', reason: 'access-denied' });
  expect(readdirSync(directory)).toEqual([]);
});

test('fails if the mesh of the task is another than that of the function', async () => {
  const init = agent('init', { MESH_SCOPE: 'shop.internal/Z2OTHER', MESH_WAIT_SECONDS: '1' });
  expect(await init.exited).toBe(1);
  expect(init.lines.at(-1)).toMatchObject({ reason: 'refused', why: expect.stringContaining('not-proven') });
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
  answers['Invoke'] = { error: 'AccessDeniedException' };
  const init = agent('init');
  await init.message('waiting for the certificate');
  init.signal('SIGTERM');
  expect(await init.exited).toBe(143);
});

test('run renews the certificate and follows the endpoints; the log tells the life that is left', async () => {
  await agent('init', DISCOVERY).exited;
  const first = written();
  const running = agent('run', { ...DISCOVERY, ...ALWAYS, MESH_POLL_SECONDS: '0.05', MESH_LIST_SECONDS: '0.2' });
  await running.line((line) => 'CertificateLifeLeft' in line, 'the metric');
  expect(await running.message('the certificate was renewed')).toMatchObject({ due: 'age', changed: ['certificate'] });
  expect(written()).toMatchObject({ trustBundle: first.trustBundle });
  expect(written().privateKey).not.toBe(first.privateKey);
  expect(checkSvid(written(), { identity: IDENTITY, now: new Date() })).toMatchObject({ ok: true });
  answers['DiscoverInstances'] = instances(1, 2);
  await until(() => file('eds-catalog.json').includes('"10.0.0.2"'), { what: 'the second endpoint' });
  answers['Invoke'] = { thrown: 'out of memory' };
  expect(await running.message('the certificate in use is kept')).toMatchObject({ reason: 'issuer-failed' });
  expect(await health()).toEqual([0, 'healthy\n']);
  const life = running.lines.filter((line) => 'CertificateLifeLeft' in line);
  expect(life.length).toBeGreaterThanOrEqual(2);
  expect(life.at(-1)).toMatchObject({ Mesh: SCOPE, Service: 'orders', CertificateLifeLeft: expect.any(Number) });
});

test('run asks for a certificate when the authorities change, and at no other time before it is old', async () => {
  await agent('init').exited;
  const first = written();
  const running = agent('run', { MESH_CHECK_SECONDS: '0.05' });
  await until(() => aws.of('Invoke').length > 10, { what: 'ten checks' });
  expect(issueRequests()).toHaveLength(1);
  expect(written()).toEqual(first);
  await issuer.addAuthority('two', Date.now());
  expect(await running.message('the certificate was renewed')).toMatchObject({ due: 'authorities', changed: ['trust', 'certificate'] });
  expect(readPemCertificates(written().trustBundle)).toHaveLength(2);
  const checks = aws.of('Invoke').length;
  await until(() => aws.of('Invoke').length > checks + 5, { what: 'more checks' });
  expect(issueRequests()).toHaveLength(2);
});

test('a KMS that never answers is given up on, and so is a function', async () => {
  await agent('init').exited;
  answers['Invoke'] = 'silent';
  // Ten seconds, while others are waited for.
  const running = agent('run');
  answers['Encrypt'] = 'silent';
  const elsewhere = mkdtempSync(join(tmpdir(), 'agent-'));
  const init = agent('init', {}, { directory: elsewhere });
  expect(await init.message('waiting for the certificate')).toMatchObject({ reason: 'network', why: expect.stringMatching(/^Encrypt/) });
  expect(await running.message('the certificate in use is kept')).toMatchObject({
    reason: 'network',
    why: expect.stringMatching(/^Invoke/),
  });
  expect(await health()).toEqual([0, 'healthy\n']);
  rmSync(elsewhere, { recursive: true });
});

test('SIGTERM: the task leaves discovery under its own id, drains and ends; Envoy is not there, and that is said', async () => {
  await agent('init').exited;
  const running = agent('run', { MESH_CLOUD_MAP_SERVICE_ID: 'srv-1', MESH_REFRESH_SECONDS: '0.1', MESH_STOP_SECONDS: '10' });
  await running.message('the agent runs');
  running.signal('SIGTERM');
  expect(await running.exited).toBe(0);
  expect(aws.of('UpdateInstanceCustomHealthStatus')[0].body).toEqual({
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
    expect(await health()).toEqual([1, `the agent does not answer: ${directory}/agent.sock: No such file or directory\n`]);
  });

  test('fails if the agent is stuck, before ECS gives the check up', async () => {
    await agent('init').exited;
    const running = agent('run');
    await until(async () => (await health())[0] === 0, { what: 'the agent to be healthy' });
    running.signal('SIGSTOP');
    expect(await health()).toEqual([1, 'the agent does not answer: nothing within 3 s\n']);
    running.signal('SIGCONT');
    await until(async () => (await health())[0] === 0, { what: 'the agent to be healthy' });
  });

  // The base of the image is Debian's: what is essential there is in each of its images, and apt refuses to remove it.
  (existsSync('/var/lib/dpkg/status') || process.env['CI'] === 'true' ? test : test.skip)('needs nothing but what every Debian has', () => {
    const run = (program: string, ...argv: readonly string[]): string => {
      const { status, stdout, stderr } = spawnSync(program, argv, { encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
      return stdout.trim();
    };
    const check = readFileSync(join(bundle.directory, 'health.pl'), 'utf8');
    const modules = [...check.matchAll(/^use (\w+);$/gm)].map(([, name]) => `-M${name}`);
    expect(modules).toContain('-MSocket');
    const loaded = run('perl', ...modules, '-e', 'print join("\\n", $^X, values %INC)').split('\n');
    expect(loaded.length).toBeGreaterThan(modules.length);
    for (const path of loaded) expect(run('dpkg-query', '-S', path.replace(/^\/bin\//, '/usr/bin/'))).toMatch(/^perl-base: /);
    expect(run('dpkg-query', '-W', '-f', '${Essential}', 'perl-base')).toBe('yes');
  });

  test.each<[string, string, number, string]>([
    ['nothing', '', 1, 'the agent does not answer: it said nothing of its health\n'],
    ['an empty line', '\n', 1, 'the agent does not answer: it said nothing of its health\n'],
    ['half of the word', 'health', 1, 'health'],
    ['the word and more', 'healthy\nor not\n', 1, 'healthy\nor not\n'],
    ['two problems', 'the one; the other\n', 1, 'the one; the other\n'],
    ['the word', 'healthy\n', 0, 'healthy\n'],
  ])('takes for health nothing but the word for it: %s', async (_, answer, code, output) => {
    const server = createServer((socket) => socket.end(answer)).listen(join(directory, 'agent.sock'));
    await until(() => server.listening, { what: 'the socket' });
    expect(await health()).toEqual([code, output]);
    server.close();
  });

  test('fails if the agent has no certificate, and tells why', async () => {
    answers['Invoke'] = { text: 'garbage' };
    await agent('run').message('the agent runs');
    await until(() => existsSync(join(directory, 'agent.sock')), { what: 'the socket' });
    expect(await health()).toEqual([1, 'there is no certificate\n']);
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

describe('memory stays within what the task definition gives', () => {
  let options: readonly string[];
  beforeAll(() => {
    options = nodeOptions(join(bundle.directory, 'Dockerfile'));
  });

  const tell = (what: string, { now, own, peak }: Memory): void => {
    console.log(
      `FIGURE memory of agent ${what}: ${now.toFixed(0)} MiB resident, ${own.toFixed(0)} of them its own, ` +
        `at most ${peak.toFixed(0)}; the limit is ${AGENT_MEMORY_MIB}`,
    );
    expect(peak).toBeLessThan(AGENT_MEMORY_MIB);
  };

  test('of init, when it has its certificate', async () => {
    const looked = new Promise<Memory>((resolve) => {
      answers['DiscoverInstances'] = () => {
        resolve(residentMegabytes(init.pid));
        return instances(1);
      };
    });
    const init = agent('init', DISCOVERY, { nodeOptions: options });
    tell('init', await looked);
    expect(await init.exited).toBe(0);
  });

  test('of run, and it does not grow with the number of polls and certificates', async () => {
    const targets = Array.from({ length: 10 }, (_, index) => ({ ...TARGET, cluster: `callee-${index}` }));
    answers['DiscoverInstances'] = instances(...Array.from({ length: 50 }, (_, index) => index + 1));
    const running = agent(
      'run',
      {
        MESH_NAMESPACE: NAMESPACE,
        MESH_DISCOVERY: JSON.stringify(targets),
        MESH_RENEW_SECONDS: '0.5',
        MESH_POLL_SECONDS: '0.02',
        MESH_LIST_SECONDS: '0.05',
      },
      { nodeOptions: options },
    );
    // With three callees it is 5 minutes until as many were made.
    await until(() => aws.requests.length > 800, { what: '800 requests', detail: () => running.output.slice(-2000) });
    const afterFive = residentMegabytes(running.pid);
    await until(() => aws.requests.length > 1600, { what: '1600 requests' });
    const afterTen = residentMegabytes(running.pid);
    expect(issueRequests().length).toBeGreaterThan(1);
    tell(`run, with ${issueRequests().length} certificates`, afterTen);
    expect(afterTen.now - afterFive.now).toBeLessThan(15);
  });

  test('of run, which loads nothing that it does not use', async () => {
    // Prints what Node.js has loaded of itself.
    const spy = join(directory, 'spy.cjs');
    writeFileSync(spy, 'process.on("SIGUSR2", () => console.log(JSON.stringify({ loaded: process.moduleLoadList })));');
    await agent('init', DISCOVERY).exited;
    const running = agent('run', { ...DISCOVERY, ...ALWAYS }, { nodeOptions: [...options, '--require', spy] });
    await running.message('the certificate was renewed');
    running.signal('SIGUSR2');
    const { loaded } = await running.line((line) => 'loaded' in line, 'the list of what is loaded');
    expect(loaded).toContain('NativeModule https');
    // Of fetch alone.
    expect(loaded).not.toContain('NativeModule internal/deps/undici/undici');
  });
});

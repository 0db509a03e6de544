import { Stack, type App } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { UserPool, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { parse } from 'yaml';
import { collectorsOf } from '../../../../programs/cli/local/collectors';
import type { EngineTraits } from '../../../../programs/cli/local/engine/engine';
import { traitsOf } from '../../../../programs/cli/local/engine/engine';
import { withCommand } from '../../../../programs/cli/local/job-run';
import type { LocalOptions, LocalPlan } from '../../../../programs/cli/local/local-plan';
import { planLocal } from '../../../../programs/cli/local/local-plan';
import { readSettings } from '../../../../programs/cli/local/settings';
import type { ComposeFile } from '../../../../programs/cli/local/engine/compose-file';
import { partOf } from '../../../../programs/cli/local/engine/compose-file';
import { readLocalSystem } from '../../../../programs/cli/local/read-local-system';
import type { SynthesizedSystem } from '../../../../programs/cli/local/read-local-system';
import { readSystem } from '../../../../programs/cli/assembly/read-description';
import { Authorizer, Edge, Microservices, TraceCollector, Tracing } from '../../../../lib';
import type { IssuerIdentities, LocalSystem } from '../../../../programs/local/local-system';
import { expectGolden } from '../../../support/golden';
import { Bundled, EXAMPLES } from '../bundled';
import type { Ran } from '../bundled';

/** Its spans go to a collector outside of the system. */
function traced(app: App): void {
  new Microservices(new Stack(app, 'Traced'), 'Traced', {
    services: { ui: { image: ContainerImage.fromRegistry('example.com/ui:1'), port: 8080 } },
    tracing: Tracing.openTelemetry({ collector: TraceCollector.endpoint({ host: 'otlp.vendor.example', port: 4443 }) }),
  });
}

function jobs(app: App): void {
  const image = ContainerImage.fromRegistry('example.com/ui:1');
  new Microservices(new Stack(app, 'Jobs'), 'Jobs', {
    services: { ui: { image, port: 8080 } },
    jobs: { migrate: { image, beforeDeployment: true }, report: { image, calls: ['ui'] } },
  });
}

/** Its gateway services verify tokens. */
function verifying(app: App): void {
  const stack = new Stack(app, 'Verifying');
  const jwt = (keys: string) =>
    Authorizer.jwt({ issuer: 'https://login.example', audience: ['shop'], jwksUri: keys, claimsToHeaders: { 'x-user': 'sub' } });
  new Microservices(stack, 'Verifying', {
    services: { ui: { image: ContainerImage.fromRegistry('example.com/ui:1'), port: 8080 } },
    edges: {
      default: Edge.httpApi({ authorizer: jwt('https://login.example/keys'), routes: { 'GET /': { service: 'ui' } } }),
      other: Edge.httpApi({ authorizer: jwt('https://keys.example:8080/keys'), routes: { 'GET /': { service: 'ui' } } }),
      pool: Edge.httpApi({
        authorizer: Authorizer.cognito({
          userPool: new UserPool(stack, 'Users'),
          userPoolClients: [UserPoolClient.fromUserPoolClientId(stack, 'Web', 'web')],
          claimsToHeaders: { 'x-user': 'sub' },
        }),
        routes: { 'GET /': { service: 'ui' } },
      }),
    },
  });
}

/** With the bundles, and with outputs of cdk synth. */
let bundled: Bundled;
const systems = new Map<string, SynthesizedSystem>();

beforeAll(async () => {
  bundled = new Bundled({ ...EXAMPLES, traced, verifying, jobs });
  const root = join(__dirname, '../../../..');
  spawnSync(process.execPath, [join(root, 'programs/local/bundle.mjs'), join(bundled.directory, 'local')], { encoding: 'utf8' });
  for (const name of [...Object.keys(EXAMPLES), 'traced', 'jobs']) {
    const app = join(bundled.directory, name);
    systems.set(name, await readLocalSystem(app, readSystem(app, undefined)));
  }
});
afterAll(() => {
  bundled.close();
});

/** A file of this test. */
function file(name: string, text: string): string {
  writeFileSync(join(bundled.directory, name), text);
  return name;
}

/** What secrets of the examples are. */
const SECRETS = 'DATABASE=the-secret\n';

function compose(app: string, ...options: readonly string[]): Ran {
  return bundled.run('local', 'compose', '--app', app, '--engine', 'docker', '--environment', file('.env.local', SECRETS), ...options);
}

function written(app: string, ...options: readonly string[]): ComposeFile {
  const { output, error } = compose(app, ...options);
  if (error !== '') throw new Error(error);
  return parse(readFileSync(output.trim(), 'utf8')) as ComposeFile;
}

/** What Compose makes of a text. https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md */
const interpolated = (text: string): string => text.replaceAll('$$', '$');

const names = Object.keys(EXAMPLES);

test('the Compose file of an example is text that people can read', () => {
  const { output } = compose('shop');
  const text = readFileSync(output.trim(), 'utf8')
    .replace(/(cdk-local\/)[0-9a-f]{16}/g, '$1<hash>')
    .replace(/(asset\.)[0-9a-f]{64}/g, '$1<hash>')
    .replace(/(MESH_CONFIG: ).*/g, '$1<configuration>')
    .replace(/(cdk-ecs-microservices\.definition: )"?[0-9a-f]{16}"?/g, '$1<hash>');
  expectGolden(join(__dirname, 'output'), new Map([['shop.yaml', text]]));
});

test('a collector outside of the tasks is named before anything is sent to it', () => {
  const workloads = systems.get('traced')?.workloads ?? [];
  const collectors = ['https://otlp.vendor.example:4443'];
  expect(collectorsOf(written('traced'), workloads)).toEqual(collectors);
  const settings = file('elsewhere.yaml', "environment: { ui: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' } }");
  // Those of Envoys go on.
  expect(collectorsOf(written('traced', '--settings', settings), workloads)).toEqual(collectors);
  expect(collectorsOf(written('traced', '--settings', settings), [])).toEqual([]);
  expect(collectorsOf(written('shop'), systems.get('shop')?.workloads ?? [])).toEqual([]);
});

test.each(names)('%s: each container of a task has the image, command, user and checks of its task definition', (app) => {
  const { services } = written(app);
  for (const { description, service } of systems.get(app)?.workloads ?? [])
    for (const container of service.task.containers) {
      const found = services[`${description.name}-1-${container.name}`];
      const role = description.containers.find(({ name }) => name === container.name)?.role;
      if (role === 'collector') expect(found).toBeUndefined();
      else
        expect(found).toMatchObject({
          ...(container.command.length > 0 && { command: container.command.map((word) => word.replaceAll('$', '$$$$')) }),
          ...(container.user !== undefined && { user: container.user }),
          ...(container.readonlyRoot && { read_only: true }),
          network_mode: `service:${description.name}-1`,
          stop_grace_period: `${container.stopTimeoutMs / 1000}s`,
        });
    }
});

test.each(names)('%s: every variable of the template is in its container, to the byte: Envoys have the same configurations', (app) => {
  const { services } = written(app);
  let configurations = 0;
  for (const { description, service } of systems.get(app)?.workloads ?? [])
    for (const container of service.task.containers) {
      const found = services[`${description.name}-1-${container.name}`];
      if (found === undefined) continue;
      for (const [name, value] of Object.entries(container.environment)) {
        if (name === 'MESH_CONFIG') configurations += 1;
        if (!SECRETS.includes(`${name}=`)) expect(interpolated(found.environment?.[name] ?? '')).toBe(value);
      }
    }
  expect(configurations).toBeGreaterThanOrEqual(systems.get(app)?.workloads.length ?? 0);
});

test.each(names)('%s: a container waits for what it waits for in its task definition, after what holds the network', (app) => {
  const { services } = written(app);
  const conditions = { START: 'service_started', HEALTHY: 'service_healthy', SUCCESS: 'service_completed_successfully', COMPLETE: '' };
  for (const { description, service } of systems.get(app)?.workloads ?? []) {
    const task = `${description.name}-1`;
    for (const { name, dependsOn } of service.task.containers) {
      const found = services[`${task}-${name}`];
      if (found === undefined) continue;
      const kept = dependsOn.filter(({ container }) => services[`${task}-${container}`] !== undefined);
      expect(found.depends_on).toEqual({
        [task]: { condition: 'service_started' },
        ...Object.fromEntries(kept.map(({ container, condition }) => [`${task}-${container}`, { condition: conditions[condition] }])),
      });
    }
  }
});

test.each(names)('%s: two runs write the same bytes, so that nothing restarts that has not changed', (app) => {
  const first = compose(app);
  const before = readFileSync(first.output.trim(), 'utf8');
  expect(readFileSync(compose(app).output.trim(), 'utf8')).toBe(before);
});

test('a service that may send to WebSocket connections has credentials for it, and others have none', () => {
  const variable = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
  const credentials = ({ services }: ComposeFile, container: string): string | undefined => services[container]?.environment?.[variable];
  expect(credentials(written('chat'), 'chat-1-app')).toBe('http://127.0.0.1:15790/v2/credentials/chat-1');
  expect(credentials(written('shop'), 'catalog-1-app')).toBeUndefined();
});

test('virtual names are loopback addresses in every task, and names in Cloud Map are aliases of its network', () => {
  const { services } = written('shop');
  expect(services['ui-1']).toMatchObject({
    networks: { mesh: { aliases: ['ui.tasks.shop.internal'] } },
    extra_hosts: expect.arrayContaining([expect.stringMatching(/^catalog\.shop\.internal:127\.\d+\.\d+\.\d+$/)]) as unknown,
  });
});

test('values of secrets stand in no file that is written: Compose takes them from the environment', () => {
  for (const app of names) {
    const { output } = compose(app);
    const directory = join(output.trim(), '..');
    for (const name of readdirSync(directory).filter((each) => each.startsWith('compose')))
      expect(readFileSync(join(directory, name), 'utf8')).not.toContain('the-secret');
  }
});

test('gateway services that verify tokens fetch keys from the local issuer, and they alone trust its authority', () => {
  const { services } = written('verifying');
  const { 'gateway-1': holder, 'gateway-1-envoy': envoy, 'gateway-pool-1': pool, 'gateway-other-1': other, 'ui-1': ui } = services;
  expect(holder).toMatchObject({
    extra_hosts: expect.arrayContaining(['login.example:127.0.0.1']) as unknown,
    sysctls: { 'net.ipv4.ip_unprivileged_port_start': '443' },
  });
  const hosts = (service: typeof holder): readonly string[] => (service?.extra_hosts ?? []).filter((each) => each.endsWith(':127.0.0.1'));
  expect(hosts(pool)).toEqual(['cognito-idp.us-east-1.amazonaws.com:127.0.0.1']);
  // Its own Envoy has the port.
  expect([hosts(other), hosts(ui)]).toEqual([[], []]);
  const [, file = ''] =
    /^\.\/(issuers\/[0-9a-f]{16}\.pem):\/etc\/ssl\/certs\/ca-certificates\.crt:ro$/.exec(envoy?.volumes?.at(-1) ?? '') ?? [];
  const directory = join(bundled.directory, '.cdk-local/verifying-local');
  const authorities = readFileSync(join(directory, file), 'utf8').match(/-----BEGIN [^]*?-----END CERTIFICATE-----/g) ?? [];
  expect(authorities.length).toBeGreaterThan(100);
  const authority = new X509Certificate(authorities.at(-1) ?? '');
  const { issuers } = JSON.parse(readFileSync(join(directory, 'system/system.json'), 'utf8')) as LocalSystem;
  expect(issuers?.urls).toEqual([
    expect.stringMatching(/^https:\/\/cognito-idp\.us-east-1\.amazonaws\.com\/us-east-1_\w+\/\.well-known\/jwks\.json$/),
    'https://login.example/keys',
  ]);
  const identities = JSON.parse(readFileSync(join(directory, 'system', issuers?.file ?? ''), 'utf8')) as IssuerIdentities;
  for (const host of ['cognito-idp.us-east-1.amazonaws.com', 'login.example']) {
    const certificate = new X509Certificate(identities[host]?.certificate ?? '');
    expect(certificate.checkHost(host)).toBe(host);
    expect(certificate.verify(authority.publicKey)).toBe(true);
  }
});

test('a job has a Compose file of its own, with the network of the system, and is in no other', () => {
  const { services } = written('jobs');
  expect(Object.keys(services).filter((name) => /migrate|report/.test(name))).toEqual([]);
  const directory = join(bundled.directory, '.cdk-local/jobs-local');
  const { name, services: own, networks } = parse(readFileSync(join(directory, 'job-migrate.yaml'), 'utf8')) as ComposeFile;
  expect({ name, networks }).toEqual({ name: 'jobs-local', networks: { mesh: {} } });
  expect(Object.keys(own)).toEqual(['migrate-1', 'migrate-1-mesh-init', 'migrate-1-envoy', 'migrate-1-app', 'migrate-1-mesh-agent']);
  expect(Object.values(own).filter(({ restart }) => restart !== undefined)).toEqual([]);
  const { jobs } = JSON.parse(readFileSync(join(directory, 'system/system.json'), 'utf8')) as LocalSystem;
  expect(jobs?.map(({ id, workload }) => [id, workload])).toEqual([
    ['migrate-1', 'migrate'],
    ['report-1', 'report'],
  ]);
});

test.each<readonly [what: string, options: Partial<LocalOptions>, before: readonly string[], leftOut: string]>([
  ['run by default', {}, ['run', 'never'], ''],
  ['left out by --only', { only: new Set(['ui']) }, ['left out', 'never'], 'migrate'],
  ['run where --only names them', { only: new Set(['migrate']) }, ['run', 'never'], ''],
])('jobs before the services are %s', (_what, options, before, leftOut) => {
  const system = systems.get('jobs');
  if (system === undefined) throw new Error('there are no jobs');
  const plan = planOf(system, traitsOf('docker', 'nowhere'), options);
  expect(plan.jobs.map((job) => job.before)).toEqual(before);
  expect(plan.leftOut.find((line) => line.startsWith('jobs before'))?.split(': ')[1] ?? '').toBe(leftOut);
  expect(plan.leftOut).toContain('schedules and events that start jobs; `local run <job>` starts one of report');
});

test('the command of a run takes the place of that of a job, word by word', () => {
  const system = systems.get('jobs');
  const [job] = system === undefined ? [] : planOf(system, traitsOf('docker', 'nowhere')).jobs;
  if (job === undefined) throw new Error('there are no jobs');
  expect(withCommand(job, ['a b', '$c']).services['migrate-1-app']?.command).toEqual(['a b', '$$c']);
  expect(withCommand(job, [])).toBe(job.compose);
});

test('an image that the CDK builds is built once, of its own directory', () => {
  const { services } = written('shop');
  const built = Object.values(services).filter(({ build }) => build !== undefined);
  expect(built.map(({ image }) => image)).toEqual([...new Set(built.map(({ image }) => image))]);
  const { output } = compose('shop');
  for (const { build } of built)
    expect(existsSync(join(output.trim(), '..', build?.context ?? '', build?.dockerfile ?? 'Dockerfile'))).toBe(true);
});

test('--only runs the applications of some services; the tasks of all others have stand-ins, with their own Envoys', () => {
  const { services } = written('shop', '--only', 'ui,catalog');
  expect(services['ui-1-app']).toBeDefined();
  expect(services['orders-1-app']).toBeUndefined();
  expect(services['orders-1-envoy']).toBeDefined();
  const settings = JSON.parse(readFileSync(join(bundled.directory, '.cdk-local/shop-local/system/tasks/orders-1.json'), 'utf8')) as object;
  expect(settings).toEqual({ applicationPorts: [8080], standIns: [{ port: 8080, protocol: 'http', answers: [] }], relays: [] });
});

test('--swap leads to a process on this machine, which reaches what it calls at ports of its own', () => {
  const { services } = written('shop', '--swap', 'ui=http://localhost:3000');
  expect(services['ui-1-app']).toBeUndefined();
  expect(services['ui-1']).toMatchObject({
    extra_hosts: expect.arrayContaining(['host.docker.internal:host-gateway']) as unknown,
    ports: expect.arrayContaining(['127.0.0.1:18080:18080']) as unknown,
  });
  const { relays } = JSON.parse(readFileSync(join(bundled.directory, '.cdk-local/shop-local/system/tasks/ui-1.json'), 'utf8')) as {
    readonly relays: readonly object[];
  };
  expect(relays[0]).toEqual({ port: 8080, everywhere: true, toHost: 'host.docker.internal', toPort: 3000 });
  expect(relays[1]).toMatchObject({ port: 18080, toHost: expect.stringMatching(/^127\./) as unknown, toPort: 15080 });
});

test('--swap of a service with versions is for one of them', () => {
  const { services } = written('teams', '--swap', 'catalog-next=http://localhost:3000');
  expect(services['catalog-next-1-app']).toBeUndefined();
  expect(services['catalog-stable-1-app']).toBeDefined();
  const file = join(bundled.directory, '.cdk-local/teams-shop-local/system/tasks/catalog-next-1.json');
  const { relays } = JSON.parse(readFileSync(file, 'utf8')) as { readonly relays: readonly object[] };
  expect(relays[0]).toMatchObject({ everywhere: true, toHost: 'host.docker.internal', toPort: 3000 });
});

test('a change makes Compose read what it replaces, and what that waits for, and nothing else', () => {
  const whole = written('shop');
  const { services, volumes, networks } = partOf(whole, ['catalog-1-envoy']);
  expect(Object.keys(services)).toEqual(['catalog-1', 'catalog-1-mesh-init', 'catalog-1-envoy']);
  expect(services['catalog-1-envoy']).toEqual(whole.services['catalog-1-envoy']);
  expect(Object.keys(volumes)).toEqual(['catalog-1-mesh']);
  expect(networks).toEqual(whole.networks);
});

test('settings name other images, variables, answers and numbers of tasks', () => {
  const settings = file(
    'local.yaml',
    `images:
  catalog: example/catalog:dev
  '*/envoy': example/envoy:dev
environment:
  catalog: { RETAIL_CATALOG_PERSISTENCE_PROVIDER: in-memory, PRICE: $5 }
answers:
  orders: [{ method: GET, path: /orders/*, body: { id: 7 } }]
tasks:
  catalog: 2
  carts: 0
`,
  );
  const { services } = written('shop', '--settings', settings, '--only', 'catalog');
  expect(services['catalog-2-app']).toMatchObject({
    image: 'example/catalog:dev',
    environment: { RETAIL_CATALOG_PERSISTENCE_PROVIDER: 'in-memory', PRICE: '$$5' },
  });
  expect(services['ui-1-envoy']?.image).toBe('example/envoy:dev');
  expect(services['carts-1']).toBeUndefined();
  const told = JSON.parse(readFileSync(join(bundled.directory, '.cdk-local/shop-local/system/tasks/orders-1.json'), 'utf8')) as object;
  expect(told).toMatchObject({ standIns: [{ answers: [{ method: 'GET', path: '/orders/*', body: { id: 7 } }] }] });
});

test('settings in the documentation are settings', () => {
  const page = readFileSync(join(__dirname, '../../../../docs/local.md'), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text);
  expect(blocks.length).toBeGreaterThan(1);
  for (const text of blocks) expect(compose('shop', '--settings', file('local.yaml', text))).toMatchObject({ exitCode: 0, error: '' });
});

test('Finch, which knows no network of a service, gets the network of a container', () => {
  expect(written('shop', '--engine', 'finch').services['ui-1-envoy']?.network_mode).toBe('container:shop-local-ui-1');
});

test('where SELinux is enforced, what containers read of this machine is labelled for all of them', () => {
  const enforced = (text: string): boolean => traitsOf('podman', join(bundled.directory, file('enforce', text))).labelsFiles;
  expect([enforced('1'), enforced('0'), traitsOf('docker', 'nowhere').labelsFiles]).toEqual([true, false, false]);
  const system = systems.get('shop');
  if (system === undefined) throw new Error('there is no shop');
  const { compose: labelled } = planOf(system, { ...traitsOf('podman'), labelsFiles: true });
  const mounts = Object.values(labelled.services).flatMap(({ volumes = [] }) => volumes.filter((each) => each.startsWith('./')));
  expect(mounts.length).toBeGreaterThan(10);
  expect(mounts.filter((each) => !each.endsWith(':ro,z'))).toEqual([]);
});

/** Of a whole system, with nothing of it replaced. */
function planOf(system: SynthesizedSystem, traits: EngineTraits, options: Partial<LocalOptions> = {}): LocalPlan {
  return planLocal(system, {
    only: undefined,
    swaps: new Map(),
    settings: readSettings(undefined, { services: [], jobs: [], workloads: [], containers: [] }),
    variables: new Set(['DATABASE']),
    edgePorts: new Map(),
    controlPort: 8788,
    firstCalleePort: 18_080,
    traits,
    imageOf: (image) => ({ image }),
    ...options,
  });
}

describe('bad input gets a sentence that says what to do', () => {
  test.each<readonly [name: string, args: readonly string[], said: string]>([
    ['no cdk.out', ['--app', 'nowhere'], 'there is no directory nowhere'],
    ['a service that is not there', ['--app', 'shop', '--only', 'ui,katalog'], '--only names the service "katalog"'],
    ['a swap of a service that is not there', ['--app', 'shop', '--swap', 'uii=http://localhost:1'], 'did you mean "ui"?'],
    ['a swap of all versions', ['--app', 'teams', '--swap', 'catalog=http://localhost:1'], 'name one, such as catalog-'],
    ['a swap for another machine', ['--app', 'shop', '--swap', 'ui=http://example.com:80'], 'no address of a process on this machine'],
    ['a swap without an address', ['--app', 'shop', '--swap', 'ui'], 'write <service>=<URL>, such as ui=http://localhost:3000'],
    ['an edge that is not there', ['--app', 'shop', '--port', 'partner=9000'], 'did you mean "partners"?'],
    ['a port that is none', ['--app', 'shop', '--port', 'default=http'], '"http" is no port'],
    ['a port of one of several edges', ['--app', 'shop', '--port', '9000'], 'write <edge>=<port>'],
    ['a job for another action', ['down', 'report'], 'local down takes no "report"'],
    ['an action that is not there', ['dwon'], 'did you mean "down"?'],
    ['an environment file that is not there', ['--app', 'shop', '--environment', 'no.env'], 'there is no file no.env'],
    ['settings that are not there', ['--app', 'shop', '--settings', 'no.yaml'], 'there is no file no.yaml'],
  ])('%s', (_, args, said) => {
    const action = (args[0] ?? '').startsWith('--') ? ['compose'] : [];
    const { exitCode, error } = bundled.run('local', ...action, ...args);
    expect({ exitCode, error }).toEqual({ exitCode: 2, error: expect.stringContaining(said) as string });
  });

  test.each<readonly [name: string, text: string, said: string]>([
    ['a line that sets nothing', 'A=1\nDB_PASSWORD secret\n', '.env.local, line 2 sets no variable'],
    ['a name that is none', '1A=2\n', '.env.local, line 1 sets no variable'],
  ])('an environment file with %s', (_, text, said) => {
    const { exitCode, error } = bundled.run('local', 'compose', '--app', 'shop', '--environment', file('.env.local', text));
    expect({ exitCode, error }).toEqual({ exitCode: 2, error: expect.stringContaining(said) as string });
  });

  test.each<readonly [name: string, text: string, said: string]>([
    ['no YAML', 'images: [', 'cannot be read'],
    ['a list', '- a', 'local.yaml has no settings: it is a list'],
    ['a setting that is not there', 'image: {}', 'did you mean "images"?'],
    ['an image of nobody', 'images: { katalog: a }', 'local.yaml, images: the system has no "katalog"'],
    ['an image that is no text', 'images: { catalog: 1 }', 'local.yaml, images.catalog: 1 is not a text'],
    ['too many tasks', 'tasks: { catalog: 99 }', 'is not a whole number from 0 to 10'],
    ['an answer with a field that is not there', 'answers: { catalog: [{ code: 200 }] }', 'is not a list of answers'],
    ['variables that are a list', 'environment: { catalog: [A] }', 'is not an object of variables'],
  ])('settings that are %s', (_, text, said) => {
    const { exitCode, error } = compose('shop', '--settings', file('local.yaml', text));
    expect({ exitCode, error }).toEqual({ exitCode: 2, error: expect.stringContaining(said) as string });
  });

  test('no engine: each is named, with what is wrong with it', () => {
    const program = join(bundled.directory, 'bundle/cdk-ecs-microservices.js');
    const { status, stderr } = spawnSync(process.execPath, [program, 'local', '--app', 'shop'], {
      cwd: bundled.directory,
      encoding: 'utf8',
      env: { PATH: '' },
    });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('(docker: not installed; podman: not installed; finch: not installed)') as string,
    });
  });
});

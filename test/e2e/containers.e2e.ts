import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CONTAINER_IMAGES, ContainerEngine } from './containers';
import { leftoversOf, until } from './runner';
import { e2e } from './suite';
import { REPOSITORY } from './tools';

const { agent, programs } = CONTAINER_IMAGES;
const FILE_OF_BOTH = '/run/mesh/ready';

/** Two tasks as of ECS: all containers of a task are in the network of the one that holds it, and share its volume. */
function twoTasks(): object {
  const holder = (name: string, hosts: readonly string[] = []): object => ({
    image: agent,
    entrypoint: ['node', '-e', 'setInterval(() => undefined, 60_000)'],
    init: true,
    networks: { mesh: { aliases: [`${name}.tasks.shop.internal`] } },
    extra_hosts: hosts,
    sysctls: { 'net.ipv4.tcp_keepalive_time': '77' },
    volumes: [`${name}:/run/mesh`],
  });
  const first = (name: string): object => ({
    image: agent,
    network_mode: `service:${name}`,
    depends_on: { [name]: { condition: 'service_started' } },
    entrypoint: ['sh', '-c', `id -u > ${FILE_OF_BOTH}`],
    volumes: [`${name}:/run/mesh`],
  });
  const application = (name: string, port: number): object => ({
    image: programs,
    network_mode: `service:${name}`,
    depends_on: { [name]: { condition: 'service_started' }, [`${name}-first`]: { condition: 'service_completed_successfully' } },
    command: ['/programs/relay.js'],
    environment: { PORT: String(port), ESCAPED: '$${HOME}' },
    user: '1000:1000',
    read_only: true,
    cap_drop: ['ALL'],
    tmpfs: ['/scratch:size=1m,mode=1777'],
    healthcheck: {
      test: ['CMD', 'wget', '-q', '-O', '/scratch/answer', `http://127.0.0.1:${port}/status/200`],
      interval: '1s',
      timeout: '5s',
    },
    volumes: [`${name}:/run/mesh:ro`],
  });
  return {
    name: 'shop',
    'x-podman': { in_pod: false },
    services: {
      cart: { ...holder('cart', ['catalog.shop.internal:127.64.1.2']), ports: ['127.0.0.1:18080:8080'] },
      'cart-first': first('cart'),
      'cart-app': application('cart', 8080),
      catalog: holder('catalog'),
      'catalog-first': first('catalog'),
      'catalog-app': application('catalog', 8081),
    },
    networks: { mesh: {} },
    volumes: { cart: {}, catalog: {} },
  };
}

e2e('real containers', () => {
  let engine: ContainerEngine | undefined;

  afterEach(async () => {
    if (engine === undefined) return;
    await engine.close();
    expect(await engine.leftovers()).toEqual([]);
    engine = undefined;
  });

  test('two tasks of a Compose file work as tasks of ECS do, and nothing of them stays', async () => {
    engine = await ContainerEngine.start();
    const host = engine;
    const compose = async (...argv: readonly string[]): Promise<string> => host.must(['podman-compose', '-f', 'compose.yaml', ...argv]);
    const start = async (service: string): Promise<string> => host.must(['podman', 'start', `shop_${service}_1`]);
    const inside = async (service: string, ...argv: readonly string[]): Promise<string> =>
      host.must(['podman', 'exec', `shop_${service}_1`, ...argv]);
    const healthOf = async (service: string) => (await host.containers()).find((each) => each.service === service)?.health;
    writeFileSync(join(host.directory, 'compose.yaml'), stringify(twoTasks()));

    // It does not know order: see docs of `local`.
    await compose('up', '--no-start', '--no-deps');
    for (const task of ['cart', 'catalog']) {
      await start(task);
      await start(`${task}-first`);
      expect((await host.must(['podman', 'wait', `shop_${task}-first_1`])).trim()).toBe('0');
      await start(`${task}-app`);
    }
    for (const app of ['cart-app', 'catalog-app']) {
      await until(async () => (await healthOf(app)) === 'healthy', { what: `${app} to be healthy` });
    }

    // The network, and the names that only the holder has been given.
    expect(JSON.parse(await inside('cart-app', 'wget', '-q', '-O', '-', 'http://catalog.tasks.shop.internal:8081/found'))).toMatchObject({
      path: '/found',
    });
    expect(await inside('cart-app', 'cat', '/etc/hosts')).toMatch(/^127\.64\.1\.2\s+catalog\.shop\.internal$/m);
    expect((await inside('cart-app', 'cat', '/proc/sys/net/ipv4/tcp_keepalive_time')).trim()).toBe('77');
    expect(JSON.parse(await host.must(['curl', '-s', 'http://127.0.0.1:18080/published']))).toMatchObject({ path: '/published' });
    // The volume is the first container's, which belongs to the user of the image's directory.
    expect((await inside('cart-app', 'cat', FILE_OF_BOTH)).trim()).toBe('101');
    expect((await inside('cart-app', 'stat', '-c', '%u:%g', '/run/mesh')).trim()).toBe('101:101');
    expect((await inside('cart-app', 'id', '-u')).trim()).toBe('1000');
    expect(await inside('cart-app', 'env')).toContain('ESCAPED=${HOME}\n');
    expect(await inside('cart-app', 'grep', 'CapBnd', '/proc/1/status')).toContain('0000000000000000');
    await expect(inside('cart-app', 'touch', '/file')).rejects.toThrow(/Read-only file system/);
    // Nobody outside is asked for names that are not of the system.
    await expect(inside('cart-app', 'wget', '-q', 'http://elsewhere.example/')).rejects.toThrow(/bad address/);

    await compose('down', '--volumes', '--remove-orphans', '--timeout', '1');
    expect(await host.containers()).toEqual([]);
    // podman-compose leaves volumes without a name, which the engine's end removes.
    expect(await host.must(['podman', 'volume', 'ls', '--quiet'])).not.toContain('shop');
    expect((await host.must(['podman', 'network', 'ls', '--quiet'])).trim()).toBe('podman');
  });

  test('nothing stays of containers that still run, and two engines do not see each other', async () => {
    engine = await ContainerEngine.start({ healthTimers: false });
    const second = await ContainerEngine.start({ healthTimers: false });
    const options = ['--detach', '--name', 'same', '--publish', '127.0.0.1:18080:8080', '--env', 'PORT=8080', '--volume', 'same:/data'];
    for (const each of [engine, second]) {
      await each.must(['podman', 'run', ...options, programs, '/programs/relay.js']);
      expect(await each.containers()).toMatchObject([{ name: 'same', state: 'running' }]);
    }
    await second.close();
    expect(await second.leftovers()).toEqual([]);
    expect(await engine.containers()).toMatchObject([{ name: 'same', state: 'running' }]);
  });

  test('nothing stays of an engine whose process is killed', async () => {
    const keeper = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'systems/engine-keeper.ts')], {
      cwd: REPOSITORY,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(keeper, 'exit');
    const [line] = (await once(keeper.stdout.setEncoding('utf8'), 'data')) as [string];
    const prefix = line.trim();
    expect(prefix).toMatch(/^cem-/);
    expect((await leftoversOf(prefix)).length).toBeGreaterThan(3);
    keeper.kill('SIGKILL');
    await ended;
    await until(async () => (await leftoversOf(prefix)).length === 0, { what: `everything of ${prefix} to be gone` });
  });
});

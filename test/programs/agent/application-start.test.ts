import { createServer, type AddressInfo, type Socket } from 'node:net';
import { run, type Running } from '../../../programs/agent/commands';
import { localPort } from '../../../programs/agent/application-start';
import { readSettings } from '../../../programs/agent/settings';
import { Failure } from '../../../programs/agent/failure';
import { fakeWorld, type FakeWorld } from './fake-world';

const NO_CERTIFICATES = new Failure('unused', 'this mesh has no certificates');

const SETTINGS = (startupSeconds: number): ReturnType<typeof readSettings> =>
  readSettings({
    AWS_REGION: 'eu-central-1',
    MESH_APPLICATION: JSON.stringify({ container: 'app', port: 8080, startupSeconds }),
  });

interface Started {
  readonly world: FakeWorld;
  readonly running: Running;
  readonly stop: AbortController;
}

function start(portClosed: string | undefined, startupSeconds = 300): Started {
  const world = fakeWorld(NO_CERTIFICATES);
  world.portClosed = portClosed;
  const stop = new AbortController();
  return { world, stop, running: run(SETTINGS(startupSeconds), world, stop.signal) };
}

const about = ({ lines }: FakeWorld): readonly unknown[] =>
  lines
    .filter(({ message }) => String(message).startsWith('the application has '))
    .map(({ level, message, ...rest }) => [level, message, rest]);

const WARNING = 'the application has not opened its port yet';
const ERROR = 'the application has not opened its port within its startup timeout, and ECS is about to replace the task';

describe('an application that takes its time to start', () => {
  test('keeps the task from being healthy until its port is open, and then never again', async () => {
    const { world, running } = start('ECONNREFUSED');
    await world.clock.advance(20_000);
    expect(await running.health()).toEqual({ healthy: false, problems: ['the container "app" has not opened its port 8080 yet'] });
    world.portClosed = undefined;
    await world.clock.advance(1000);
    expect(await running.health()).toEqual({ healthy: true, problems: [] });
    expect(about(world)).toEqual([['info', 'the application has opened its port', { container: 'app', port: 8080, waitedMs: 20_500 }]]);
    world.portClosed = 'ECONNREFUSED';
    await world.clock.advance(600_000);
    expect(await running.health()).toEqual({ healthy: true, problems: [] });
    expect(about(world)).toHaveLength(1);
  });

  test('is one warning after 30 seconds, and one error when its time is over, each with container, port and reason', async () => {
    const { world, running } = start('ECONNREFUSED', 300);
    await world.clock.advance(600_000);
    const facts = { container: 'app', port: 8080, why: 'ECONNREFUSED', startupTimeoutMs: 300_000 };
    expect(about(world)).toEqual([
      ['warn', WARNING, { ...facts, waitedMs: 30_000 }],
      ['error', ERROR, { ...facts, waitedMs: 300_000 }],
    ]);
    expect((await running.health()).healthy).toBe(false);
  });

  test('is warned of before its time is over, however short that is', async () => {
    const { world } = start('no answer', 10);
    await world.clock.advance(60_000);
    expect(about(world)).toMatchObject([
      ['warn', WARNING, { waitedMs: 5000 }],
      ['error', ERROR, { waitedMs: 10_000 }],
    ]);
  });

  test('is waited for no longer when the task stops', async () => {
    const { world, running, stop } = start('ECONNREFUSED');
    await world.clock.advance(10_000);
    stop.abort();
    await world.clock.advance(300_000);
    expect(await running.done).toBe(0);
    expect(about(world)).toEqual([]);
  });
});

test('a task whose application nobody waits for is healthy at once', async () => {
  const world = fakeWorld(NO_CERTIFICATES);
  world.portClosed = 'ECONNREFUSED';
  const running = run(readSettings({ AWS_REGION: 'eu-central-1' }), world, new AbortController().signal);
  expect(await running.health()).toEqual({ healthy: true, problems: [] });
});

describe("the look at the application's port", () => {
  test('is one connection from the loopback interface, on which nothing is sent, and which ends in good order', async () => {
    const seen: { readonly from: string | undefined; readonly bytes: number; readonly error: boolean }[] = [];
    const ended = new Promise<void>((resolve) => {
      server.on('connection', (socket: Socket) => {
        const from = socket.remoteAddress;
        let [bytes, error] = [0, false];
        // Some speak first.
        socket.write('220 ready\r\n');
        socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
        socket.on('error', () => (error = true));
        socket.on('close', () => {
          seen.push({ from, bytes, error });
          resolve();
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    expect(await localPort((server.address() as AddressInfo).port)).toBeUndefined();
    await ended;
    expect(seen).toEqual([{ from: '127.0.0.1', bytes: 0, error: false }]);
  });

  test('fails if nothing listens there, or only on another address, which Envoy could not reach either', async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
    expect(await localPort((server.address() as AddressInfo).port)).toBe('ECONNREFUSED');
  });

  let server: ReturnType<typeof createServer>;
  beforeEach(() => {
    server = createServer();
  });
  afterEach(() => {
    server.close();
  });
});

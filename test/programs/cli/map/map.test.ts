import { Stack } from 'aws-cdk-lib';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Mesh, Microservices } from '../../../../lib';
import { service } from '../../../support/stack';
import { Bundled } from '../bundled';
import { answerOf } from '../../map/fake-system';

const services = { ui: service({ calls: ['catalog'] }), catalog: service({ versions: { stable: { weight: 95 }, next: { weight: 5 } } }) };
const bundled = new Bundled({
  small: (app) => new Microservices(new Stack(app, 'Small'), 'Shop', { services }),
  old: (app) => new Microservices(new Stack(app, 'Old'), 'Shop', { services, mesh: Mesh.appMesh() }),
});

/** An Envoy, and a local system of one task, or of none. */
let envoy: Server;
let url: string;
beforeAll(async () => {
  envoy = createServer(({ url: path = '' }, response) => {
    if (path === '/none/tasks') response.end('[]');
    else if (path === '/one/tasks') response.end('[{"id":"ui-1","workload":"ui","healthy":true}]');
    else if (path.startsWith('/stats') || path.startsWith('/one/tasks/ui-1/envoy/stats')) response.end(answerOf(1, {}));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => envoy.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(envoy.address() as AddressInfo).port}`;
});
afterAll(() => {
  envoy.closeAllConnections();
  envoy.close();
  bundled.close();
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly error: string;
}

/** Runs it, and ends it as soon as its page is there. */
async function run(args: readonly string[], signal: NodeJS.Signals = 'SIGINT'): Promise<Ended & { readonly page?: string }> {
  const program = bundled.start('map', ...args);
  let [output, error, page] = ['', '', undefined as string | undefined];
  let ending = Promise.resolve();
  program.stderr?.on('data', (chunk: Buffer) => (error += chunk.toString()));
  program.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const [address] = /http:\S+/.exec(output) ?? [];
    if (address === undefined || page !== undefined) return;
    page = '';
    ending = fetch(address).then(async (answer) => {
      page = await answer.text();
      program.kill(signal);
    });
  });
  const [code] = (await once(program, 'exit')) as [number | null];
  await ending;
  return { code, output, error, ...(page === undefined ? {} : { page }) };
}

test.each(['SIGINT', 'SIGTERM'] as const)('shows a system whose Envoys are named, says where, and ends with 0 at %s', async (signal) => {
  const { code, output, error, page } = await run(
    ['--app', 'small', '--port', '0', '--envoy', `ui=${url}`, '--envoy', `catalog-next=${url}`],
    signal,
  );
  expect({ code, error }).toEqual({ code: 0, error: '' });
  expect(output).toMatch(/^The map of shop is at http:\/\/127\.0\.0\.1:\d+\/ \(Ctrl\+C ends it\)\.\n$/);
  expect(page).toContain('<title>shop: live map</title>');
});

test('shows a local system that lists its tasks', async () => {
  expect(await run(['--app', 'small', '--port', '0', '--from', `${url}/one`])).toMatchObject({ code: 0, error: '' });
});

test('goes on without an Envoy that does not answer, and says which', async () => {
  const { code, error } = await run(['--app', 'small', '--port', '0', '--envoy', `ui=${url}`, '--envoy', `catalog-next=${url}/nobody/`]);
  expect(code).toBe(0);
  expect(error).toBe('');
  const refused = await run(['--app', 'small', '--port', '0', '--envoy', `ui=${url}`, '--envoy', 'catalog-next=http://127.0.0.1:65500']);
  expect(refused).toMatchObject({ code: 0, error: expect.stringContaining('catalog-next-1 does not answer: connect ECONNREFUSED') });
});

describe('fails if', () => {
  test.each([
    [
      'it does not know where to look',
      [],
      'map has to know where the Envoys are',
      'name a local system with --from <url>, or each Envoy with --envoy <name>=<url>',
    ],
    [
      'it gets both',
      ['--from', 'http://localhost:1', '--envoy', 'ui=http://localhost:1'],
      'map takes --from or --envoy, and got both',
      'name a local system',
    ],
    [
      'there is no such service',
      ['--envoy', 'ctalog-next=http://localhost:1'],
      'Small/Shop has no service "ctalog-next"',
      'did you mean "catalog-next"?',
    ],
    [
      'a service has versions',
      ['--envoy', 'catalog=http://localhost:1'],
      'service "catalog" has 2 versions',
      'allowed: catalog-next, catalog-stable',
    ],
    ['an Envoy has no URL', ['--envoy', 'ui'], '--envoy "ui" is no name with a URL', 'catalog=http://localhost:9901'],
    ['a URL is none', ['--envoy', 'ui=localhost'], '--envoy "localhost" is no URL', 'http://localhost:9901'],
    ['a URL is of something else', ['--from', 'file:///etc'], '--from "file:///etc" is no URL', 'http://localhost:9901'],
    ['the port is none', ['--envoy', 'ui=http://localhost:1', '--port', '70000'], '--port "70000" is no port', 'from 0 to 65535'],
    ['an option is none', ['--form', 'http://localhost:1'], 'map has no option "--form"', 'did you mean "--from"?'],
    [
      'no Envoy answers',
      ['--envoy', 'ui=http://127.0.0.1:65500', '--port', '0'],
      'no Envoy can be reached (ui-1: connect ECONNREFUSED',
      'port 9901',
    ],
    [
      'no local system is there',
      ['--from', 'http://127.0.0.1:65500'],
      'http://127.0.0.1:65500/ does not list its tasks: connect ECONNREFUSED',
      'start the local system',
    ],
  ] as const)('%s', async (_, args, what, fix) => {
    const { code, output, error } = await run(['--app', 'small', ...args]);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(error).toContain(`cdk-ecs-microservices: ${what}`);
    expect(error).toContain(fix);
  });

  test('the local system has no task', async () => {
    expect(await run(['--app', 'small', '--from', `${url}/none`])).toMatchObject({
      code: 2,
      error: expect.stringContaining('/none has no tasks'),
    });
  });

  test('the port is taken', async () => {
    const { port } = envoy.address() as AddressInfo;
    const { code, error } = await run(['--app', 'small', '--port', String(port), '--envoy', `ui=${url}`]);
    expect({ code, error }).toEqual({
      code: 2,
      error:
        `cdk-ecs-microservices: port ${port} is taken by another program\n` +
        '  fix:     name another one with --port, or 0 for any that is free\n',
    });
  });

  test('there is no output of cdk synth', async () => {
    expect(await run(['--app', 'nowhere', '--from', url])).toMatchObject({
      code: 2,
      error: expect.stringContaining('there is no directory nowhere'),
    });
  });

  test('the mesh is one of App Mesh', async () => {
    expect(await run(['--app', 'old', '--from', url])).toMatchObject({
      code: 2,
      error: expect.stringContaining('the mesh of Old/Shop is appMesh'),
    });
  });
});

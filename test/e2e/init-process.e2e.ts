import { Duration } from 'aws-cdk-lib';
import { Tracing } from '../../lib';
import { AGENT_CONTAINER, APPLICATION_CONTAINER } from '../../lib/core/model/constants';
import { settled } from './mesh';
import type { SteadyReport } from './programs/steady-client';
import type { ImageRule, Task } from './runner';
import { Cluster, standIns } from './runner';
import { SteadyLoad } from './steady-load';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';
import { findTools } from './tools';

/** Small servers that say nothing of SIGTERM, as most do. Their answers take a while, so that some are on their way at any time. */
const NODE = "require('node:http').createServer((_, answer) => setTimeout(() => answer.end('ok'), 100)).listen(8080);";
const PYTHON = `
import http.server, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        time.sleep(0.1)
        self.send_response(200)
        self.send_header('content-length', '2')
        self.end_headers()
        self.wfile.write(b'ok')
    def log_message(self, *arguments):
        pass
http.server.ThreadingHTTPServer(('0.0.0.0', 8080), Handler).serve_forever()
`;
const LANGUAGES = [
  ['Node.js', 'node'],
  ['Python', 'python'],
] as const;
const PER_SECOND = 20;

const images: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.agent(),
  standIns.relay('example/relay', 8080),
  { image: 'example/node', run: () => ({ argv: [process.execPath, '-e', NODE], user: '1000' }) },
  { image: 'example/python', run: () => ({ argv: [findTools().python, '-c', PYTHON], user: '1000' }) },
];

interface Stopped {
  readonly report: SteadyReport;
  readonly task: Task;
}

e2e('an application that does not handle SIGTERM', () => {
  const services = LANGUAGES.flatMap(([, name]) => [name, `${name}-alone`]);
  const running = cluster(async () =>
    Cluster.start(
      synthesize({
        services: {
          caller: { image: image('relay'), port: 8080, calls: services },
          ...Object.fromEntries(
            LANGUAGES.flatMap(([, name]) => {
              const service = { image: image(name), port: 8080, desiredCount: 2, stopTimeout: Duration.seconds(3) };
              return [
                [name, service],
                [`${name}-alone`, { ...service, initProcess: false }],
              ];
            }),
          ),
        },
        tracing: Tracing.none(),
      }),
      { images },
    ),
  );
  let stopped: ReadonlyMap<string, Stopped>;
  beforeAll(async () => {
    await settled(running());
    // All at once, since an agent waits a while for callers to notice.
    stopped = new Map(
      await Promise.all(
        services.map(async (name): Promise<[string, Stopped]> => {
          const target = `${name}.shop.internal:15080`;
          const load = SteadyLoad.start(running().task('caller').endpoint, { protocol: 'HTTP/1.1', target, perSecond: PER_SECOND });
          await load.goesOn(PER_SECOND);
          const [task] = running().tasks(name);
          if (task === undefined) throw new Error(`${name} has no task`);
          await running().scale(name, 1);
          await load.goesOn(PER_SECOND);
          return [name, { report: await load.stop(), task }];
        }),
      ),
    );
  });
  const endOf = (name: string): { readonly events: readonly string[]; readonly details: readonly (string | undefined)[] } => {
    const history = (stopped.get(name)?.task.history ?? []).filter(
      ({ subject, what }) => [APPLICATION_CONTAINER, AGENT_CONTAINER].includes(subject) && /SIG|EXITED/.test(what),
    );
    return { events: history.map(({ subject, what }) => `${subject} ${what}`), details: history.map(({ detail }) => detail) };
  };
  const answered = (name: string): number =>
    stopped
      .get(name)
      ?.task.container(AGENT_CONTAINER)
      .log.json()
      .filter(({ message }) => message === 'left the mesh').length ?? 0;

  test.each(LANGUAGES)('%s: with an init process, which is the default, ends at once, after its requests', (_, name) => {
    expect(endOf(name).events).toEqual(['mesh-agent SIGTERM', 'mesh-agent EXITED', 'app SIGTERM', 'app EXITED']);
    expect(endOf(name).details.at(-1)).toBe('code 143');
    expect(answered(name)).toBe(1);
  });

  test.each(LANGUAGES)('%s: without one, uses up its stop timeout', (_, name) => {
    const { events, details } = endOf(`${name}-alone`);
    expect(events).toEqual(['mesh-agent SIGTERM', 'mesh-agent EXITED', 'app SIGTERM', 'app SIGKILL', 'app EXITED']);
    expect(details.at(-2)).toBe('did not end within its stop timeout of 3000 ms');
  });

  test.each(LANGUAGES)('%s: no request is lost either way', (_, name) => {
    const nothingLost: SteadyReport = { succeeded: expect.any(Number) as number, failures: {} };
    for (const each of [name, `${name}-alone`]) expect([each, stopped.get(each)?.report]).toEqual([each, nothingLost]);
  });
});

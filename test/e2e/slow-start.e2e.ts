import { Certificates, Protocol, Tracing } from '../../lib';
import { AGENT_CONTAINER, APPLICATION_CONTAINER } from '../../lib/core/model/constants';
import { settled } from './mesh';
import { program } from './programs';
import type { SteadyReport } from './programs/steady-client';
import type { Finished, ImageRule, Task } from './runner';
import { Cluster, standIns, until } from './runner';
import { SteadyLoad } from './steady-load';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

/**
 * A service of one task whose application is there long after its container: what a deployment does with it is to start a new task, to
 * wait until it is healthy, and to stop the old one.
 */
const NAMES = ['plain', 'modern', 'remote', 'store'] as const;
type Name = (typeof NAMES)[number];
const PORT = 8080;
const urlOf = (name: Name): string => `${name}.shop.internal:15080`;

const http2: ImageRule = {
  image: 'example/modern',
  run: () => ({ argv: [process.execPath, program('http2-server')], environment: { PORT: String(PORT) }, user: '1000' }),
};

/** The same application, which begins only once there is a file in its container. */
function late({ image: of, run }: ImageRule, isLate: () => boolean): ImageRule {
  return {
    image: of,
    run: (context) => {
      const standIn = run(context);
      const script = 'until test -e /tmp/open; do sleep 0.05; done; exec "$@"';
      return isLate() ? { ...standIn, argv: ['/bin/sh', '-c', script, 'late', ...standIn.argv] } : standIn;
    },
  };
}

/** Calls at a steady rate, whether those before have ended or not, each only once. */
class Calls {
  private readonly report: { succeeded: number; failures: Record<string, number> } = { succeeded: 0, failures: {} };
  private readonly pending = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;

  /** @param call resolves to what went wrong */
  constructor(call: () => Promise<string | undefined>) {
    this.timer = setInterval(() => {
      const made = call()
        .catch(String)
        .then((failure) => {
          this.pending.delete(made);
          if (failure === undefined) this.report.succeeded += 1;
          else this.report.failures[failure] = (this.report.failures[failure] ?? 0) + 1;
        });
      this.pending.add(made);
    }, 1000 / PER_SECOND).unref();
  }

  async goesOn(calls: number): Promise<void> {
    const enough = this.report.succeeded + calls;
    await until(() => this.report.succeeded >= enough, { what: `${calls} more calls`, detail: () => JSON.stringify(this.report) });
  }

  async stop(): Promise<SteadyReport> {
    clearInterval(this.timer);
    await Promise.all(this.pending);
    return this.report;
  }
}

interface Replaced {
  readonly fresh: Task;
  /** While the application had not begun. */
  readonly story: readonly string[];
  readonly health: Finished;
  readonly found: readonly string[];
}

const PER_SECOND = 20;
const CLIENT_TIMEOUT_MS = 50_000;
const nothingLost: SteadyReport = { succeeded: expect.any(Number) as number, failures: {} };

e2e('a deployment that replaces the only task of a service, whose new application takes its time', () => {
  describe.each([
    ['with certificates', undefined],
    ['in plain text', Certificates.none()],
  ])('%s', (_, certificates) => {
    let isLate = false;
    const gate = (rule: ImageRule): ImageRule => late(rule, () => isLate);
    const running = cluster(async () =>
      Cluster.start(
        synthesize({
          services: {
            caller: { image: image('caller'), port: PORT, calls: [...NAMES] },
            plain: { image: image('relay'), port: PORT },
            modern: { image: image('modern'), port: PORT, protocol: Protocol.HTTP2 },
            remote: { image: image('remote'), port: PORT, protocol: Protocol.GRPC },
            store: { image: image('redis'), port: 6379, virtualPort: 15080, protocol: Protocol.TCP },
          },
          tracing: Tracing.none(),
          ...(certificates === undefined ? {} : { certificates }),
        }),
        {
          images: [
            standIns.envoy(),
            standIns.agent(),
            standIns.relay('example/caller', PORT),
            ...[standIns.relay('example/relay', PORT), http2, standIns.grpc('example/remote', PORT), standIns.redis('example/redis')].map(
              gate,
            ),
          ],
        },
      ),
    );
    const replaced = new Map<Name, Replaced>();
    const reports = new Map<string, SteadyReport>();

    beforeAll(async () => {
      await settled(running());
      const { endpoint, client } = running().task('caller');
      const loads: ReadonlyMap<string, SteadyLoad | Calls> = new Map<string, SteadyLoad | Calls>([
        ['GET over HTTP/1.1', SteadyLoad.start(endpoint, { protocol: 'HTTP/1.1', target: urlOf('plain'), perSecond: PER_SECOND })],
        ['GET over HTTP/2', SteadyLoad.start(endpoint, { protocol: 'HTTP/2', target: urlOf('modern'), perSecond: PER_SECOND })],
        ['gRPC', SteadyLoad.start(endpoint, { protocol: 'gRPC', target: urlOf('remote'), perSecond: PER_SECOND, delayMs: 1 })],
        [
          'POST',
          new Calls(async () => {
            const outcome = await client.attempt({ method: 'POST', url: `http://${urlOf('plain')}/order`, body: 'once' });
            return outcome.kind === 'failure' ? outcome.code : outcome.status === 200 ? undefined : `status ${outcome.status}`;
          }),
        ],
        [
          'TCP',
          new Calls(async () => {
            const [host = '', port] = urlOf('store').split(':');
            const outcome = await client.tcp({ host, port: Number(port), send: 'PING\r\n', until: 'PONG', timeoutMs: CLIENT_TIMEOUT_MS });
            return outcome.kind === 'failure' ? outcome.code : outcome.text.includes('PONG') ? undefined : 'no answer';
          }),
        ],
      ]);
      const goOn = async (): Promise<unknown> => Promise.all([...loads.values()].map(async (load) => load.goesOn(2 * PER_SECOND)));
      await goOn();
      isLate = true;
      const deployed = Promise.all(NAMES.map(async (name) => running().scale(name, 2)));
      deployed.catch(() => undefined);
      const fresh = await Promise.all(
        NAMES.map(async (name) =>
          until(
            () =>
              running()
                .tasks(name)
                .find((task, index) => index > 0 && task.story().includes('task REGISTERED')),
            {
              what: `the new task of ${name} to be registered`,
            },
          ),
        ),
      );
      // Callers know it, though nothing listens in it.
      await settled(running());
      await goOn();
      for (const [index, name] of NAMES.entries()) {
        const task = fresh[index];
        if (task === undefined) throw new Error('bug');
        replaced.set(name, {
          fresh: task,
          story: task.story(),
          health: await task.container(AGENT_CONTAINER).exec(task.container(AGENT_CONTAINER).model.healthCheck?.argv ?? []),
          found: running()
            .cloudMap.discoverable(`${name}.tasks.shop.internal`)
            .map(({ address }) => address),
        });
        await task.container(APPLICATION_CONTAINER).exec(['touch', '/tmp/open']);
      }
      await deployed;
      await Promise.all(NAMES.map(async (name) => running().scale(name, 1)));
      await goOn();
      for (const [what, load] of loads) reports.set(what, await load.stop());
    });

    test.each(['GET over HTTP/1.1', 'GET over HTTP/2', 'gRPC', 'POST', 'TCP'])('loses nothing: %s', (what) => {
      expect(reports.get(what)).toEqual(nothingLost);
    });

    test.each(NAMES)('%s: ECS waits for the application before it stops the old task, though callers have found the new one', (name) => {
      const { fresh, story, health, found } = replaced.get(name) ?? {};
      const port = name === 'store' ? 6379 : PORT;
      expect(story).toContain('task RUNNING');
      expect(story).not.toContain('task HEALTHY');
      expect(health).toMatchObject({ code: 1, stdout: `the container "app" has not opened its port ${port} yet\n` });
      expect(found).toContain(fresh?.address);
      expect(fresh?.story()).toContain('task HEALTHY');
      const said = fresh
        ?.container(AGENT_CONTAINER)
        .log.json()
        .filter(({ message }) => message === 'the application has opened its port');
      expect(said).toMatchObject([{ level: 'info', container: 'app', port }]);
    });
  });
});

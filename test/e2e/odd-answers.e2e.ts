import { Size } from 'aws-cdk-lib';
import { Certificates, Protocol, Tracing } from '../../lib';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { INBOUND_PORT } from '../../lib/core/model/constants';
import { ENVOYS, envoyOf } from './envoys';
import { served, total } from './flaky-server';
import { settled } from './mesh';
import { program } from './programs';
import type { HttpOutcome, HttpRequest, ImageRule, Task } from './runner';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const TASKS = 2;
/** More than would eject a task, if they counted. */
const TIMES = 8;

const oddServer = (name: string, protocol: string): ImageRule => ({
  image: `example/${name}`,
  run: () => ({ argv: [process.execPath, program('odd-server')], environment: { PORT: '8080', PROTOCOL: protocol }, user: '1000' }),
});

const template = synthesize({
  services: {
    ui: { image: image('odd'), port: 8080, calls: ['odd', 'odd2', 'wide'] },
    odd: { image: image('odd'), port: 8080, desiredCount: TASKS, responseHeaders: { set: { 'x-a': 'a', 'x-b': 'b' } } },
    odd2: { image: image('odd2'), port: 8080, protocol: Protocol.HTTP2, desiredCount: TASKS },
    wide: {
      image: image('odd'),
      port: 8080,
      headerLimits: {
        requestCount: 1000,
        requestSize: Size.kibibytes(512),
        responseCount: 1000,
        responseSize: Size.mebibytes(1),
      },
    },
  },
  // What is tested begins behind the handshake.
  certificates: Certificates.none(),
  tracing: Tracing.none(),
});

e2e('answers that an Envoy cannot pass on', () => {
  describe.each(ENVOYS)('with the Envoy %s', (_, envoy) => {
    const running = cluster(async () =>
      Cluster.start(template, { images: [envoyOf(envoy), standIns.agent(), oddServer('odd', 'http'), oddServer('odd2', 'http2')] }),
    );
    beforeAll(async () => {
      await settled(running());
    });

    const tasks = (service: string): readonly Task[] => running().tasks(service);
    const ask = async (service: string, path: string, request: Partial<HttpRequest> = {}, times = 1): Promise<readonly HttpOutcome[]> =>
      running()
        .task('ui')
        .client.sendAll(
          Array.from({ length: times }, () => ({ url: `http://${service}.shop.internal:15080${path}`, ...request })),
          { concurrency: 1 },
        );
    const statuses = (outcomes: readonly HttpOutcome[]): readonly unknown[] =>
      outcomes.map((outcome) => (outcome.kind === 'response' ? outcome.status : outcome.code));
    const repeated = <T>(value: T): readonly T[] => Array.from({ length: TIMES }, () => value);
    const timesServed = async (service: string, path: string): Promise<number> => total(tasks(service), async (task) => served(task, path));
    /** Tasks to which the caller sends nothing. */
    const leftOut = async (service: string): Promise<readonly string[]> => {
      const { body } = await running().task('ui').client.get(`http://127.0.0.1:${ADMIN_PORT}/clusters`);
      const flags = new RegExp(`^${service}::[\\d.]+:${INBOUND_PORT}::health_flags::(?!healthy)`);
      return body.split('\n').filter((line) => flags.test(line));
    };

    describe('are 500, are asked for once, and eject no task', () => {
      test.each([
        ['has more headers than the limit', 'odd', '/many/201'],
        ['has larger headers than the limit', 'odd', '/large/61'],
        ['has a larger header than the limit of all', 'odd', '/long/61'],
        ['has a header that is larger than one may be, where the limit of all is higher', 'wide', '/long/61'],
        ['has a header that HTTP/2 would not take', 'wide', '/long/200'],
        ['is no HTTP', 'odd', '/garbage'],
        ['has a header whose name is none', 'odd', '/space-in-name'],
        ['has a header whose value is none', 'odd', '/nul-in-value'],
        ['has a length that is no number', 'odd', '/no-length'],
        ['has two lengths', 'odd', '/two-lengths'],
        ['has a length and chunks', 'odd', '/length-and-chunks'],
        ['has an unknown transfer coding', 'odd', '/unknown-coding'],
        ['has chunks where there is no content', 'odd', '/chunks-without-content'],
        ['has a status that is none', 'odd', '/low-status'],
        ['ends in its headers', 'odd', '/cut-in-headers'],
        ['has more headers than the limit, by HTTP/2', 'odd2', '/many/201'],
        ['has larger headers than the limit, by HTTP/2', 'odd2', '/large/61'],
        ['is a stream that is reset', 'odd2', '/reset'],
      ])('if an answer %s', async (_what, service, path) => {
        expect(statuses(await ask(service, path, {}, TIMES))).toEqual(repeated(500));
        expect(await timesServed(service, path)).toBe(TIMES);
        expect(await leftOut(service)).toEqual([]);
      });
    });

    test('an answer that breaks off has begun: it is passed on as far as it goes, and ejects no task', async () => {
      expect(statuses(await ask('odd', '/cut-in-body', {}, TIMES))).toEqual(repeated('ECONNRESET'));
      expect(await timesServed('odd', '/cut-in-body')).toBe(TIMES);
      expect(await leftOut('odd')).toEqual([]);
    });

    test('a request that an application refuses by HTTP/2 has not been seen: it is sent to the others, whatever its method', async () => {
      expect(statuses(await ask('odd2', '/refused', { method: 'POST', body: 'x' }))).toEqual([503]);
      expect(await timesServed('odd2', '/refused')).toBe(4);
    });

    describe('fails if others lose their requests by an answer to somebody else', () => {
      test.each([
        ['a header of requests only, which is taken off', '/te', [200]],
        ['a switch of protocols that nobody asked for', '/unasked-switch', [502]],
        ['a status above 999', '/high-status', [502]],
      ])('that has %s', async (_what, path, answer) => {
        const before = await timesServed('odd', '/slow');
        const post = { url: 'http://odd.shop.internal:15080/slow', method: 'POST', body: 'x' };
        const others = running().task('ui').client.sendAll(repeated(post), { concurrency: TIMES });
        await until(async () => (await timesServed('odd', '/slow')) === before + TIMES, { what: 'the requests of others to arrive' });
        expect(statuses(await ask('odd', path))).toEqual(answer);
        expect(statuses(await others)).toEqual(repeated(200));
      });
    });

    test('headers up to the limits pass, with what Envoys add to them', async () => {
      // With status, length and what Node.js sends itself, 199 and 198 are what is left of 200.
      expect(statuses(await ask('odd', '/many/198'))).toEqual([200]);
      expect(statuses(await ask('odd', '/large/58'))).toEqual([200]);
      expect(statuses(await ask('odd', '/long/58'))).toEqual([200]);
      expect(statuses(await ask('odd2', '/many/198'))).toEqual([200]);
      expect(statuses(await ask('odd2', '/large/58'))).toEqual([200]);
    });

    test('a request above the limits is 431, and the application sees nothing of it', async () => {
      const headers = Object.fromEntries(Array.from({ length: 101 }, (_each, index) => [`x-h${index}`, 'v']));
      expect(statuses(await ask('odd', '/too-many', { headers }))).toEqual([431]);
      expect(statuses(await ask('odd', '/too-large', { headers: { 'x-large': 'v'.repeat(61 * 1024) } }))).toEqual([431]);
      expect(await timesServed('odd', '/too-many')).toBe(0);
      expect(await timesServed('odd', '/too-large')).toBe(0);
    });

    test('limits of a service are as its props say, in both directions', async () => {
      expect(statuses(await ask('wide', '/many/990'))).toEqual([200]);
      expect(statuses(await ask('wide', '/large/900'))).toEqual([200]);
      const headers = Object.fromEntries(Array.from({ length: 900 }, (_each, index) => [`x-h${index}`, 'v'.repeat(500)]));
      expect(statuses(await ask('wide', '/ok', { headers }))).toEqual([200]);
      expect(statuses(await ask('wide', '/ok', { headers: { 'x-long': 'v'.repeat(58 * 1024) } }))).toEqual([200]);
      expect(statuses(await ask('wide', '/too-long', { headers: { 'x-long': 'v'.repeat(61 * 1024) } }))).toEqual([431]);
      expect(await timesServed('wide', '/too-long')).toBe(0);
    });
  });
});

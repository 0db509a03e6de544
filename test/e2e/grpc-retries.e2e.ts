import { status } from '@grpc/grpc-js';
import { Protocol, Tracing } from '../../lib';
import { APPLICATION_CONTAINER } from '../../lib/core/model/constants';
import { ENVOYS, envoyOf } from './envoys';
import { flakyServer } from './flaky-server';
import { settled } from './mesh';
import { RESPONSE_HAD_BEGUN } from './programs/echo-grpc';
import type { SteadyReport } from './programs/steady-client';
import type { Task } from './runner';
import { callGrpc, Cluster, standIns } from './runner';
import { SteadyLoad } from './steady-load';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const GRPC_PORT = 50_051;
const TASKS = 3;
const PER_SECOND = 40;
/** Long enough for some calls to be in flight whenever a host fails. */
const DELAY_MS = 250;
const TRIES = 4;

const rpc = { image: image('grpc'), port: GRPC_PORT, protocol: Protocol.GRPC, desiredCount: TASKS };
const template = synthesize({
  services: {
    ui: { image: image('flaky'), port: 8080, calls: ['safe', 'unsafe', 'beginnings'] },
    safe: { ...rpc, retry: { idempotentMethods: ['echo.Echo/Say'] } },
    unsafe: { ...rpc, retry: { idempotentMethods: ['echo.Echo/Repeat'] } },
    beginnings: { ...rpc, retry: { idempotentMethods: ['echo.Echo/Sa*', 'other.Service/*'] } },
  },
  tracing: Tracing.none(),
});

const unanswered = (failure: string): boolean => !failure.includes(RESPONSE_HAD_BEGUN);

type Callee = 'safe' | 'unsafe' | 'beginnings';

e2e('gRPC calls, whose methods may be declared idempotent', () => {
  describe.each(ENVOYS)('with the Envoy %s', (_, envoy) => {
    const running = cluster(async () =>
      Cluster.start(template, {
        images: [envoyOf(envoy), standIns.agent(), flakyServer('example/flaky'), standIns.grpc('example/grpc', GRPC_PORT)],
      }),
    );
    /** Killed tasks, too. */
    const all = new Map<Callee, readonly Task[]>();
    beforeAll(async () => {
      await settled(running());
      for (const name of ['safe', 'unsafe', 'beginnings'] as const) all.set(name, running().tasks(name));
    });
    const target = (callee: Callee): string => `${callee}.shop.internal:15080`;

    /** How often the applications of a service began each call, by its text. */
    async function runs(callee: Callee): Promise<ReadonlyMap<string, number>> {
      const counts = new Map<string, number>();
      for (const task of all.get(callee) ?? []) {
        for (const { method, text } of await task.container(APPLICATION_CONTAINER).log.jsonSoFar())
          if (method === 'Say' && typeof text === 'string') counts.set(text, (counts.get(text) ?? 0) + 1);
      }
      return counts;
    }

    /** A host fails under calls that are in flight on it. */
    async function whileAHostFails(callee: Callee): Promise<SteadyReport> {
      const load = SteadyLoad.start(running().task('ui').endpoint, {
        protocol: 'gRPC',
        target: target(callee),
        perSecond: PER_SECOND,
        delayMs: DELAY_MS,
      });
      await load.goesOn(PER_SECOND);
      await all.get(callee)?.[0]?.kill();
      await load.goesOn(5 * PER_SECOND);
      return load.stop();
    }

    test('fails if a call of a method that is declared is lost when a host fails', async () => {
      const { succeeded, failures } = await whileAHostFails('safe');
      const counts = await runs('safe');
      console.log(`FIGURE a host fails, ${succeeded} calls of a safe gRPC method: lost ${JSON.stringify(failures)}`);
      // A call whose response has begun cannot be tried again: its caller has a part of it.
      expect(Object.keys(failures).filter(unanswered)).toEqual([]);
      // It was worth testing: some were in flight, and ran again elsewhere.
      expect([...counts.values()].filter((count) => count > 1).length).toBeGreaterThan(0);
    });

    test('fails if a call of another method runs twice when a host fails', async () => {
      const { succeeded, failures } = await whileAHostFails('unsafe');
      const counts = await runs('unsafe');
      console.log(`FIGURE a host fails, ${succeeded} calls of an unsafe gRPC method: lost ${JSON.stringify(failures)}`);
      expect(counts.size).toBeGreaterThan(PER_SECOND);
      expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
      // Those that were in flight are lost, and their callers hear of it.
      expect(Object.keys(failures).filter(unanswered)).toEqual([expect.stringMatching(/^14 /)]);
    });

    test.each([
      ['UNAVAILABLE', status.UNAVAILABLE, TRIES],
      ['DEADLINE_EXCEEDED', status.DEADLINE_EXCEEDED, 1],
      ['RESOURCE_EXHAUSTED', status.RESOURCE_EXHAUSTED, 1],
      ['INTERNAL', status.INTERNAL, 1],
      ['UNKNOWN', status.UNKNOWN, 1],
      ['CANCELLED', status.CANCELLED, 1],
    ])('a declared method whose application says %s is tried this often', async (name, code, tries) => {
      const [outcome] = await callGrpc(running().task('ui').endpoint, {
        target: target('beginnings'),
        request: { text: name, fail_code: code },
      });
      expect(outcome).toMatchObject({ ok: false, code });
      expect((await runs('beginnings')).get(name)).toBe(tries);
    });

    test('a method that is not declared is tried once, whatever its application says', async () => {
      await callGrpc(running().task('ui').endpoint, { target: target('unsafe'), request: { text: 'no', fail_code: status.UNAVAILABLE } });
      expect((await runs('unsafe')).get('no')).toBe(1);
    });
  });
});

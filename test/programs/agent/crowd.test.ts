import { createPublicKey } from 'node:crypto';
import { SETTLE_SECONDS } from '../../../lib/core/contract/issuing';
import { identityIn } from '../../../programs/agent/certificate/sds';
import { svidSource, type IssuingFunction, type SvidSource } from '../../../programs/agent/certificate/issuing';
import { init, run } from '../../../programs/agent/commands';
import { Failure } from '../../../programs/agent/failure';
import { Authority, IDENTITY, NOW } from './authority';
import { FakeClock } from './fake-clock';
import { fakeWorld, randomOf, SCOPE, settings, TASK_ARN, type FakeWorld } from './fake-world';
import { RealIssuer } from './real-issuer';

const TASKS = 200;
/** Of the function at a time, and how long one takes. */
const CONCURRENCY = 10;
const TAKES_MS = 300;

const clock = new FakeClock();
let issuer: RealIssuer;
let worlds: readonly FakeWorld[];
const started: number[] = [];
const ended: number[] = [];
let realMs: number;
let throttled = 0;
/** Real time in which requests were made: keys, and signatures by them. */
let requestsMs = 0;
let codes: readonly number[];

beforeAll(async () => {
  issuer = await RealIssuer.create(() => clock.now());
  const good = await (await Authority.create('another')).issue();
  const limited = limiter(issuer);
  worlds = Array.from({ length: TASKS }, (_, index) =>
    Object.assign(fakeWorld(good), { clock, random: randomOf(index + 1), svids: sourceOf(limited) }),
  );
  const start = Date.now();
  const starts = worlds.map(async (world) => {
    started.push(clock.now());
    return init(settings(), world).finally(() => {
      ended.push(clock.now());
    });
  });
  codes = await clock.until(Promise.all(starts));
  realMs = Date.now() - start;
});

/** Lambda with a limit: whoever comes when it is reached is sent away. */
function limiter(behind: IssuingFunction): IssuingFunction {
  let running = 0;
  return {
    invoke: async (request, timeoutMs) => {
      if (running === CONCURRENCY) {
        throttled += 1;
        throw new Failure('throttled', 'Invoke: TooManyRequestsException: Rate Exceeded.');
      }
      running += 1;
      try {
        await clock.sleep(TAKES_MS);
        return await clock.during(behind.invoke(request, timeoutMs));
      } finally {
        running -= 1;
      }
    },
  };
}

/** A task's way to certificates. Time stands still while it makes its key, and while KMS encrypts. */
function sourceOf(behind: IssuingFunction): SvidSource {
  let made = (): void => undefined;
  const source = svidSource({
    clock,
    identity: IDENTITY,
    scope: SCOPE,
    issuer: behind,
    key: {
      encrypt: async (text, context) => {
        made();
        return clock.during(issuer.key.encrypt(text, context));
      },
    },
    task: async () => Promise.resolve(TASK_ARN),
  });
  return {
    authorities: async () => source.authorities(),
    issue: async () => {
      const start = performance.now();
      void clock.during(
        new Promise<void>((resolve) => {
          made = () => {
            requestsMs = Math.max(requestsMs, performance.now() - start);
            resolve();
          };
        }),
      );
      return source.issue();
    },
  };
}

test('tasks that start at once, far more than the function can serve, all have their certificate within a minute', () => {
  const seconds = (ended.at(-1)! - NOW) / 1000;
  const least = (TASKS / CONCURRENCY) * (TAKES_MS / 1000);
  console.log(
    `FIGURE ${TASKS} tasks started at once have certificates after ${seconds.toFixed(1)} s, at least ${least.toFixed(1)} s by the ` +
      `limit; ${throttled} requests were sent away; in real time ${realMs} ms, of which ${requestsMs.toFixed(0)} ms made the keys`,
  );
  expect(new Set(started)).toEqual(new Set([NOW]));
  expect(codes).toEqual(Array.from({ length: TASKS }, () => 0));
  expect(throttled).toBeGreaterThan(TASKS);
  expect(seconds).toBeGreaterThanOrEqual(least);
  expect(seconds).toBeLessThanOrEqual(60);
});

test('each task has a key of its own, and asked for one certificate', () => {
  const keys = worlds.map(({ files }) => identityIn(files.content.get('/run/mesh/identity.json')!)!.privateKey);
  expect(new Set(keys.map((key) => createPublicKey(key).export({ format: 'pem', type: 'spki' }))).size).toBe(TASKS);
  expect(issuer.lines.map(({ message }) => message)).toEqual(Array.from({ length: TASKS }, () => 'certificate-issued'));
});

test('the change of an authority reaches all of them before others may rely on it', async () => {
  for (const world of worlds) run(settings(), world, new AbortController().signal);
  await clock.advance(60_000);
  issuer.lines.length = 0;
  await issuer.addAuthority('two', clock.now());
  const change = clock.now();
  const [, issuing] = issuer.configuration.authorities;
  const has = ({ files }: FakeWorld): boolean =>
    files.content.get('/run/mesh/trust.json')!.includes(JSON.stringify(issuing.certificate.toString()).slice(1, -1));
  while (!worlds.every(has) && clock.now() < change + SETTLE_SECONDS * 1000) await clock.advance(10_000);
  console.log(`FIGURE ${TASKS} tasks have the certificate of another authority after ${(clock.now() - change) / 1000} s`);
  expect(worlds.filter(has)).toHaveLength(TASKS);
  expect(clock.now() - change).toBeLessThanOrEqual(SETTLE_SECONDS * 1000);
  expect(issuer.lines).toHaveLength(TASKS);
});

import fc from 'fast-check';
import { STEPS } from '../../functions/certificate-rotation/rotation-event';
import { makeAuthority, makeSecret, type TestAuthority } from './support/authorities';
import { configurationOf, RotationHarness, type CrashPoint } from './support/rotation-harness';

const START = new Date('2026-11-24T12:00:00Z');
const HOUR = 60 * 60 * 1000;
/** More than any step makes, so that some invocations do not crash. */
const MOST_CALLS = 6;

let authority: TestAuthority;
beforeAll(async () => { authority = await makeAuthority('a', START); });

type Start = 'empty' | 'garbage' | 'certificate';

async function contentOf(start: Start): Promise<string | undefined> {
  if (start === 'certificate') return JSON.stringify(await makeSecret({ issuer: authority, now: START }));
  return start === 'garbage' ? 'garbage' : undefined;
}

/** Watches what every task would read, after every single change. */
function watch(harness: RotationHarness, arn: string): { readonly broken: string[] } {
  const broken: string[] = [];
  let everValid = harness.current(arn, 'orders')?.ok === true;
  harness.secretsManager.onChange = () => {
    const current = harness.current(arn, 'orders');
    if (current?.ok === true) everValid = true;
    else if (everValid) broken.push(current === undefined ? 'no current version' : current.refusal.message);
  };
  return { broken };
}

/** What Secrets Manager does: all steps, from the first one again after a failure. True when all of them passed. */
async function attempt(harness: RotationHarness, arn: string, crash?: { readonly step: number; readonly point: CrashPoint }): Promise<boolean> {
  const version = harness.secretsManager.startRotation(arn);
  try {
    for (const [index, step] of STEPS.entries()) await harness.invoke(arn, step, version, crash?.step === index ? crash.point : undefined);
    return true;
  } catch {
    return false;
  }
}

const points = STEPS.flatMap((name, step) => Array.from({ length: MOST_CALLS }, (_, index) => index + 1).flatMap((call) => (['before', 'after'] as const).map((when) => ({ name, step, point: { call, when } }))));

describe.each<Start>(['empty', 'garbage', 'certificate'])('a secret that starts with %s', (start) => {
  test('survives a crash at every single call, and the next attempt ends the rotation', async () => {
    let crashes = 0;
    for (const crash of points) {
      const harness = new RotationHarness(START, configurationOf(authority));
      const arn = harness.createSecret('orders', await contentOf(start));
      const { broken } = watch(harness, arn);
      if (!await attempt(harness, arn, crash)) {
        crashes += 1;
        const pending = harness.secretsManager.stage(arn, 'AWSPENDING')?.version;
        expect(await attempt(harness, arn)).toBe(true);
        // The same version: what an attempt did is used by the next one.
        expect(harness.secretsManager.stage(arn, 'AWSCURRENT')?.version === pending || crash.name === 'finishSecret').toBe(true);
      }
      expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
      expect(broken).toEqual([]);
    }
    // Describe, get pending, get current, sign, put; describe; describe, get; describe, get, move: before and after each.
    expect(crashes).toBe(2 * (5 + 1 + 2 + 3));
  }, 60_000);
});

test('any number of crashes, pauses and new rotations leaves one valid current version, and none before it was invalid', async () => {
  const disturbance = fc.record({
    step: fc.integer({ min: 0, max: STEPS.length - 1 }),
    point: fc.record({ call: fc.integer({ min: 1, max: MOST_CALLS }), when: fc.constantFrom('before' as const, 'after' as const) }),
    // In all less than a certificate lasts: nobody can keep one valid while nothing runs for a week.
    pauseHours: fc.integer({ min: 0, max: 30 }),
  });
  await fc.assert(fc.asyncProperty(fc.constantFrom<Start>('empty', 'garbage', 'certificate'), fc.array(disturbance, { maxLength: 5 }), async (start, disturbances) => {
    const harness = new RotationHarness(START, configurationOf(authority));
    const arn = harness.createSecret('orders', await contentOf(start));
    const { broken } = watch(harness, arn);
    for (const { pauseHours, ...crash } of disturbances) {
      await attempt(harness, arn, crash);
      harness.advance(pauseHours * HOUR);
    }
    // One attempt may find that what was pending is too old; the one after it cannot.
    if (!await attempt(harness, arn)) expect(await attempt(harness, arn)).toBe(true);
    expect(broken).toEqual([]);
    expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
    const pending = harness.secretsManager.stage(arn, 'AWSPENDING')?.version;
    expect(pending === undefined || pending === harness.secretsManager.stage(arn, 'AWSCURRENT')?.version).toBe(true);
  }), { numRuns: 60 });
}, 60_000);

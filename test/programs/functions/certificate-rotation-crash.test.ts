import fc from 'fast-check';
import { STEPS } from '../../../programs/functions/certificate-rotation/rotation-event';
import { makeAuthority, makeSecret, type TestAuthority } from './support/authorities';
import { makePrivateAuthority } from './support/private-authorities';
import { configurationOf, RotationHarness, type AnyTestAuthority, type CrashPoint } from './support/rotation-harness';
import { runs } from '../../support/runs';

const START = new Date('2026-11-24T12:00:00Z');
const HOUR = 60 * 60 * 1000;
/** More than any step makes, so that some invocations do not crash. */
const MOST_CALLS = 8;

type Kind = 'KMS' | 'a root of AWS Private CA' | 'an intermediate of AWS Private CA';
const KINDS: readonly Kind[] = ['KMS', 'a root of AWS Private CA', 'an intermediate of AWS Private CA'];

/** Issued what a secret starts with. */
let former: TestAuthority;
let issuers: Readonly<Record<Kind, AnyTestAuthority>>;
beforeAll(async () => {
  former = await makeAuthority('former', START);
  issuers = {
    KMS: await makeAuthority('a', START),
    'a root of AWS Private CA': await makePrivateAuthority('b', START, 'root'),
    'an intermediate of AWS Private CA': await makePrivateAuthority('c', START, 'intermediate'),
  };
});

type Start = 'empty' | 'garbage' | 'certificate';

async function contentOf(start: Start): Promise<string | undefined> {
  if (start === 'certificate') return JSON.stringify(await makeSecret({ issuer: former, now: START }));
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
async function attempt(
  harness: RotationHarness,
  arn: string,
  crash?: { readonly step: number; readonly point: CrashPoint },
): Promise<boolean> {
  const version = harness.secretsManager.startRotation(arn);
  try {
    for (const [index, step] of STEPS.entries()) await harness.invoke(arn, step, version, crash?.step === index ? crash.point : undefined);
    return true;
  } catch {
    return false;
  }
}

/** How an authority is asked for a certificate. */
const ISSUING: Readonly<Record<Kind, readonly string[]>> = {
  KMS: ['Sign'],
  'a root of AWS Private CA': ['DescribeCertificateAuthority', 'IssueCertificate', 'GetCertificate'],
  'an intermediate of AWS Private CA': ['DescribeCertificateAuthority', 'IssueCertificate', 'GetCertificate'],
};

describe.each<[Start, Kind]>([
  ['empty', 'KMS'],
  ['garbage', 'KMS'],
  ['certificate', 'KMS'],
  ['empty', 'a root of AWS Private CA'],
  ['certificate', 'an intermediate of AWS Private CA'],
])('a secret that starts with %s and is issued by %s', (start, kind) => {
  test('survives a crash at every single call, and the next attempt ends the rotation', async () => {
    let crashes = 0;
    /** False if the step makes fewer calls. */
    const crashAt = async (step: number, point: CrashPoint): Promise<boolean> => {
      const harness = new RotationHarness(START, configurationOf(issuers[kind]));
      const arn = harness.createSecret('orders', await contentOf(start));
      const { broken } = watch(harness, arn);
      const crashed = !(await attempt(harness, arn, { step, point }));
      if (crashed) {
        const pending = harness.secretsManager.stage(arn, 'AWSPENDING')?.version;
        expect(await attempt(harness, arn)).toBe(true);
        // The same version: what an attempt did is used by the next one.
        expect(harness.secretsManager.stage(arn, 'AWSCURRENT')?.version === pending || STEPS[step] === 'finishSecret').toBe(true);
      }
      expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
      expect(broken).toEqual([]);
      return crashed;
    };
    for (const step of STEPS.keys()) {
      for (const when of ['before', 'after'] as const) {
        for (let call = 1; await crashAt(step, { call, when }); call += 1) crashes += 1;
      }
    }
    // Describe, get pending, get current, what issues, put; describe; describe, get; describe, get, move: before and after each.
    expect(crashes).toBe(2 * (4 + ISSUING[kind].length + 1 + 2 + 3));
  }, 120_000);
});

test('any number of crashes, pauses and new rotations leaves one valid current version, and none before it was invalid', async () => {
  const disturbance = fc.record({
    step: fc.integer({ min: 0, max: STEPS.length - 1 }),
    point: fc.record({ call: fc.integer({ min: 1, max: MOST_CALLS }), when: fc.constantFrom('before' as const, 'after' as const) }),
    // In all less than a certificate lasts: nobody can keep one valid while nothing runs for a week.
    pauseHours: fc.integer({ min: 0, max: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Start>('empty', 'garbage', 'certificate'),
      fc.constantFrom(...KINDS),
      fc.array(disturbance, { maxLength: 5 }),
      async (start, kind, disturbances) => {
        const harness = new RotationHarness(START, configurationOf(issuers[kind]));
        const arn = harness.createSecret('orders', await contentOf(start));
        const { broken } = watch(harness, arn);
        for (const { pauseHours, ...crash } of disturbances) {
          await attempt(harness, arn, crash);
          harness.advance(pauseHours * HOUR);
        }
        // One attempt may find that what was pending is too old; the one after it cannot.
        if (!(await attempt(harness, arn))) expect(await attempt(harness, arn)).toBe(true);
        expect(broken).toEqual([]);
        expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
        const pending = harness.secretsManager.stage(arn, 'AWSPENDING')?.version;
        expect(pending === undefined || pending === harness.secretsManager.stage(arn, 'AWSCURRENT')?.version).toBe(true);
      },
    ),
    { numRuns: runs(25) },
  );
}, 120_000);

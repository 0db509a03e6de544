import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { authoritySetHandler } from '../../functions/authority-set/handler';
import { STEPS } from '../../functions/certificate-rotation/rotation-event';
import { jsonLog } from '../../functions/log';
import { isIssuedBy, readPemCertificates } from '../../shared/certificate-secret';
import { makeAuthority, type TestAuthority } from './support/authorities';
import { configurationOf, RotationHarness, type CrashPoint } from './support/rotation-harness';

const START = new Date('2026-11-24T12:00:00Z');
const MINUTE = 60_000;
const SETTLE_MINUTES = 15;
const SERVICES = ['orders', 'payment', 'gateway'] as const;

let pool: readonly TestAuthority[];
beforeAll(async () => { pool = await Promise.all(['a', 'b', 'c'].map((name) => makeAuthority(name, START))); });

/** What the tasks of a service present and trust: what their agent read last. */
interface Held {
  readonly version: string;
  readonly leaf: X509Certificate;
  readonly trusted: readonly X509Certificate[];
}

/**
 * A mesh in which everything happens one after the other, but in any order: deployments, steps of rotations, crashes,
 * and agents that read their secret late, though never later than the time that the guard waits.
 */
class SimulatedMesh {
  readonly harness: RotationHarness;
  readonly secrets: Readonly<Record<string, string>>;
  private readonly held = new Map<string, Held>();
  private readonly behindSince = new Map<string, number>();
  /** Rotations under way: the version, and the step that comes next. */
  private readonly rotations = new Map<string, { readonly version: string; readonly step: number }>();
  private set: { readonly authorities: readonly TestAuthority[]; readonly issuer: TestAuthority };

  constructor(first: TestAuthority) {
    this.set = { authorities: [first], issuer: first };
    this.harness = new RotationHarness(START, configurationOf(first));
    this.secrets = Object.fromEntries(SERVICES.map((service) => [service, this.harness.createSecret(service)]));
  }

  /** A deployment: true if the guard agreed, and the function has the new environment. */
  async deploy(authorities: readonly TestAuthority[], issuer: TestAuthority): Promise<boolean> {
    const handle = authoritySetHandler({ secretsManager: this.harness.secretsManager.client(), now: () => this.harness.now(), log: jsonLog(() => undefined) });
    const after = { authorities, issuer };
    try {
      await handle({ RequestType: 'Update', PhysicalResourceId: 'set', OldResourceProperties: this.properties(this.set), ResourceProperties: this.properties(after) });
    } catch {
      return false;
    }
    this.set = after;
    this.harness.configuration = configurationOf(issuer, ...authorities.filter((authority) => authority !== issuer));
    return true;
  }

  /** One invocation of the rotation function, which may die in it. */
  async step(service: string, crash?: CrashPoint): Promise<void> {
    const arn = this.secret(service);
    const { version, step } = this.rotations.get(service) ?? { version: this.harness.secretsManager.startRotation(arn), step: 0 };
    try {
      await this.harness.invoke(arn, STEPS[step] ?? 'createSecret', version, crash);
      if (step === STEPS.length - 1) this.rotations.delete(service);
      else this.rotations.set(service, { version, step: step + 1 });
    } catch {
      // Secrets Manager starts over: with the same version if it is still pending, otherwise with a new one.
      this.rotations.delete(service);
    }
    this.noteLag();
  }

  async rotateAll(): Promise<void> {
    // A rotation under way may end first, or be abandoned: three rounds are a whole one after any of that.
    for (const service of SERVICES) for (let invocation = 0; invocation < 3 * STEPS.length; invocation += 1) await this.step(service);
  }

  /** The agent of a service reads its secret. */
  poll(service: string): void {
    const current = this.harness.secretsManager.stage(this.secret(service), 'AWSCURRENT');
    if (current?.text === undefined) return;
    const secret = JSON.parse(current.text) as { certificateChain: string; trustBundle: string };
    this.held.set(service, { version: current.version, leaf: new X509Certificate(secret.certificateChain), trusted: readPemCertificates(secret.trustBundle) ?? [] });
    this.behindSince.delete(service);
  }

  /** Time passes minute by minute, so that no agent is ever later than it may be. */
  advance(minutes: number): void {
    for (let minute = 0; minute < minutes; minute += 1) {
      this.harness.advance(MINUTE);
      for (const [service, since] of this.behindSince) if (this.harness.now().getTime() - since >= SETTLE_MINUTES * MINUTE) this.poll(service);
    }
  }

  /** Pairs of services that cannot talk to each other. */
  strangers(): readonly string[] {
    return [...this.held].flatMap(([caller, { leaf }]) => [...this.held].filter(([, { trusted }]) => !trusted.some((root) => isIssuedBy(leaf, root))).map(([callee]) => `${callee} does not trust ${caller}`));
  }

  /** The names of those who issued what is in use. */
  issuers(): readonly string[] {
    return [...this.held.values()].map(({ leaf }) => leaf.issuer);
  }

  private noteLag(): void {
    for (const service of SERVICES) {
      const current = this.harness.secretsManager.stage(this.secret(service), 'AWSCURRENT')?.version;
      if (current !== this.held.get(service)?.version && !this.behindSince.has(service)) this.behindSince.set(service, this.harness.now().getTime());
    }
  }

  private secret(service: string): string {
    return this.secrets[service] ?? '';
  }

  private properties(set: { readonly authorities: readonly TestAuthority[]; readonly issuer: TestAuthority }) {
    return {
      Authorities: set.authorities.map(({ name, certificate }) => ({ Name: name, Certificate: certificate.toString() })),
      Issuer: set.issuer.name,
      Secrets: Object.values(this.secrets),
      SettleSeconds: String(SETTLE_MINUTES * 60),
    };
  }
}

async function runningMesh(): Promise<SimulatedMesh> {
  const mesh = new SimulatedMesh(pool[0]);
  await mesh.rotateAll();
  for (const service of SERVICES) mesh.poll(service);
  return mesh;
}

type Action =
  | { readonly kind: 'deploy'; readonly authorities: readonly number[]; readonly issuer: number }
  | { readonly kind: 'step' | 'poll'; readonly service: string; readonly crash?: CrashPoint | undefined }
  | { readonly kind: 'rotate all' }
  | { readonly kind: 'advance'; readonly minutes: number };

async function perform(mesh: SimulatedMesh, action: Action): Promise<boolean> {
  switch (action.kind) {
    case 'deploy': {
      const authorities = action.authorities.flatMap((index) => pool[index] ?? []);
      return mesh.deploy(authorities, authorities[action.issuer % authorities.length]);
    }
    case 'step': await mesh.step(action.service, action.crash); return true;
    case 'poll': mesh.poll(action.service); return true;
    case 'rotate all': await mesh.rotateAll(); return true;
    case 'advance': mesh.advance(action.minutes); return true;
  }
}

const service = fc.constantFrom(...SERVICES);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('deploy' as const), authorities: fc.subarray([0, 1, 2], { minLength: 1 }), issuer: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('step' as const), service, crash: fc.option(fc.record({ call: fc.integer({ min: 1, max: 5 }), when: fc.constantFrom('before' as const, 'after' as const) }), { nil: undefined }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('poll' as const), service }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'rotate all' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), minutes: fc.integer({ min: 1, max: 40 }) }) },
);

test('from the old authority to the new one, each service trusts every other at every moment', async () => {
  const mesh = await runningMesh();
  const [a, b] = [pool[0], pool[1]];
  for (const [authorities, issuer] of [[[a, b], a], [[a, b], b], [[b], b]] as const) {
    mesh.advance(SETTLE_MINUTES);
    expect(await mesh.deploy(authorities, issuer)).toBe(true);
    for (const name of SERVICES) {
      // One service after the other, each of them read late: every mixture of old and new is in use for a while.
      for (let invocation = 0; invocation < STEPS.length; invocation += 1) {
        await mesh.step(name);
        expect(mesh.strangers()).toEqual([]);
      }
      mesh.advance(5);
      expect(mesh.strangers()).toEqual([]);
    }
  }
  mesh.advance(SETTLE_MINUTES);
  expect(mesh.issuers()).toEqual(SERVICES.map(() => 'CN=shop CA b'));
  expect(mesh.strangers()).toEqual([]);
});

test('whatever is deployed, rotated, crashed and read late in whatever order, each service trusts every other at every moment', async () => {
  let [agreed, refused] = [0, 0];
  await fc.assert(fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
    const mesh = await runningMesh();
    for (const each of actions) {
      const done = await perform(mesh, each);
      if (each.kind === 'deploy') [agreed, refused] = done ? [agreed + 1, refused] : [agreed, refused + 1];
      expect(mesh.strangers()).toEqual([]);
    }
  }), { numRuns: 40 });
  // Otherwise the property would say nothing.
  expect(agreed).toBeGreaterThan(10);
  expect(refused).toBeGreaterThan(10);
}, 120_000);

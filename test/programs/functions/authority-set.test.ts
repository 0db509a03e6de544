import fc from 'fast-check';
import { SETTLE_SECONDS } from '../../../lib/core/contract/issuing';
import type { TaskReports } from '../../../programs/functions/authority-set/task-reports';
import { runs } from '../../support/runs';
import { makeAuthority, SCOPE, type AnyTestAuthority, type TestAuthority } from './support/authorities';
import { AuthoritySetResource, propertiesOf, type AuthoritySet } from './support/authority-set-resource';
import { makePrivateAuthority, makePrivateCa, privateAuthority } from './support/private-authorities';

const START = new Date('2026-11-24T12:00:00Z');
const MINUTE = 60_000;
const SETTLE_MS = SETTLE_SECONDS * 1000;

let a: TestAuthority;
let b: TestAuthority;
let c: TestAuthority;
let clock: number;

beforeAll(async () => {
  [a, b, c] = (await Promise.all(['a', 'b', 'c'].map((name) => makeAuthority(name, START)))) as [
    TestAuthority,
    TestAuthority,
    TestAuthority,
  ];
});
beforeEach(() => {
  clock = START.getTime();
  asked = 0;
  lastHeard = now;
});

const now = (): Date => new Date(clock);
/** When the task that is furthest behind has last heard which authorities there are; undefined if no task reports. */
let lastHeard: (scopes: readonly string[]) => Date | undefined;
/** How often the guard asked. */
let asked: number;
const reports: TaskReports = {
  lastChange: () => Promise.resolve(undefined),
  lastHeard: (scopes) => {
    asked += 1;
    return Promise.resolve(lastHeard(scopes));
  },
};
const wait = (milliseconds: number): void => {
  clock += milliseconds;
};

const ONLY_A = (): AuthoritySet => ({ authorities: [a], issuer: a });
const BOTH_BY_A = (): AuthoritySet => ({ authorities: [a, b], issuer: a });
const BOTH_BY_B = (): AuthoritySet => ({ authorities: [a, b], issuer: b });
const ONLY_B = (): AuthoritySet => ({ authorities: [b], issuer: b });

class Mesh {
  private constructor(readonly resource: AuthoritySetResource) {}

  static async create(set: AuthoritySet): Promise<Mesh> {
    return new Mesh(await AuthoritySetResource.create(now, propertiesOf(set), reports));
  }

  /** A mesh that has come so far by these steps, with a long time between them. */
  static async after(...sets: readonly AuthoritySet[]): Promise<Mesh> {
    const [first = ONLY_A(), ...others] = sets;
    const mesh = await Mesh.create(first);
    for (const set of others) {
      wait(60 * MINUTE);
      await mesh.deploy(set);
    }
    return mesh;
  }

  async deploy(set: AuthoritySet): Promise<void> {
    const { Data } = await this.resource.update(propertiesOf(set));
    expect(Data).toEqual({ issuer: set.issuer.name });
  }
}

describe('the resource', () => {
  test('has the issuer for an attribute, so that the function that issues waits for the answer', async () => {
    const mesh = await Mesh.create(ONLY_A());
    expect(await mesh.resource.update(propertiesOf(BOTH_BY_A()))).toEqual({
      PhysicalResourceId: expect.stringMatching(/^authority-set-[0-9a-f]{32}~a\.[0-9a-f]{16}\.0\.-~b\.[0-9a-f]{16}\.[0-9a-z]{6}\.$/),
      Data: { issuer: 'a' },
    });
  });

  test('is the same if CloudFormation creates it twice', async () => {
    const [one, again] = [await Mesh.create(BOTH_BY_A()), await Mesh.create(BOTH_BY_A())];
    expect(again.resource.physicalId).toBe(one.resource.physicalId);
  });

  test('keeps the name that it began with through all changes, and is deleted by any of them', async () => {
    const mesh = await Mesh.create(ONLY_A());
    const name = mesh.resource.physicalId.split('~')[0] ?? '';
    for (const set of [BOTH_BY_A(), BOTH_BY_B(), ONLY_B()]) {
      wait(SETTLE_MS);
      await mesh.deploy(set);
      expect(mesh.resource.physicalId.split('~')[0]).toBe(name);
    }
    expect(await mesh.resource.delete()).toEqual({ PhysicalResourceId: mesh.resource.physicalId });
  });

  test('says in the log what was agreed and what was not', async () => {
    const mesh = await Mesh.create(ONLY_A());
    await expect(mesh.deploy(ONLY_B())).rejects.toThrow();
    expect(mesh.resource.lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { level: 'info', message: 'authority-set-accepted', authorities: ['a'], issuer: 'a' },
      { level: 'error', message: 'authority-set-refused', reason: 'Error', why: expect.stringContaining('cannot be removed') },
      { level: 'info', message: 'authority-set-accepted', authorities: ['a'], issuer: 'a' },
    ]);
  });
});

describe('an authority', () => {
  test('is replaced in three deployments, twenty minutes apart', async () => {
    const mesh = await Mesh.create(ONLY_A());
    await mesh.deploy(BOTH_BY_A());
    wait(SETTLE_MS);
    await mesh.deploy(BOTH_BY_B());
    wait(SETTLE_MS);
    await mesh.deploy(ONLY_B());
  });

  test('is added at any time, and so are several at once', async () => {
    const mesh = await Mesh.create(ONLY_A());
    await mesh.deploy(BOTH_BY_A());
    await mesh.deploy({ authorities: [a, b, c], issuer: a });
    const other = await Mesh.create(ONLY_A());
    await other.deploy({ authorities: [a, b, c], issuer: a });
  });

  test('is removed at once if it has never issued', async () => {
    const mesh = await Mesh.create(ONLY_A());
    await mesh.deploy(BOTH_BY_A());
    await mesh.deploy(ONLY_A());
  });

  test('issues at once in a mesh that begins with it, and gives way to another that was there from the beginning', async () => {
    const mesh = await Mesh.create(BOTH_BY_A());
    await mesh.deploy(BOTH_BY_B());
  });

  test('issues again at once while everybody still trusts it', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A(), BOTH_BY_B());
    await mesh.deploy(BOTH_BY_A());
    await mesh.deploy(BOTH_BY_B());
  });

  test('is the same with another name, and with a root made anew', async () => {
    const mesh = await Mesh.create(ONLY_A());
    const renamed = { ...a, name: 'renamed' };
    await mesh.deploy({ authorities: [renamed], issuer: renamed });
    await mesh.deploy({ authorities: [renamed, b], issuer: renamed });
  });

  test('may be below the same root as another: services trust that', async () => {
    const common = await makePrivateCa('common', { createdAt: START });
    const [old, next] = (await Promise.all(
      ['old', 'next'].map(async (name) => privateAuthority(name, await makePrivateCa(name, { createdAt: START, parent: common }))),
    )) as [AnyTestAuthority, AnyTestAuthority];
    const mesh = await Mesh.create({ authorities: [old], issuer: old });
    await mesh.deploy({ authorities: [next], issuer: next });
    await mesh.deploy({ authorities: [old, next], issuer: old });
  });

  test('of AWS Private CA takes over from a key of KMS in the same steps', async () => {
    const corporate = await makePrivateAuthority('corporate', START, 'intermediate');
    const mesh = await Mesh.create(ONLY_A());
    for (const set of [
      { authorities: [a, corporate], issuer: a },
      { authorities: [a, corporate], issuer: corporate },
      { authorities: [corporate], issuer: corporate },
    ]) {
      wait(SETTLE_MS);
      await mesh.deploy(set);
    }
  });
});

describe('a change that is too early or too much', () => {
  test('fails if an authority shall issue that tasks may not trust yet, and says from when on it may', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A());
    wait(SETTLE_MS - 1);
    await expect(mesh.deploy(BOTH_BY_B())).rejects.toThrow(
      'the authority "b" cannot issue yet: tasks may not trust it until 2026-11-24T13:20:00.000Z. Replacing an authority takes',
    );
    wait(1);
    await mesh.deploy(BOTH_BY_B());
  });

  test('fails if an authority shall issue that is new in the same deployment', async () => {
    const mesh = await Mesh.after(ONLY_A());
    wait(60 * MINUTE);
    await expect(mesh.deploy(BOTH_BY_B())).rejects.toThrow(
      'the authority "b" cannot issue yet: no task trusts it, since it is new in this deployment. Replacing',
    );
  });

  test('fails if the former issuer is removed while tasks may have its certificates, and says from when on it may be', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A(), BOTH_BY_B());
    wait(SETTLE_MS - 1);
    await expect(mesh.deploy(ONLY_B())).rejects.toThrow(
      'the authority "a" cannot be removed yet: tasks may have a certificate by it until 2026-11-24T14:20:00.000Z. Replacing',
    );
    wait(1);
    await mesh.deploy(ONLY_B());
  });

  test('fails if the issuer is removed, and says how it is done', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A());
    wait(60 * MINUTE);
    const error: unknown = await mesh.deploy(ONLY_B()).catch((reason: unknown) => reason);
    expect((error as Error).message).toBe(
      'the authority "a" cannot be removed: it issues the certificates that are in use. ' +
        'Replacing an authority takes three deployments, 20 minutes apart: ' +
        '(1) add the new authority and keep the issuer, so that all tasks trust both; ' +
        '(2) make the new authority the issuer, so that all tasks get certificates by it; ' +
        '(3) remove the old authority.',
    );
  });

  test('fails if one authority is swapped for another in a single step, with both reasons', async () => {
    const mesh = await Mesh.after(ONLY_A());
    await expect(mesh.deploy(ONLY_B())).rejects.toThrow(/"b" cannot issue yet: .*\. the authority "a" cannot be removed: .*\. Replacing/);
  });

  test('fails if an authority is swapped for another of the same name', async () => {
    const mesh = await Mesh.after(ONLY_A());
    const namesake = await makeAuthority('a', START);
    await expect(mesh.deploy({ authorities: [namesake], issuer: namesake })).rejects.toThrow('the authority "a" cannot be removed');
  });

  test('fails if an authority was away meanwhile: what counts is since when it is back', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A());
    wait(SETTLE_MS);
    await mesh.deploy(ONLY_A());
    await mesh.deploy(BOTH_BY_A());
    await expect(mesh.deploy(BOTH_BY_B())).rejects.toThrow('"b" cannot issue yet: tasks may not trust it until');
    wait(SETTLE_MS);
    await mesh.deploy(BOTH_BY_B());
  });

  test('fails if the former issuer issued again meanwhile: what counts is until when it issued last', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A(), BOTH_BY_B());
    wait(SETTLE_MS);
    await mesh.deploy(BOTH_BY_A());
    await mesh.deploy(BOTH_BY_B());
    await expect(mesh.deploy(ONLY_B())).rejects.toThrow('"a" cannot be removed yet');
  });

  test('fails as long as the mesh says that its tasks take', async () => {
    const slow = { settleSeconds: 1800 };
    const mesh = await Mesh.create({ ...ONLY_A(), ...slow });
    await mesh.deploy({ ...BOTH_BY_A(), ...slow });
    wait(30 * MINUTE - 1);
    await expect(mesh.deploy({ ...BOTH_BY_B(), ...slow })).rejects.toThrow(
      /cannot issue yet: .* takes three deployments, 30 minutes apart/,
    );
    wait(1);
    await mesh.deploy({ ...BOTH_BY_B(), ...slow });
  });

  test('fails with a message that CloudFormation shows as a whole', async () => {
    const long = await Promise.all(['1', '2', '3', '4'].map((digit) => makeAuthority(digit.repeat(20), START)));
    const mesh = await Mesh.create({ authorities: long.slice(0, 3), issuer: long[0] });
    const error: unknown = await mesh.deploy({ authorities: long.slice(3), issuer: long[3] }).catch((reason: unknown) => reason);
    expect((error as Error).message.length).toBeLessThan(1000);
  });
});

describe('what tasks report', () => {
  /** The deployment of before has changed the function by then. */
  const CHANGED_MS = 5 * MINUTE;

  test('fails if a task has not heard of the new authority, however long ago it was added, and says what to look at', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A());
    const heard = clock + CHANGED_MS - 1;
    lastHeard = () => new Date(heard);
    wait(24 * 60 * MINUTE);
    await expect(mesh.deploy(BOTH_BY_B())).rejects.toThrow(
      'the authority "b" cannot issue yet: by the metric AuthoritiesAge, a task has last heard at 2026-11-24T13:04:59.999Z which ' +
        'authorities there are. Its mesh-agent logs "the certificate in use is kept" and why; replace the task, and deploy again',
    );
    lastHeard = () => new Date(heard + 1);
    await mesh.deploy(BOTH_BY_B());
  });

  test('fails if a task may still have a certificate of the authority that is removed', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A(), BOTH_BY_B());
    const heard = clock + CHANGED_MS - 1;
    lastHeard = () => new Date(heard);
    wait(24 * 60 * MINUTE);
    await expect(mesh.deploy(ONLY_B())).rejects.toThrow(
      'the authority "a" cannot be removed yet: by the metric AuthoritiesAge, a task has last heard at 2026-11-24T14:04:59.999Z which',
    );
    lastHeard = () => new Date(heard + 1);
    await mesh.deploy(ONLY_B());
  });

  test('is asked of the mesh by its scope, once, and only when the time has come', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A());
    const scopesAsked: (readonly string[])[] = [];
    lastHeard = (scopes) => {
      scopesAsked.push(scopes);
      return now();
    };
    await expect(mesh.deploy(BOTH_BY_B())).rejects.toThrow('cannot issue yet');
    await expect(mesh.deploy(ONLY_B())).rejects.toThrow('cannot be removed');
    expect(scopesAsked).toEqual([]);
    wait(SETTLE_MS);
    await mesh.deploy(BOTH_BY_B());
    expect(scopesAsked).toEqual([[SCOPE]]);
  });

  test.each<[string, () => Date | undefined, Partial<AuthoritySet>]>([
    ['no task reports: time alone decides', () => undefined, {}],
    ['an earlier version of the library has written the resource', () => START, { scope: undefined }],
  ])('is not waited for if %s', async (_, heard, more) => {
    const mesh = await Mesh.create({ ...ONLY_A(), ...more });
    lastHeard = heard;
    for (const set of [BOTH_BY_A(), BOTH_BY_B(), ONLY_B()]) {
      await mesh.deploy({ ...set, ...more });
      wait(SETTLE_MS);
    }
  });

  test('does not matter for what is new, what never issued, and what was there from the beginning', async () => {
    lastHeard = () => START;
    const mesh = await Mesh.create(BOTH_BY_A());
    await mesh.deploy({ authorities: [a, b, c], issuer: a });
    await mesh.deploy(BOTH_BY_A());
    await mesh.deploy(BOTH_BY_B());
    expect(asked).toBe(0);
  });

  test('fails if it cannot be read, and the way back is open all the same', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A());
    wait(SETTLE_MS);
    lastHeard = () => {
      throw new Error('not authorized to perform: cloudwatch:GetMetricData');
    };
    await expect(mesh.deploy(BOTH_BY_B())).rejects.toThrow('not authorized to perform: cloudwatch:GetMetricData');
  });
});

describe('the way back', () => {
  test('from a step that was refused is open, each time', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A());
    const { physicalId } = mesh.resource;
    for (const refused of [BOTH_BY_B(), ONLY_B(), { authorities: [c], issuer: c }, BOTH_BY_B()]) {
      await expect(mesh.deploy(refused)).rejects.toThrow(/Replacing an authority takes/);
      // What was refused has left no trace.
      expect(mesh.resource.physicalId).toBe(physicalId);
    }
  });

  test.each<[string, () => AuthoritySet[]]>([
    ['adding an authority', () => [ONLY_A(), BOTH_BY_A()]],
    ['making it the issuer', () => [ONLY_A(), BOTH_BY_A(), BOTH_BY_B()]],
    ['removing the former one', () => [ONLY_A(), BOTH_BY_A(), BOTH_BY_B(), ONLY_B()]],
    ['adding one and removing another', () => [ONLY_A(), BOTH_BY_A(), { authorities: [a, c], issuer: a }]],
    ['making one the issuer and adding another', () => [ONLY_A(), BOTH_BY_A(), { authorities: [a, b, c], issuer: b }]],
  ])('from %s is open at once, and the step can be done again', async (_, sets) => {
    const steps = sets();
    const mesh = await Mesh.after(...steps);
    const before = propertiesOf(steps.at(-2) ?? ONLY_A());
    // It could not be refused because of a task that hears nothing.
    lastHeard = () => START;
    expect((await mesh.resource.rollBack()).Data).toEqual({ issuer: before.Issuer });
    lastHeard = now;
    wait(SETTLE_MS);
    await mesh.deploy(steps.at(-1) ?? ONLY_A());
  });

  test('fails nobody, but what was rolled back counts: who issued for a moment is not removed at once', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A(), BOTH_BY_B());
    await mesh.resource.rollBack();
    await expect(mesh.deploy(ONLY_A())).rejects.toThrow('the authority "b" cannot be removed yet');
    wait(SETTLE_MS);
    await mesh.deploy(ONLY_A());
  });

  test('from removing an authority makes it one that tasks have to hear of again', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A(), BOTH_BY_B(), ONLY_B());
    await mesh.resource.rollBack();
    await expect(mesh.deploy(BOTH_BY_A())).rejects.toThrow('the authority "a" cannot issue yet: tasks may not trust it until');
    wait(SETTLE_MS);
    await mesh.deploy(BOTH_BY_A());
  });

  test('from properties that cannot be read is open', async () => {
    const mesh = await Mesh.after(ONLY_A(), BOTH_BY_A());
    await expect(mesh.resource.update({ Issuer: 'nobody', Authorities: [] })).rejects.toThrow('the issuer "nobody" is not one');
    await mesh.deploy({ authorities: [a, b, c], issuer: a });
  });
});

describe('properties that are none', () => {
  const one = (): unknown => (propertiesOf(ONLY_A()).Authorities as readonly unknown[])[0];

  test.each<[string, () => Record<string, unknown>, string]>([
    ['the issuer is not an authority', () => ({ Issuer: 'c' }), 'the issuer "c" is not one of the authorities: a, b'],
    ['there is no issuer', () => ({ Issuer: undefined }), 'the property Issuer of the resource must be a text'],
    ['two authorities have one name', () => ({ Authorities: [one(), one()] }), 'two authorities have the same name: a, a'],
    ['an authority has no name', () => ({ Authorities: [{ Certificate: 'x' }] }), 'the property Name of the resource must be a text'],
    ['an authority is nothing', () => ({ Authorities: [null] }), 'must be a list of { Name, Certificate }'],
    [
      'a certificate is not one',
      () => ({ Authorities: [{ Name: 'a', Certificate: 'x' }] }),
      'the certificate of the authority "a" is not one in DER in base64, on one line',
    ],
    [
      'a certificate is PEM',
      () => ({ Authorities: [{ Name: 'a', Certificate: a.certificate.toString() }] }),
      'the certificate of the authority "a" is not one in DER in base64, on one line',
    ],
    ['the authorities are not a list', () => ({ Authorities: 'a' }), 'the property Authorities of the resource must be a list'],
    ['the scope is no text', () => ({ Scope: '' }), 'the property Scope of the resource must be a text'],
    ['the time to settle is not a number', () => ({ SettleSeconds: 'soon' }), 'SettleSeconds of the resource must be a number'],
    ['the time to settle is negative', () => ({ SettleSeconds: '-1' }), 'SettleSeconds of the resource must be a number'],
  ])('fails if %s', async (_, change, message) => {
    await expect(AuthoritySetResource.create(now, { ...propertiesOf(BOTH_BY_A()), ...change() })).rejects.toThrow(message);
  });
});

test('whatever was deployed, refused and rolled back: no way back is refused, and twenty minutes open the way to every set', async () => {
  const set = fc
    .subarray([0, 1, 2], { minLength: 1 })
    .chain((indexes) => fc.record({ indexes: fc.constant(indexes), issuer: fc.constantFrom(...indexes) }));
  const action = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('deploy' as const), set }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'roll back' as const }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(1, 14, 15, 20) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('report' as const), isSilent: fc.boolean() }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 20 }), set, async (actions, target) => {
      const pool: readonly AnyTestAuthority[] = [a, b, c];
      const resolved = ({ indexes, issuer }: typeof target): AuthoritySet => ({
        authorities: indexes.map((index) => pool[index]),
        issuer: pool[issuer],
      });
      const mesh = await Mesh.create(ONLY_A());
      let current = ONLY_A();
      let before: AuthoritySet | undefined;
      for (const each of actions) {
        if (each.kind === 'wait') wait(each.minutes * MINUTE);
        else if (each.kind === 'report') {
          const silentSince = now();
          lastHeard = each.isSilent ? () => silentSince : now;
        } else if (each.kind === 'deploy') {
          const next = resolved(each.set);
          const refusal: unknown = await mesh.deploy(next).then(
            () => undefined,
            (error: unknown) => error,
          );
          if (refusal === undefined) [before, current] = [current, next];
          else expect((refusal as Error).message).toMatch(/Replacing an authority takes/);
        } else if (before !== undefined) {
          await mesh.resource.rollBack();
          [current, before] = [before, undefined];
        }
      }
      lastHeard = now;
      const goal = resolved(target);
      const union = [...new Set([...current.authorities, ...goal.authorities])];
      for (const step of [{ authorities: union, issuer: current.issuer }, { authorities: union, issuer: goal.issuer }, goal]) {
        await mesh.deploy(step);
        wait(SETTLE_MS);
      }
    }),
    { numRuns: runs(200) },
  );
});

import { X509Certificate, createPrivateKey } from 'node:crypto';
import * as fc from 'fast-check';
import { CertificateFiles } from '../../../programs/agent/certificate/certificate-files';
import { identityIn, trustIn } from '../../../programs/agent/certificate/sds';
import { Failure } from '../../../programs/agent/failure';
import type { X509Svid } from '../../../programs/shared/svid';
import { Authority, IDENTITY, NOW } from './authority';
import { diskError, MemoryFiles } from './memory-files';
import { atLeast, runs } from '../../support/runs';

const HOUR = 3_600_000;
const LIFE = 10 * HOUR;

/** Whatever an answer may hold, by name. */
const pool = new Map<string, X509Svid>();
beforeAll(async () => {
  const [one, two] = await Promise.all([Authority.create('one'), Authority.create('two')]);
  const add = (name: string, svid: X509Svid): void => {
    pool.set(name, svid);
  };
  for (let hour = 0; hour < 24; hour += 3) {
    const times = { notBefore: NOW + hour * HOUR, notAfter: NOW + hour * HOUR + LIFE };
    const [ofOne, ofTwo] = await Promise.all([one.issue(times), two.issue(times)]);
    add(`one ${hour}`, ofOne);
    add(`one ${hour}, both trusted`, { ...ofOne, trustBundle: one.root + two.root });
    add(`two ${hour}`, ofTwo);
    add(`two ${hour}, both trusted`, { ...ofTwo, trustBundle: two.root + one.root });
    add(`one ${hour} with the key of two`, { ...ofOne, privateKey: ofTwo.privateKey });
    add(`one ${hour}, trusting two`, { ...ofOne, trustBundle: two.root });
    add(`carts ${hour}`, await one.issue({ ...times, identity: 'spiffe://shop.internal/carts', said: IDENTITY }));
  }
  const any = await one.issue();
  add('garbage', { ...any, certificateChain: 'garbage' });
  add('empty', { ...any, certificateChain: '', trustBundle: '' });
});

type Event =
  | { readonly kind: 'answer'; readonly index: number; readonly fault?: { readonly after: number; readonly code: string } }
  | { readonly kind: 'time'; readonly hours: number };

/** Of the pool: eight times for each of seven kinds, of which four are good ones, and two that are nothing at all. */
const indexes = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.nat(7), fc.nat(3)).map(([time, kind]) => time * 7 + kind) },
  { weight: 1, arbitrary: fc.nat(57) },
);

/** `crash` ends the process at that operation: nothing after it happens, and a new agent goes on with what is on the disk. */
const fault = fc.record({ after: fc.nat(8), code: fc.constantFrom('ENOSPC', 'EROFS', 'EIO', 'crash') });
const events: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('answer' as const), index: indexes }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer' as const), index: indexes, fault }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), hours: fc.integer({ min: 1, max: 6 }) }) },
  ),
  { minLength: 8, maxLength: 25 },
);

interface OnDisk {
  readonly leaf: X509Certificate;
  readonly key: string;
  readonly roots: readonly X509Certificate[];
}

/** Checked with Node.js alone, and not with the code that is tested. */
function onDisk(disk: MemoryFiles): OnDisk | undefined {
  const identity = disk.content.get('/run/mesh/identity.json');
  if (identity === undefined) return undefined;
  const material = identityIn(identity)!;
  const trust = trustIn(disk.content.get('/run/mesh/trust.json')!)!;
  const roots = trust.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)!.map((pem) => new X509Certificate(pem));
  return { leaf: new X509Certificate(material.certificateChain), key: material.privateKey, roots };
}

/** How an installation ended. `disk`: the disk did not want to, or the process was killed. */
type Outcome = 'installed' | 'refused' | 'disk';

async function install(disk: MemoryFiles, svid: X509Svid, now: number): Promise<Outcome> {
  return new CertificateFiles(disk, '/run/mesh', IDENTITY).install(svid, new Date(now)).then(
    () => 'installed',
    (error: unknown) => (error instanceof Failure && !error.reason.startsWith('disk') ? 'refused' : 'disk'),
  );
}

test('whatever fails, wherever the agent is killed, the files are absent or a whole matching set', async () => {
  const seen = { installed: 0, moved: 0, refused: 0, disk: 0 };
  await fc.assert(
    fc.asyncProperty(events, async (story) => {
      const disk = new MemoryFiles();
      let now = NOW + HOUR;
      let last: OnDisk | undefined;
      const violations: Error[] = [];
      const noted = (look: () => void): void => {
        // What is thrown while the disk works ends in the code under test, which takes it for a failure of the disk.
        try {
          look();
        } catch (error) {
          violations.push(error as Error);
        }
      };
      disk.changed = () => {
        noted(check);
      };
      const check = (): void => {
        const current = onDisk(disk);
        if (current === undefined) {
          expect(last).toBeUndefined();
          return;
        }
        expect(current.leaf.checkPrivateKey(createPrivateKey(current.key))).toBe(true);
        expect(current.leaf.subjectAltName).toContain(`URI:${IDENTITY}`);
        expect(current.roots.some((root) => current.leaf.verify(root.publicKey))).toBe(true);
        if (current.leaf.fingerprint256 !== last?.leaf.fingerprint256) {
          expect(now).toBeGreaterThanOrEqual(Date.parse(current.leaf.validFrom));
          expect(now).toBeLessThanOrEqual(Date.parse(current.leaf.validTo));
          if (last !== undefined && current.leaf.issuer !== last.leaf.issuer) seen.moved += 1;
        }
        last = current;
      };
      for (const event of story) {
        if (event.kind === 'time') {
          now += event.hours * HOUR;
          continue;
        }
        let [operations, dead] = [0, false];
        disk.fault = () => {
          if (event.fault === undefined) return undefined;
          operations += 1;
          dead ||= event.fault.code === 'crash' && operations > event.fault.after;
          return dead || operations === event.fault.after + 1 ? diskError(event.fault.code) : undefined;
        };
        const svid = [...pool.values()][event.index];
        const before = new Map(disk.content);
        const outcome = await install(disk, svid, now);
        seen[outcome] += 1;
        noted(() => {
          if (outcome === 'refused') expect(new Map(disk.content)).toEqual(before);
          if (outcome === 'installed') {
            expect(identityIn(disk.content.get('/run/mesh/identity.json')!)?.certificateChain).toBe(svid.certificateChain);
            expect(trustIn(disk.content.get('/run/mesh/trust.json')!)).toBe(svid.trustBundle);
          }
        });
        // A dead process removes nothing; a living one leaves nothing but its files, unless the removal itself failed.
        disk.fault = () => undefined;
      }
      if (violations.length > 0) throw violations[0];
      for (const path of disk.content.keys())
        expect(path).toMatch(/^\/run\/mesh\/(identity\.json|trust\.json|\.(identity|trust)\.json\.draft)$/);
    }),
    { numRuns: runs(150), seed: 20261124 },
  );
  // So that the property is about something.
  expect(seen.installed).toBeGreaterThan(atLeast(150));
  expect(seen.moved).toBeGreaterThan(atLeast(10));
  expect(seen.refused).toBeGreaterThan(atLeast(150));
  expect(seen.disk).toBeGreaterThan(atLeast(50));
});

test('after whatever went wrong, a good answer and a disk that works are enough', async () => {
  await fc.assert(
    fc.asyncProperty(events, fc.nat(7), async (story, slot) => {
      const disk = new MemoryFiles();
      for (const event of story) {
        if (event.kind === 'time') continue;
        let operations = 0;
        disk.fault = () => (event.fault !== undefined && operations++ >= event.fault.after ? diskError(event.fault.code) : undefined);
        await install(disk, [...pool.values()][event.index], NOW + HOUR);
      }
      disk.fault = () => undefined;
      // What began more than ten hours ago has expired.
      const svid = pool.get(`one ${[3, 6, 9, 12, 15, 18, 21, 21][slot]}`)!;
      const now = NOW + 24 * HOUR;
      const before = new Map(disk.content);
      if (slot < 4) {
        expect(await install(disk, svid, now)).toBe('refused');
        expect(new Map(disk.content)).toEqual(before);
      } else {
        expect(await install(disk, svid, now)).toBe('installed');
        expect(onDisk(disk)!.leaf.fingerprint256).toBe(new X509Certificate(svid.certificateChain).fingerprint256);
        expect([...disk.content.keys()].sort()).toEqual(['/run/mesh/identity.json', '/run/mesh/trust.json']);
      }
    }),
    { numRuns: runs(60), seed: 20261124 },
  );
});

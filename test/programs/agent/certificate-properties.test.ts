import { X509Certificate, createPrivateKey } from 'node:crypto';
import * as fc from 'fast-check';
import { CertificateFiles } from '../../../programs/agent/certificate/certificate-files';
import { identityIn, trustIn } from '../../../programs/agent/certificate/sds';
import { PrivateText } from '../../../programs/shared/private-text';
import { Authority, IDENTITY, NOW } from './authority';
import { diskError, MemoryFiles } from './memory-files';
import { atLeast, runs } from '../../support/runs';

const HOUR = 3_600_000;
const LIFE = 10 * HOUR;

/** Whatever a secret may hold, by name. */
const pool = new Map<string, string>();
beforeAll(async () => {
  const [one, two] = await Promise.all([Authority.create('one'), Authority.create('two')]);
  const add = (name: string, value: unknown): void => {
    pool.set(name, typeof value === 'string' ? value : JSON.stringify(value));
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
  add('garbage', 'garbage');
  add('empty', '{}');
});

type Event =
  | { readonly kind: 'secret'; readonly index: number; readonly fault?: { readonly after: number; readonly code: string } }
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
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('secret' as const), index: indexes }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('secret' as const), index: indexes, fault }) },
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

test('whatever fails, wherever the agent is killed, the files are absent or a whole matching set, never older than the last', async () => {
  let [installed, moved] = [0, 0];
  await fc.assert(
    fc.asyncProperty(events, async (story) => {
      const disk = new MemoryFiles();
      let now = NOW + HOUR;
      let last: OnDisk | undefined;
      const violations: Error[] = [];
      // What is thrown here ends in the code under test, which takes it for a failure of the disk.
      disk.changed = () => {
        try {
          check();
        } catch (error) {
          violations.push(error as Error);
        }
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
          installed += 1;
          expect(now).toBeGreaterThanOrEqual(Date.parse(current.leaf.validFrom));
          expect(now).toBeLessThanOrEqual(Date.parse(current.leaf.validTo));
          if (last !== undefined) expect(Date.parse(current.leaf.validTo)).toBeGreaterThanOrEqual(Date.parse(last.leaf.validTo));
          if (last !== undefined && current.leaf.issuer !== last.leaf.issuer) moved += 1;
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
        const text = [...pool.values()][event.index];
        await new CertificateFiles(disk, '/run/mesh', IDENTITY).offer(new PrivateText(text), new Date(now)).catch(() => undefined);
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
  expect(installed).toBeGreaterThan(atLeast(150));
  expect(moved).toBeGreaterThan(atLeast(10));
});

test('after whatever went wrong, a good secret and a disk that works are enough', async () => {
  await fc.assert(
    fc.asyncProperty(events, fc.nat(7), async (story, slot) => {
      const disk = new MemoryFiles();
      for (const event of story) {
        if (event.kind === 'time') continue;
        let operations = 0;
        disk.fault = () => (event.fault !== undefined && operations++ >= event.fault.after ? diskError(event.fault.code) : undefined);
        await new CertificateFiles(disk, '/run/mesh', IDENTITY)
          .offer(new PrivateText([...pool.values()][event.index]), new Date(NOW + HOUR))
          .catch(() => undefined);
      }
      disk.fault = () => undefined;
      // Newer than anything that was valid then.
      const name = `one ${[3, 6, 9, 12, 15, 18, 21, 21][slot]}`;
      const now = new Date(NOW + 24 * HOUR);
      const offered = new CertificateFiles(disk, '/run/mesh', IDENTITY).offer(new PrivateText(pool.get(name)!), now);
      if (slot < 4) await expect(offered).rejects.toMatchObject({ reason: 'expired' });
      else {
        await offered;
        expect(onDisk(disk)!.leaf.validFrom).toBe(
          new X509Certificate((JSON.parse(pool.get(name)!) as { certificateChain: string }).certificateChain).validFrom,
        );
        expect([...disk.content.keys()].sort()).toEqual(['/run/mesh/identity.json', '/run/mesh/trust.json']);
      }
    }),
    { numRuns: runs(60), seed: 20261124 },
  );
});

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepFiles } from '../../../programs/client/certificate-files';
import type { X509Svid } from '../../../programs/shared/svid';
import { Authority } from '../agent/authority';
import { recordingLog } from '../agent/fake-world';

const IDENTITY = 'spiffe://shop.internal/report';
const END = new Error('the test is over');

let directory: string;
let authority: Authority;
beforeEach(async () => {
  directory = join(mkdtempSync(join(tmpdir(), 'client-')), 'files');
  authority = await Authority.create('Mesh', Date.now());
});
afterEach(() => {
  rmSync(join(directory, '..'), { recursive: true, force: true });
});

const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
const modes = (): Readonly<Record<string, string>> =>
  Object.fromEntries(readdirSync(directory).map((name) => [name, (statSync(join(directory, name)).mode & 0o777).toString(8)]));

function isPair(pem: string): boolean {
  return new X509Certificate(pem).checkPrivateKey(createPrivateKey(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*/.exec(pem)?.[0] ?? ''));
}

/** Stays until the answers are over. */
async function watch(...answers: readonly (X509Svid | Error | (() => void))[]): Promise<readonly string[]> {
  const { log, lines } = recordingLog();
  const [...left] = answers;
  const certificate = {
    current: async (): Promise<X509Svid> => {
      let next = left.shift();
      for (; typeof next === 'function'; next = left.shift()) next();
      if (next === undefined) throw END;
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
  };
  const clock = { sleep: async () => (left.length === 0 ? Promise.reject(END) : Promise.resolve()) };
  await expect(keepFiles({ certificate, clock, directory, watch: true, log })).rejects.toBe(END);
  return lines.map(({ message = '' }) => message);
}

test('the files with the key are for their owner alone, also where others stood there', async () => {
  const first = await authority.issue({ identity: IDENTITY });
  await watch(
    first,
    () => {
      for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o666);
      writeFileSync(join(directory, 'key.pem.draft'), 'of a program that was killed', { mode: 0o666 });
    },
    await authority.issue({ identity: IDENTITY }),
  );
  expect(modes()).toEqual({ 'ca.pem': '644', 'certificate.pem': '644', 'identity.pem': '600', 'key.pem': '600' });
  expect((statSync(directory).mode & 0o777).toString(8)).toBe('700');
});

test('key and certificate belong together, in one file and in two', async () => {
  await watch(await authority.issue({ identity: IDENTITY }));
  expect(isPair(read('identity.pem'))).toBe(true);
  expect(isPair(`${read('certificate.pem')}${read('key.pem')}`)).toBe(true);
  expect(new X509Certificate(read('certificate.pem')).verify(new X509Certificate(read('ca.pem')).publicKey)).toBe(true);
});

test('whoever reads while a certificate is replaced gets the old files or the new ones, and no half', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, async () => authority.issue({ identity: IDENTITY })));
  const known = new Set(all.map(({ certificateChain, privateKey }) => `${certificateChain.trim()}\n${privateKey.trim()}\n`));
  const seen: string[] = [];
  let over = false;
  const reading = (async () => {
    while (!over) {
      await new Promise(setImmediate);
      if (statSync(join(directory, 'identity.pem'), { throwIfNoEntry: false }) !== undefined) seen.push(read('identity.pem'));
    }
  })();
  await watch(...all);
  over = true;
  await reading;
  expect(seen.length).toBeGreaterThan(20);
  expect(seen.filter((text) => !known.has(text))).toEqual([]);
});

test('a certificate that is the same is not written again, and one is kept while there is no other', async () => {
  const first = await authority.issue({ identity: IDENTITY });
  const next = await authority.issue({ identity: IDENTITY });
  expect(
    await watch(
      first,
      first,
      new Error('unreachable'),
      () => {
        expect(read('key.pem')).toBe(first.privateKey);
      },
      next,
    ),
  ).toEqual(['the certificate was written', 'the certificate cannot be renewed', 'the certificate was written']);
  expect(read('key.pem')).toBe(next.privateKey);
});

test('fails if there is no first certificate, also where it is to stay', async () => {
  const { log } = recordingLog();
  const certificate = { current: async () => Promise.reject(new Error('unreachable')) };
  const clock = { sleep: async () => Promise.reject(END) };
  for (const stays of [true, false])
    await expect(keepFiles({ certificate, clock, directory, watch: stays, log })).rejects.toThrow('unreachable');
  expect(readdirSync(directory)).toEqual([]);
});

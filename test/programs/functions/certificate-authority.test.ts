import type { X509Certificate } from 'node:crypto';
import { authorityHandler } from '../../../programs/functions/certificate-authority/handler';
import type { CustomResourceAnswer, CustomResourceEvent } from '../../../programs/functions/custom-resource-event';
import { jsonLog } from '../../../programs/shared/log';
import { authorityIdentity } from '../../../programs/shared/x509/authority-identity';
import { issueLeafCertificate } from '../../../programs/functions/x509/leaf-certificate';
import { kmsSigner } from '../../../programs/functions/x509/kms-signer';
import { readOneLineCertificate } from '../../../programs/functions/x509/one-line-certificate';
import { isIssuedBy, validityOf } from '../../../programs/shared/svid';
import { newLeaf } from './support/authorities';
import type { CallHooks } from '../../../programs/emulator/aws/fake-aws';
import { FakeKms } from '../../../programs/emulator/aws/fake-kms';
import { FakePrivateCa } from './support/fake-private-ca';

const CREATED = new Date('2026-11-24T12:00:00Z');

function setUp(hooks: CallHooks = {}, attempts = 1) {
  const kms = new FakeKms();
  const lines: string[] = [];
  const pauses: number[] = [];
  const handle = authorityHandler({
    kms: kms.client(hooks, attempts),
    acmPca: new FakePrivateCa(
      () => CREATED,
      () => [],
    ).client(),
    log: jsonLog((line) => lines.push(line)),
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
  });
  return { kms, handle, lines, pauses };
}

function eventFor(KeyArn: string, event: Partial<CustomResourceEvent> = {}): CustomResourceEvent {
  return { RequestType: 'Create', ResourceProperties: { KeyArn, Mesh: 'shop', Name: 'a' }, ...event };
}

function certificateIn({ Data }: CustomResourceAnswer): X509Certificate {
  const certificate = readOneLineCertificate(Data?.certificate ?? '');
  if (certificate === undefined) throw new Error(`not a certificate: ${Data?.certificate ?? 'nothing'}`);
  return certificate;
}

test('a KMS key becomes an authority that issues certificates', async () => {
  const { kms, handle, lines } = setUp();
  const keyArn = kms.createKey(CREATED);
  const answer = await handle(eventFor(keyArn));
  const root = certificateIn(answer);
  expect(root.subject).toBe('CN=shop CA a');
  expect(isIssuedBy(root, root)).toBe(true);
  expect(answer.Data?.notAfter).toBe('2036-11-24T11:55:00.000Z');
  expect(validityOf(root).notAfter.toISOString()).toBe(answer.Data?.notAfter);
  expect(JSON.stringify(answer).length).toBeLessThan(4096);
  const leaf = await issueLeafCertificate(newLeaf('orders', CREATED).request, {
    certificate: root,
    signer: kmsSigner(kms.client(), keyArn),
  });
  expect(isIssuedBy(leaf, root)).toBe(true);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ level: 'info', message: 'root-certificate-made', keyArn }),
  ]);
});

test('a retried Create and an Update give the same authority under the same physical ID', async () => {
  const { kms, handle } = setUp();
  const keyArn = kms.createKey(CREATED);
  const first = await handle(eventFor(keyArn));
  const retried = await handle(eventFor(keyArn));
  const updated = await handle(
    eventFor(keyArn, { RequestType: 'Update', PhysicalResourceId: first.PhysicalResourceId, OldResourceProperties: {} }),
  );
  for (const answer of [retried, updated]) {
    expect(answer.PhysicalResourceId).toBe(first.PhysicalResourceId);
    const [before, after] = [first, answer].map((each) => certificateIn(each));
    expect(authorityIdentity(after)).toBe(authorityIdentity(before));
    expect(after.serialNumber).toBe(before.serialNumber);
    expect(answer.Data?.notAfter).toBe(first.Data?.notAfter);
  }
});

test('another key or another name is another authority, which replaces the resource', async () => {
  const { kms, handle } = setUp();
  const keyArn = kms.createKey(CREATED);
  const ids = [
    await handle(eventFor(keyArn)),
    await handle(eventFor(kms.createKey(CREATED))),
    await handle(eventFor(keyArn, { RequestType: 'Update', ResourceProperties: { KeyArn: keyArn, Mesh: 'shop', Name: 'b' } })),
  ].map((answer) => answer.PhysicalResourceId);
  expect(new Set(ids).size).toBe(3);
});

test('Delete calls nothing, so that it works when the key is gone', async () => {
  const { handle } = setUp({
    before: () => {
      throw new Error('no call was expected');
    },
  });
  expect(await handle(eventFor('gone', { RequestType: 'Delete', PhysicalResourceId: 'certificate-authority-1' }))).toEqual({
    PhysicalResourceId: 'certificate-authority-1',
  });
});

test('a permission that has not reached every host of AWS yet is waited for', async () => {
  let denials = 3;
  const { kms, handle, pauses } = setUp({
    before: () => {
      denials -= 1;
      if (denials >= 0) throw Object.assign(new Error('not authorized to perform: kms:DescribeKey'), { name: 'AccessDeniedException' });
    },
  });
  expect((await handle(eventFor(kms.createKey(CREATED)))).Data?.certificate).toMatch(/^MII[A-Za-z0-9+/]+=*$/);
  expect(pauses).toEqual([1000, 2000, 4000]);
});

test('throttling is retried by the SDK', async () => {
  let throttled = 0;
  const { kms } = setUp();
  const handle = authorityHandler({
    kms: kms.client(
      {
        before: () => {
          throttled += 1;
          if (throttled === 1)
            throw Object.assign(new Error('Rate exceeded'), {
              name: 'ThrottlingException',
              $fault: 'client',
              $metadata: { httpStatusCode: 400 },
            });
        },
      },
      3,
    ),
    acmPca: new FakePrivateCa(
      () => CREATED,
      () => [],
    ).client(),
    log: jsonLog(() => undefined),
    pause: () => Promise.reject(new Error('no pause was expected')),
  });
  expect((await handle(eventFor(kms.createKey(CREATED)))).Data?.certificate).toMatch(/^MII[A-Za-z0-9+/]+=*$/);
});

test('fails if the key is denied for good, within about half a minute', async () => {
  const { handle, pauses, lines } = setUp();
  await expect(handle(eventFor('arn:aws:kms:eu-west-1:111111111111:key/none'))).rejects.toThrow('does not exist');
  expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBe(31_000);
  expect(lines.at(-1)).toContain('root-certificate-failed');
});

test('fails if the key is of another kind', async () => {
  const { kms, handle, pauses } = setUp();
  await expect(handle(eventFor(kms.createKey(CREATED, 'secp384r1')))).rejects.toThrow(
    'is ECC_NIST_P384 for SIGN_VERIFY; an authority needs ECC_NIST_P256 for SIGN_VERIFY',
  );
  expect(pauses).toEqual([]);
});

test('fails if a property is missing', async () => {
  const { handle } = setUp();
  await expect(handle({ RequestType: 'Create', ResourceProperties: { KeyArn: 'x', Mesh: 'shop' } })).rejects.toThrow(
    'the property Name of the resource must be a text',
  );
});

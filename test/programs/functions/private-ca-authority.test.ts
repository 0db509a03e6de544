import { authorityHandler } from '../../../programs/functions/certificate-authority/handler';
import type { CustomResourceEvent } from '../../../programs/functions/custom-resource-event';
import { jsonLog } from '../../../programs/shared/log';
import { readOneLineCertificate } from '../../../programs/functions/x509/one-line-certificate';
import type { CallHooks, Fields } from '../../../programs/emulator/aws/fake-aws';
import { FakeKms } from '../../../programs/emulator/aws/fake-kms';
import { FakePrivateCa } from './support/fake-private-ca';
import { makePrivateCa, type PrivateCa } from './support/private-authorities';

const NOW = new Date('2026-11-24T12:00:00Z');

let root: PrivateCa;
let intermediate: PrivateCa;
let lowest: PrivateCa;
let stranger: PrivateCa;

beforeAll(async () => {
  root = await makePrivateCa('root', { createdAt: NOW });
  intermediate = await makePrivateCa('intermediate', { createdAt: NOW, parent: root });
  lowest = await makePrivateCa('lowest', { createdAt: NOW, parent: intermediate });
  stranger = await makePrivateCa('stranger', { createdAt: NOW });
});
afterEach(() => {
  root.status = 'ACTIVE';
});

function setUp(hooks: CallHooks = {}) {
  const privateCa = new FakePrivateCa(
    () => NOW,
    () => [root, intermediate, lowest, stranger],
  );
  const lines: string[] = [];
  const pauses: number[] = [];
  const calls: string[] = [];
  const handle = authorityHandler({
    kms: new FakeKms().client({
      before: () => {
        throw new Error('no call of KMS was expected');
      },
    }),
    acmPca: privateCa.client({
      ...hooks,
      before: (operation) => {
        calls.push(operation);
        hooks.before?.(operation);
      },
    }),
    log: jsonLog((line) => lines.push(line)),
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
  });
  return { privateCa, handle, lines, pauses, calls };
}

function eventFor({ arn }: { readonly arn: string }, event: Partial<CustomResourceEvent> = {}): CustomResourceEvent {
  return { RequestType: 'Create', ResourceProperties: { CertificateAuthorityArn: arn, Name: 'a' }, ...event };
}

test.each<[string, () => PrivateCa]>([
  ['a root', () => root],
  ['one below a root', () => intermediate],
  ['one below one below a root', () => lowest],
])('services trust the root of %s', async (_, authority) => {
  const { handle, lines, calls } = setUp();
  const answer = await handle(eventFor(authority()));
  expect(readOneLineCertificate(answer.Data?.certificate ?? '')?.subject).toBe('CN=shop CA root');
  expect(answer).toEqual({
    PhysicalResourceId: expect.stringMatching(/^certificate-authority-[0-9a-f]{32}$/),
    Data: { certificate: Buffer.from(root.certificate.rawData).toString('base64'), notAfter: root.certificate.notAfter.toISOString() },
  });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ level: 'info', message: 'root-certificate-read', certificateAuthorityArn: authority().arn }),
  ]);
  // What the role of the function allows.
  expect(calls).toEqual(['DescribeCertificateAuthority', 'GetCertificateAuthorityCertificate']);
});

test('a retried Create and an Update give the same authority under the same physical ID', async () => {
  const { handle } = setUp();
  const first = await handle(eventFor(intermediate));
  expect(await handle(eventFor(intermediate))).toEqual(first);
  expect(await handle(eventFor(intermediate, { RequestType: 'Update', PhysicalResourceId: first.PhysicalResourceId }))).toEqual(first);
});

test('another authority, or another root of it, replaces the resource', async () => {
  const { handle, privateCa } = setUp();
  const ids = [await handle(eventFor(root)), await handle(eventFor(intermediate))];
  privateCa.change = () => ({ CertificateAuthority: { Status: 'ACTIVE' }, Certificate: stranger.certificate.toString('pem') });
  ids.push(await handle(eventFor(root)));
  expect(new Set(ids.map((answer) => answer.PhysicalResourceId)).size).toBe(3);
});

test('Delete calls nothing, so that it works when the authority is gone', async () => {
  const { handle, calls } = setUp();
  expect(await handle(eventFor(root, { RequestType: 'Delete', PhysicalResourceId: 'certificate-authority-1' }))).toEqual({
    PhysicalResourceId: 'certificate-authority-1',
  });
  expect(calls).toEqual([]);
});

test.each(['AccessDeniedException', 'ResourceNotFoundException', 'InvalidStateException'])(
  '%s is waited for, since permissions and authorities become known everywhere only in time',
  async (name) => {
    let refusals = 2;
    const { handle, pauses } = setUp({
      before: () => {
        refusals -= 1;
        if (refusals >= 0) throw Object.assign(new Error('not yet'), { name });
      },
    });
    expect((await handle(eventFor(root))).Data?.certificate).toBeDefined();
    expect(pauses).toEqual([1000, 2000]);
  },
);

test.each(['CREATING', 'PENDING_CERTIFICATE'])('an authority that is %s is waited for', async (status) => {
  root.status = status;
  let describes = 0;
  const { handle, pauses } = setUp({
    before: () => {
      describes += 1;
      if (describes === 3) root.status = 'ACTIVE';
    },
  });
  expect((await handle(eventFor(root))).Data?.certificate).toBeDefined();
  expect(pauses).toEqual([1000, 2000]);
});

test('fails if nobody installs a certificate on the authority, within about half a minute', async () => {
  root.status = 'PENDING_CERTIFICATE';
  const { handle, pauses, lines } = setUp();
  await expect(handle(eventFor(root))).rejects.toThrow(`the authority ${root.arn} is PENDING_CERTIFICATE: install its certificate`);
  expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBe(31_000);
  expect(lines.at(-1)).toContain('root-certificate-failed');
});

test.each([
  ['DISABLED', 'enable it, or use another one'],
  ['EXPIRED', 'only an ACTIVE one issues certificates: use another one'],
  ['DELETED', 'only an ACTIVE one issues certificates: use another one'],
])('fails if the authority is %s, at once', async (status, message) => {
  root.status = status;
  const { handle, pauses } = setUp();
  await expect(handle(eventFor(root))).rejects.toThrow(message);
  expect(pauses).toEqual([]);
});

test.each<[string, () => Fields, string]>([
  [
    'ends below the root',
    () => ({ Certificate: lowest.certificate.toString('pem'), CertificateChain: intermediate.certificate.toString('pem') }),
    'ends in "CN=shop CA intermediate", which is no self-signed root',
  ],
  ['is missing', () => ({ Certificate: lowest.certificate.toString('pem') }), 'ends in "CN=shop CA lowest", which is no self-signed root'],
  [
    'has a hole',
    () => ({ Certificate: lowest.certificate.toString('pem'), CertificateChain: root.certificate.toString('pem') }),
    'is broken before "CN=shop CA root"',
  ],
  [
    'ends in the root of another',
    () => ({ Certificate: intermediate.certificate.toString('pem'), CertificateChain: stranger.certificate.toString('pem') }),
    'is broken before "CN=shop CA stranger"',
  ],
  ['is not PEM', () => ({ Certificate: 'x' }), 'something else than PEM certificates'],
  ['is nothing', () => ({}), 'something else than PEM certificates'],
])('fails if the chain of the authority %s', async (_, chain, message) => {
  const { handle, privateCa, pauses } = setUp();
  privateCa.change = (operation, answer) => (operation === 'GetCertificateAuthorityCertificate' ? chain() : answer);
  await expect(handle(eventFor(root))).rejects.toThrow(message);
  expect(pauses).toEqual([]);
});

test.each([
  ['both a key and an authority', { KeyArn: 'x', CertificateAuthorityArn: 'y', Name: 'a' }],
  ['neither a key nor an authority', { Name: 'a' }],
])('fails if the resource has %s', async (_, properties) => {
  const { handle } = setUp();
  await expect(handle({ RequestType: 'Create', ResourceProperties: properties })).rejects.toThrow(
    'either the property KeyArn or the property CertificateAuthorityArn',
  );
});

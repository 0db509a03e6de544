import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { PROOF_WINDOW_MS, proofContext, type IssuingRefusal } from '../../../lib/core/contract/issuing';
import { keyHashOf } from '../../../programs/shared/x509/certificate-request';
import { atLeast, runs } from '../../support/runs';
import { identityOf, makeAuthority, SCOPE, TRUST_DOMAIN, type TestAuthority } from './support/authorities';
import { issuedBy, IssuerHarness, PROOF_REQUEST_ID, type IssueRequest } from './support/issuer-harness';
import { keyHashOf as keyHashOfPair, newKeys, signingRequest, type SigningRequest } from './support/signing-requests';

const START = new Date('2026-11-24T12:00:00Z');

let authority: TestAuthority;
let harness: IssuerHarness;
let request: IssueRequest;

beforeAll(async () => {
  authority = await makeAuthority('a', START);
});
beforeEach(async () => {
  harness = new IssuerHarness(START, issuedBy(authority));
  request = await harness.request();
});

/** Refused in the answer and in the log, which hold nothing of what proves an identity; and nobody signed. */
async function expectRefusal(event: unknown, reason: IssuingRefusal, message: RegExp): Promise<void> {
  const answer = await harness.invoke(event);
  expect(answer).toEqual({ outcome: 'refused', reason, message: expect.stringMatching(message) });
  const { message: why } = answer as { readonly message: string };
  expect(why).not.toMatch(/\.$|\n/);
  expect(harness.log().at(-1)).toMatchObject({ level: 'warn', message: 'certificate-refused', reason, why });
  expect(harness.calls).not.toContain('Sign');
  for (const secret of [request.proof, ...request.csr.split('\n').slice(1, -1)]) expect(harness.lines.join()).not.toContain(secret);
}

const expectIssued = async (event: unknown): Promise<void> => {
  expect(await harness.invoke(event)).toMatchObject({ outcome: 'issued' });
};

test('the request that all of these are made of is not refused', async () => {
  await expectIssued(request);
});

test('the log names who asked, as far as that is known', async () => {
  await harness.invoke({ ...request, identity: identityOf('payment') });
  await harness.invoke({ action: 'revoke' });
  expect(harness.log()).toEqual([
    {
      level: 'warn',
      message: 'certificate-refused',
      reason: 'not-proven',
      why: expect.any(String),
      identity: 'spiffe://shop.internal/payment',
      proofRequestId: PROOF_REQUEST_ID,
    },
    { level: 'warn', message: 'certificate-refused', reason: 'malformed', why: expect.any(String) },
  ]);
});

describe('malformed', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'issue'],
    ['a number', 3],
    ['a list', ['issue']],
    ['an object without an action', {}],
    ['an action that nobody knows', { action: 'revoke' }],
    ['an action that is no text', { action: ['issue'] }],
    ['a rotation of Secrets Manager', { Step: 'createSecret', SecretId: 'arn', ClientRequestToken: 'v' }],
  ])('fails if the event is %s', async (_, event) => {
    await expectRefusal(event, 'malformed', /^the request has no action that is known: authorities or issue$/);
  });

  test.each<[string, unknown]>([
    ['empty', ''],
    ['a number', 7],
    ['a list', ['x']],
    ['an object', { toString: 'x' }],
    ['nothing', null],
    ['too long', 'x'.repeat(8193)],
  ])('fails if a field is %s', async (_, value) => {
    for (const field of ['identity', 'csr', 'proof', 'proofRequestId'])
      await expectRefusal(
        { ...request, [field]: value },
        'malformed',
        new RegExp(`^the field ${field} of the request must be a text of at most`),
      );
  });

  test.each(['identity', 'csr', 'proof'])('fails if %s is missing', async (field) => {
    await expectRefusal({ ...request, [field]: undefined }, 'malformed', new RegExp(`^the field ${field} of the request must be a text`));
    expect(harness.calls).toEqual([]);
  });

  test('fails if the proof is not base64 at all', async () => {
    await expectRefusal({ ...request, proof: '!!!' }, 'malformed', /^the proof is not base64 of 1 to 6144 bytes$/);
    expect(harness.calls).toEqual([]);
  });

  test.each<[string, (keyHash: string) => unknown]>([
    ['no JSON', () => 'x'],
    ['null', () => null],
    ['a list', () => []],
    ['no hash', () => ({ issuedAt: START })],
    ['a hash that is no text', (keyHash) => ({ keyHash: [keyHash], issuedAt: START })],
    ['no time', (keyHash) => ({ keyHash })],
    ['a time that is no text', (keyHash) => ({ keyHash, issuedAt: START.getTime() })],
    ['a time that is none', (keyHash) => ({ keyHash, issuedAt: 'soon' })],
    ['a task that is no text', (keyHash) => ({ keyHash, issuedAt: START, task: {} })],
  ])('fails if the proof holds %s', async (_, content) => {
    const { csr, keyHash } = await signingRequest();
    const value = content(keyHash);
    const proof = await harness.prove({ keyHash, plaintext: typeof value === 'string' ? value : JSON.stringify(value) });
    await expectRefusal({ ...request, csr, proof }, 'malformed', /^the proof holds something else than a hash of a key and a time$/);
  });
});

describe('foreign identity', () => {
  test.each([
    'spiffe://bank.internal/orders',
    'spiffe://shop.internal.evil/orders',
    'spiffe://evil.shop.internal/orders',
    'spiffe://shop.internalx/orders',
    'spiffe://shop.internal@evil/orders',
    'spiffe://shop.internal:443/orders',
    'spiffe://SHOP.internal/orders',
    'SPIFFE://shop.internal/orders',
    'https://shop.internal/orders',
    'spiffe://shop.internal',
    'spiffe://shop.internal/',
    'spiffe://shop.internal//orders',
    // Another service might have the same DNS name.
    'spiffe://shop.internal/team/orders',
    'spiffe://shop.internal/orders.team',
    `spiffe://shop.internal/${'x'.repeat(64)}`,
    'spiffe://shop.internal/orders/',
    'spiffe://shop.internal/../orders',
    'spiffe://shop.internal/./orders',
    'spiffe://shop.internal/payment/../orders',
    'spiffe://shop.internal/..',
    'spiffe://shop.internal/%2e%2e/orders',
    'spiffe://shop.internal/orders\n',
    '\nspiffe://shop.internal/orders',
    'spiffe://shop.internal/orders\nspiffe://shop.internal/admin',
    ' spiffe://shop.internal/orders',
    'spiffe://shop.internal/orders ',
    'spiffe://shop.internal/orders\u0000',
    'spiffe://shop.internal/orders,URI:spiffe://shop.internal/admin',
    'spiffe://shop.internal/orders, URI:spiffe://shop.internal/admin',
    'spiffe://shop.internal/orders;URI=spiffe://shop.internal/admin',
    'spiffe://shop.internal/orders"',
    "spiffe://shop.internal/orders'",
    'spiffe://shop.internal/orders\\',
    'spiffe://shop.internal/orders?x',
    'spiffe://shop.internal/orders#x',
    'spiffe://shop.internal/*',
    'spiffe://shop.internal/ordérs',
    'orders',
    '*',
  ])('fails if it is %j, although KMS would agree', async (identity) => {
    const { csr, keyHash } = await signingRequest();
    const proof = await harness.prove({ keyHash, context: proofContext(SCOPE, identity) });
    await expectRefusal(
      { ...request, identity, csr, proof },
      'foreign-identity',
      / is not an identity of the trust domain shop\.internal$/,
    );
    // KMS is not even asked.
    expect(harness.calls).toEqual([]);
  });
});

describe('not proven', () => {
  const proven = async (keyHash: string, context: Readonly<Record<string, string>>, keyArn?: string) => ({
    ...request,
    proof: await harness.prove({ keyHash, context, ...(keyArn === undefined ? {} : { keyArn }) }),
  });
  const ORDERS = proofContext(SCOPE, identityOf('orders'));

  test.each<[string, Readonly<Record<string, string>>]>([
    ['another service', proofContext(SCOPE, identityOf('payment'))],
    ['a service whose name begins like this one', proofContext(SCOPE, identityOf('orders2'))],
    ['the same service in another mesh', proofContext('shop.internal/Z2BANK', identityOf('orders'))],
    ['nobody', {}],
    ['no mesh', { identity: identityOf('orders') }],
    ['no service', { mesh: SCOPE }],
    ['this service, and says more', { ...ORDERS, role: 'admin' }],
    ['this service, in other letters', { identity: identityOf('Orders'), mesh: SCOPE }],
    ['this service, in fields of other names', { Identity: identityOf('orders'), Mesh: SCOPE }],
    ['the mesh for a service and the service for a mesh', { identity: SCOPE, mesh: identityOf('orders') }],
  ])('fails if the proof is of %s', async (_, context) => {
    const { csr, keyHash } = await signingRequest();
    await expectRefusal(
      { ...(await proven(keyHash, context)), csr },
      'not-proven',
      /^the proof was not made with the key of this mesh for spiffe:\/\/shop\.internal\/orders in shop\.internal\/Z1SHOP: InvalidCiphertextException$/,
    );
  });

  test('fails if the proof was made with another key of the account', async () => {
    const { csr, keyHash } = await signingRequest();
    await expectRefusal(
      { ...(await proven(keyHash, ORDERS, harness.kms.createSymmetricKey())), csr },
      'not-proven',
      /: IncorrectKeyException$/,
    );
  });

  test('fails if a byte of the proof was changed, wherever', async () => {
    const bytes = Buffer.from(request.proof, 'base64');
    // What comes before is in the clear: the name of the key.
    for (const at of [0, 1, 20, bytes.length - 100, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expectRefusal(
        { ...request, proof: changed.toString('base64') },
        'not-proven',
        /^the proof was not made with the key of this mesh/,
      );
    }
    await expectRefusal({ ...request, proof: bytes.subarray(0, -1).toString('base64') }, 'not-proven', /InvalidCiphertextException$/);
    await expectRefusal(
      { ...request, proof: Buffer.concat([bytes, bytes]).toString('base64') },
      'not-proven',
      /InvalidCiphertextException$/,
    );
  });

  test.each([
    ['garbage', () => Buffer.from('garbage').toString('base64')],
    ['as long as a proof can be', () => Buffer.alloc(6144, 'x').toString('base64')],
    ['what it should hold, in the clear', () => Buffer.from(JSON.stringify({ keyHash: 'x', issuedAt: START })).toString('base64')],
    ['JSON with nothing around it', () => JSON.stringify({ keyHash: 'x', issuedAt: START })],
  ])('fails if the proof is %s', async (_, proof) => {
    await expectRefusal({ ...request, proof: proof() }, 'not-proven', /^the proof was not made with the key of this mesh/);
  });

  test('fails if the identity is another one than that of the proof', async () => {
    await expectRefusal(
      { ...request, identity: identityOf('payment') },
      'not-proven',
      /for spiffe:\/\/shop\.internal\/payment in shop\.internal\/Z1SHOP:/,
    );
  });

  test('fails if the function is of another mesh with the same trust domain', async () => {
    const { configuration } = harness;
    harness.configuration = () => ({ ...configuration(), scope: 'shop.internal/Z2BANK' });
    await expectRefusal(request, 'not-proven', /for spiffe:\/\/shop\.internal\/orders in shop\.internal\/Z2BANK:/);
  });
});

describe('proof expired', () => {
  const at = async (milliseconds: number): Promise<IssueRequest> =>
    harness.request({}, { issuedAt: new Date(START.getTime() + milliseconds).toISOString() });

  test.each([
    ['old', -PROOF_WINDOW_MS, -1],
    ['far ahead', PROOF_WINDOW_MS, 1],
  ])('fails if it is too %s, to the millisecond', async (_, edge, beyond) => {
    await expectIssued(await at(edge));
    harness.calls = [];
    await expectRefusal(
      await at(edge + beyond),
      'proof-expired',
      /^the proof is of 2026-11-24T\S+Z by the clock of the task, and now it is 2026-11-24T12:00:00.000Z: they may differ by 5 minutes$/,
    );
  });

  test('fails if somebody finds a request later', async () => {
    await expectIssued(request);
    harness.calls = [];
    harness.advance(PROOF_WINDOW_MS + 1);
    await expectRefusal(request, 'proof-expired', /they may differ by 5 minutes$/);
  });

  test.each(['1970-01-01T00:00:00Z', '+275760-09-13T00:00:00.000Z'])('fails if it is of %s', async (issuedAt) => {
    await expectRefusal(await harness.request({}, { issuedAt }), 'proof-expired', /they may differ by 5 minutes$/);
  });
});

describe('proof of another key', () => {
  test('fails if somebody who finds a proof asks for a certificate of his own key', async () => {
    const { csr } = await signingRequest();
    await expectRefusal({ ...request, csr }, 'proof-of-another-key', /^the proof was made for another key than that of the request$/);
  });

  test.each<[string, (keyHash: string) => string]>([
    ['in capital letters', (keyHash) => keyHash.toUpperCase()],
    ['cut off', (keyHash) => keyHash.slice(0, 32)],
    ['empty', () => ''],
  ])('fails if the hash in the proof is %s', async (_, change) => {
    const { csr, keyHash } = await signingRequest();
    const proof = await harness.prove({ keyHash: change(keyHash) });
    await expectRefusal({ ...request, csr, proof }, 'proof-of-another-key', /another key/);
  });
});

describe('bad request key', () => {
  test.each<[string, () => Promise<SigningRequest>, RegExp]>([
    [
      'it is signed by another key than its own: who asks does not have the key',
      async () => signingRequest({ signedBy: await newKeys() }),
      /^the signing request is not signed by its own key$/,
    ],
    [
      'its key is RSA',
      async () =>
        signingRequest({
          keys: await newKeys({
            name: 'RSASSA-PKCS1-v1_5',
            hash: 'SHA-256',
            modulusLength: 2048,
            publicExponent: new Uint8Array([1, 0, 1]),
          }),
        }),
      /^the signing request cannot be read: the key is not an EC key on the curve P-256$/,
    ],
    [
      'its key is on another curve',
      async () => signingRequest({ keys: await newKeys({ name: 'ECDSA', namedCurve: 'P-384' }) }),
      /^the signing request cannot be read: the key is not an EC key on the curve P-256$/,
    ],
  ])('fails if %s', async (_, make, message) => {
    const { csr, keyHash } = await make();
    await expectRefusal({ ...request, csr, proof: await harness.prove({ keyHash }) }, 'bad-request-key', message);
    // KMS is not even asked.
    expect(harness.calls).toEqual([]);
  });

  test.each<[string, (csr: string) => string]>([
    ['cut off', (csr) => csr.slice(0, 200)],
    ['without its end', (csr) => csr.replace(/-----END.*/, '')],
    ['changed', (csr) => csr.replace('MII', 'MIJ')],
    ['a certificate', () => authority.certificate.toString()],
    ['text', () => 'please'],
    ['base64 of something else', () => Buffer.from('please').toString('base64')],
    ['empty between its lines', () => '-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----'],
  ])('fails if the request is %s', async (_, change) => {
    await expectRefusal({ ...request, csr: change(request.csr) }, 'bad-request-key', /^the signing request /);
    expect(harness.calls).toEqual([]);
  });

  test('fails if a byte of what is signed was changed, or of the signature', async () => {
    const der = Buffer.from(request.csr.split('\n').slice(1, -1).join(''), 'base64');
    // A sequence in a sequence: its length is the seventh byte.
    const end = 7 + (der[6] ?? 0);
    const signature = der.length - 60;
    for (let at = 4; at < der.length; at += at === end ? signature - end : 1) {
      const changed = Buffer.from(der);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const csr = `-----BEGIN CERTIFICATE REQUEST-----\n${changed.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
      expect(await harness.invoke({ ...request, csr })).toMatchObject({ outcome: 'refused', reason: 'bad-request-key' });
    }
    expect(harness.calls).toEqual([]);
  });
});

/** What somebody may have in hand: keys, requests for them, a role that may prove one identity. */
interface Attempt {
  readonly identity: string;
  readonly context: { readonly identity: string; readonly mesh: string };
  /** Which key the request is for, which one signs it, and which one the proof names. */
  readonly requested: number;
  readonly signing: number;
  readonly proven: number;
  readonly namesOf: string;
  readonly ofOtherKmsKey: boolean;
  readonly lateMs: number;
  readonly more: Readonly<Record<string, unknown>>;
}

const KEYS = 3;
const identities = fc.constantFrom(
  identityOf('orders'),
  identityOf('payment'),
  'spiffe://bank.internal/orders',
  `${identityOf('orders')}/../payment`,
  `${identityOf('orders')},URI:${identityOf('payment')}`,
  identityOf('orders/payment'),
);
const keys = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: KEYS - 1 }) });
const seldom = fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const attempts: fc.Arbitrary<Attempt> = identities.chain((identity) =>
  fc.record({
    identity: fc.constant(identity),
    context: fc.record({
      identity: fc.oneof({ weight: 3, arbitrary: fc.constant(identity) }, { weight: 1, arbitrary: identities }),
      mesh: fc.oneof({ weight: 5, arbitrary: fc.constant(SCOPE) }, { weight: 1, arbitrary: fc.constant('shop.internal/Z2BANK') }),
    }),
    requested: keys,
    signing: keys,
    proven: keys,
    namesOf: fc.constantFrom('orders', 'payment'),
    ofOtherKmsKey: seldom,
    lateMs: fc.oneof(fc.constant(0), fc.integer({ min: -2 * PROOF_WINDOW_MS, max: 2 * PROOF_WINDOW_MS })),
    more: fc.oneof(
      { weight: 3, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.dictionary(
          fc.constantFrom(
            'identity',
            'csr',
            'proof',
            'proofRequestId',
            'names',
            'mesh',
            'context',
            'keyHash',
            'EncryptionContext',
            '__proto__',
          ),
          fc.oneof(fc.string(), identities, fc.jsonValue()),
          { maxKeys: 2 },
        ),
      },
    ),
  }),
);

test('whatever is asked for, a certificate is only for the identity of the proof, and for the key that asks and is proven', async () => {
  const pairs = await Promise.all(Array.from({ length: KEYS }, () => newKeys()));
  const hashes = await Promise.all(pairs.map(keyHashOfPair));
  const otherKey = harness.kms.createSymmetricKey();
  let [issuedCount, refusedCount] = [0, 0];
  await fc.assert(
    fc.asyncProperty(attempts, async ({ identity, context, requested, signing, proven, namesOf, ofOtherKmsKey, lateMs, more }) => {
      const { csr } = await signingRequest({
        subject: `CN=${namesOf}`,
        names: [{ type: 'url', value: identityOf(namesOf) }],
        keys: pairs[requested],
        signedBy: pairs[signing],
      });
      const proof = await harness.prove({
        keyHash: hashes[proven],
        context,
        issuedAt: new Date(START.getTime() - lateMs).toISOString(),
        keyArn: ofOtherKmsKey ? otherKey : harness.identityKeyArn,
      });
      harness.calls = [];
      const answer = await harness.invoke({ action: 'issue', identity, csr, proof, ...more });
      const isFair =
        context.identity.startsWith(`spiffe://${TRUST_DOMAIN}/`) &&
        context.mesh === SCOPE &&
        requested === signing &&
        signing === proven &&
        !ofOtherKmsKey &&
        Math.abs(lateMs) <= PROOF_WINDOW_MS;
      if (answer.outcome !== 'issued') {
        refusedCount += 1;
        expect(answer.outcome).toBe('refused');
        const isWhole = isFair && context.identity === identity && Object.keys(more).length === 0;
        expect(isWhole && /^spiffe:\/\/shop\.internal\/[a-z]+$/.test(identity)).toBe(false);
        expect(harness.calls).not.toContain('Sign');
        return;
      }
      issuedCount += 1;
      expect(isFair).toBe(true);
      const leaf = new X509Certificate(answer.certificateChain);
      expect(leaf.subjectAltName?.split(', ').filter((name) => name.startsWith('URI:'))).toEqual([`URI:${context.identity}`]);
      expect(leaf.subject).toBe(`CN=${context.identity.slice(context.identity.lastIndexOf('/') + 1)}`);
      expect(keyHashOf(leaf.publicKey)).toBe(hashes[proven]);
      expect(leaf.ca).toBe(false);
    }),
    { numRuns: runs(600) },
  );
  // Otherwise the property would say nothing.
  expect(issuedCount).toBeGreaterThan(atLeast(30));
  expect(refusedCount).toBeGreaterThan(atLeast(300));
});

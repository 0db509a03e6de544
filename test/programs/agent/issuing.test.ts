import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { PROOF_WINDOW_MS, type IssuingRequest, type ProofContent, type ProofContext } from '../../../lib/core/contract/issuing';
import { CertificateFiles } from '../../../programs/agent/certificate/certificate-files';
import { svidSource, type IssuingParts, type SvidSource } from '../../../programs/agent/certificate/issuing';
import { Failure } from '../../../programs/agent/failure';
import { readSignedRequest } from '../../../programs/functions/certificate-issuer/request';
import { checkSvid, type X509Svid } from '../../../programs/shared/svid';
import { Authority, IDENTITY, NOW } from './authority';
import { FakeClock } from './fake-clock';
import { SCOPE, TASK_ARN } from './fake-world';
import { MemoryFiles } from './memory-files';
import { RealIssuer } from './real-issuer';

const HOUR = 3_600_000;

type IssueRequest = Extract<IssuingRequest, { readonly action: 'issue' }>;

let authority: Authority;
let other: Authority;
beforeAll(async () => {
  authority = await Authority.create('one');
  other = await Authority.create('two');
});

let clock: FakeClock;
let encrypted: { readonly content: ProofContent; readonly context: ProofContext }[];
let requests: IssuingRequest[];
let timeouts: number[];
/** What the function answers, as JSON or anything else. */
let answer: (request: IssueRequest) => string | Promise<string>;
let parts: IssuingParts;
let source: SvidSource;
beforeEach(() => {
  clock = new FakeClock();
  [encrypted, requests, timeouts] = [[], [], []];
  answer = async ({ csr }) => JSON.stringify(await authority.answer(csr));
  parts = {
    clock,
    identity: IDENTITY,
    scope: SCOPE,
    key: {
      encrypt: async (text, context) => {
        encrypted.push({ content: JSON.parse(text) as ProofContent, context });
        return Promise.resolve({ ciphertext: `proof ${encrypted.length}`, requestId: `request-${encrypted.length}` });
      },
    },
    issuer: {
      invoke: async (request, timeoutMs) => {
        requests.push(request);
        timeouts.push(timeoutMs);
        return answer(request as IssueRequest);
      },
    },
    task: async () => Promise.resolve(TASK_ARN),
  };
  source = svidSource(parts);
});

const hashOf = (spki: Buffer): string => createHash('sha256').update(spki).digest('hex');
const keyHashOf = (privateKey: string): string => hashOf(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
const csrs = (): readonly string[] => requests.map((request) => (request as IssueRequest).csr);
const failureOf = async (promise: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
};

describe('a certificate', () => {
  test('is for a key that the task has made, and belongs to it', async () => {
    const svid = await source.issue();
    expect(checkSvid(svid, { identity: IDENTITY, now: new Date(NOW) })).toMatchObject({ ok: true });
    expect(new X509Certificate(svid.certificateChain).checkPrivateKey(createPrivateKey(svid.privateKey))).toBe(true);
    expect(svid.trustBundle).toBe(authority.root);
  });

  test('is asked for with all that the contract names, and nothing else', async () => {
    await source.issue();
    expect(requests).toEqual([
      {
        action: 'issue',
        identity: IDENTITY,
        csr: expect.stringMatching(/^-----BEGIN CERTIFICATE REQUEST-----\n[^-]+\n-----END CERTIFICATE REQUEST-----\s*$/),
        proof: 'proof 1',
        proofRequestId: 'request-1',
      },
    ]);
    // AWS Private CA may take half a minute, and a loop that takes a minute is late.
    expect(timeouts).toEqual([40_000]);
  });

  test('is asked for by a request that its own key has signed, with the names of the identity', async () => {
    const { privateKey } = await source.issue();
    const { publicKey, request } = await readSignedRequest(csrs()[0]);
    expect(hashOf(publicKey.export({ format: 'der', type: 'spki' }))).toBe(keyHashOf(privateKey));
    expect(publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(request.subject).toBe('CN=orders');
    expect(request.extensions).toHaveLength(1);
  });

  test("is not asked for with KMS's request, if KMS has not named it", async () => {
    source = svidSource({ ...parts, key: { encrypt: async () => Promise.resolve({ ciphertext: 'proof', requestId: undefined }) } });
    await source.issue();
    expect(requests[0]).not.toHaveProperty('proofRequestId');
  });
});

describe('the proof', () => {
  test("holds the hash of the key, the time by the task's clock and the task, for this identity in this mesh", async () => {
    await clock.advance(1234);
    const { privateKey } = await source.issue();
    expect(encrypted).toEqual([
      {
        content: { keyHash: keyHashOf(privateKey), issuedAt: '2026-11-24T12:00:01.234Z', task: TASK_ARN },
        context: { identity: IDENTITY, mesh: SCOPE },
      },
    ]);
  });

  test('names no task if the task does not know its name; there is a certificate all the same', async () => {
    source = svidSource({ ...parts, task: async () => Promise.reject(new Failure('metadata', 'ECONNREFUSED')) });
    const { privateKey } = await source.issue();
    expect(encrypted[0].content).toEqual({ keyHash: keyHashOf(privateKey), issuedAt: '2026-11-24T12:00:00.000Z' });
  });

  test('is a new one for each request, since it is soon too old', async () => {
    answer = () => Promise.reject(new Failure('network', 'ECONNRESET'));
    await failureOf(source.issue());
    await clock.advance(HOUR);
    await failureOf(source.issue());
    expect(encrypted.map(({ content }) => content.issuedAt)).toEqual(['2026-11-24T12:00:00.000Z', '2026-11-24T13:00:00.000Z']);
    expect(new Set(encrypted.map(({ content }) => content.keyHash)).size).toBe(1);
  });
});

describe('the key', () => {
  test('is kept while there is no answer, so that AWS Private CA is not paid twice', async () => {
    const good = answer;
    answer = () => Promise.reject(new Failure('network', 'ECONNRESET'));
    expect((await failureOf(source.issue())).reason).toBe('network');
    answer = () => Promise.reject(new Failure('issuer-failed', 'out of memory'));
    expect((await failureOf(source.issue())).reason).toBe('issuer-failed');
    answer = good;
    const { privateKey } = await source.issue();
    expect(csrs()).toHaveLength(3);
    expect(new Set(csrs()).size).toBe(1);
    expect(encrypted[0].content.keyHash).toBe(keyHashOf(privateKey));
  });

  test('is kept while KMS fails: nobody has seen it', async () => {
    let kmsWorks = false;
    const { key } = parts;
    source = svidSource({
      ...parts,
      key: {
        encrypt: async (text, context) => {
          const made = await key.encrypt(text, context);
          if (!kmsWorks) throw new Failure('throttled', 'slowly');
          return made;
        },
      },
    });
    expect((await failureOf(source.issue())).reason).toBe('throttled');
    expect(requests).toEqual([]);
    kmsWorks = true;
    await source.issue();
    expect(encrypted[1].content.keyHash).toBe(encrypted[0].content.keyHash);
  });

  test('is a new one for each certificate', async () => {
    const keys = [await source.issue(), await source.issue(), await source.issue()].map(({ privateKey }) => privateKey);
    expect(new Set(keys).size).toBe(3);
    expect(new Set(csrs()).size).toBe(3);
  });

  test.each([
    ['refused', JSON.stringify({ outcome: 'refused', reason: 'bad-request-key', message: 'no' })],
    ['malformed', 'garbage'],
  ])('is a new one after an answer that was %s', async (reason, text) => {
    const good = answer;
    answer = () => text;
    expect((await failureOf(source.issue())).reason).toBe(reason);
    answer = good;
    await source.issue();
    expect(new Set(csrs()).size).toBe(2);
  });
});

describe('the authorities', () => {
  test('are asked for without a proof, and told as the function tells them', async () => {
    answer = () => JSON.stringify({ outcome: 'authorities', authorities: 'abc' });
    expect(await source.authorities()).toBe('abc');
    expect(requests).toEqual([{ action: 'authorities' }]);
    expect(encrypted).toEqual([]);
    expect(timeouts).toEqual([10_000]);
  });

  test('do not change the key of a request that waits for its answer', async () => {
    const good = answer;
    answer = () => Promise.reject(new Failure('network', 'ECONNRESET'));
    await failureOf(source.issue());
    answer = () => JSON.stringify({ outcome: 'authorities', authorities: 'abc' });
    await source.authorities();
    answer = good;
    await source.issue();
    expect(csrs()[2]).toBe(csrs()[0]);
  });
});

describe('fails if the function answers', () => {
  const ISSUED = { outcome: 'issued', certificateChain: 'chain', trustBundle: 'roots' };
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    [
      'with a refusal',
      JSON.stringify({ outcome: 'refused', reason: 'proof-expired', message: 'the clock of the task is wrong' }),
      'refused',
      /^the issuing function refuses: proof-expired: the clock of the task is wrong$/,
    ],
    ['with a refusal without a reason', JSON.stringify({ outcome: 'refused', message: 'no' }), 'malformed', /no text in reason$/],
    [
      'with a refusal without a message',
      JSON.stringify({ outcome: 'refused', reason: 'x', message: 1 }),
      'malformed',
      /no text in message$/,
    ],
    ['with nothing', '', 'malformed', /is not a JSON object$/],
    ['with half of an answer', JSON.stringify(ISSUED).slice(0, 30), 'malformed', /is not a JSON object$/],
    ['null', 'null', 'malformed', /is not a JSON object$/],
    ['with a text', '"issued"', 'malformed', /is not a JSON object$/],
    ['with a list', '[]', 'malformed', /no answer that is known$/],
    ['with an object of nothing', '{}', 'malformed', /no answer that is known$/],
    ['with an outcome that nobody knows', JSON.stringify({ ...ISSUED, outcome: 'pending' }), 'malformed', /no answer that is known$/],
  ];

  test.each([
    ...cases,
    [
      'with another answer',
      JSON.stringify({ outcome: 'authorities', authorities: 'abc' }),
      'malformed',
      /no answer that is known$/,
    ] as const,
    ['without a chain', JSON.stringify({ ...ISSUED, certificateChain: undefined }), 'malformed', /no text in certificateChain$/] as const,
    ['with a chain that is no text', JSON.stringify({ ...ISSUED, certificateChain: ['x'] }), 'malformed', /in certificateChain$/] as const,
    ['without whom to trust', JSON.stringify({ ...ISSUED, trustBundle: '' }), 'malformed', /no text in trustBundle$/] as const,
  ])('%s, when it is asked for a certificate', async (_what, text, reason, message) => {
    answer = () => text;
    expect(await failureOf(source.issue())).toMatchObject({ reason, message: expect.stringMatching(message) });
  });

  test.each([
    ...cases,
    ['with another answer', JSON.stringify(ISSUED), 'malformed', /no answer that is known$/] as const,
    ['without authorities', JSON.stringify({ outcome: 'authorities' }), 'malformed', /no text in authorities$/] as const,
  ])('%s, when it is asked for the authorities', async (_what, text, reason, message) => {
    answer = () => text;
    expect(await failureOf(source.authorities())).toMatchObject({ reason, message: expect.stringMatching(message) });
  });

  test.each<[string, string, (csr: string) => ReturnType<Authority['answer']>]>([
    ['for another key', 'key-mismatch', async () => authority.answer(await csrOfAnother())],
    ['for another identity', 'wrong-identity', async (csr) => authority.answer(csr, { identity: 'spiffe://shop.internal/carts' })],
    ['that has expired', 'expired', async (csr) => authority.answer(csr, { notBefore: NOW - 2 * HOUR, notAfter: NOW - HOUR })],
    ['of tomorrow', 'not-yet-valid', async (csr) => authority.answer(csr, { notBefore: NOW + 24 * HOUR })],
    ['of an authority that is not trusted', 'untrusted', async (csr) => other.answer(csr, { trustBundle: authority.root })],
  ])('with a certificate %s (%s): the files stay as they are', async (_what, reason, make) => {
    const files = new MemoryFiles();
    const certificate = new CertificateFiles(files, '/run/mesh', IDENTITY);
    await certificate.install(await source.issue(), new Date(NOW));
    const before = new Map(files.content);
    answer = async ({ csr }) => JSON.stringify(await make(csr));
    const svid = await source.issue();
    expect(await failureOf(certificate.install(svid, new Date(NOW)))).toMatchObject({ reason });
    expect(new Map(files.content)).toEqual(before);
  });

  async function csrOfAnother(): Promise<string> {
    const seen: string[] = [];
    const task = svidSource({
      ...parts,
      issuer: {
        invoke: async (request) => {
          seen.push((request as IssueRequest).csr);
          return Promise.reject(new Failure('network', 'ECONNRESET'));
        },
      },
    });
    await failureOf(task.issue());
    return seen[0];
  }
});

describe('with the function as it is', () => {
  let issuer: RealIssuer;
  let skewMs: number;
  const sourceOf = (more: Partial<IssuingParts> = {}): SvidSource => svidSource({ ...parts, key: issuer.key, issuer, ...more });
  const good = (svid: X509Svid): unknown => checkSvid(svid, { identity: svid.identity, now: new Date(NOW) });
  beforeEach(async () => {
    skewMs = 0;
    issuer = await RealIssuer.create(() => clock.now() + skewMs);
  });

  test('a task gets a certificate of a week, and the function logs for which task and by which proof', async () => {
    const svid = await sourceOf().issue();
    expect(good(svid)).toMatchObject({ ok: true, leaf: { notAfter: new Date(NOW + 7 * 24 * HOUR) } });
    expect(issuer.lines).toEqual([
      expect.objectContaining({
        level: 'info',
        message: 'certificate-issued',
        identity: IDENTITY,
        task: TASK_ARN,
        proofRequestId: 'request-1',
      }),
    ]);
    expect(JSON.stringify(issuer.lines)).not.toContain('PRIVATE');
  });

  test('what a task asks for says whether its certificate is of the authorities of now', async () => {
    const source = sourceOf();
    const first = await source.authorities();
    expect(await source.authorities()).toBe(first);
    await issuer.addAuthority('two', NOW);
    expect(await source.authorities()).not.toBe(first);
    expect(good(await source.issue())).toMatchObject({ ok: true });
  });

  test.each<[string, Partial<IssuingParts>, RegExp]>([
    ['of another mesh', { scope: 'shop.internal/Z2OTHER' }, /not-proven/],
    ['of another trust domain', { identity: 'spiffe://other.internal/orders' }, /foreign-identity/],
  ])('fails if the task is %s', async (_what, more, message) => {
    expect(await failureOf(sourceOf(more).issue())).toMatchObject({ reason: 'refused', message: expect.stringMatching(message) });
  });

  test('fails if the role of the task proves another identity', async () => {
    const { key } = issuer;
    const asCarts = { encrypt: async (text: string) => key.encrypt(text, { identity: 'spiffe://shop.internal/carts', mesh: SCOPE }) };
    expect(await failureOf(sourceOf({ key: asCarts }).issue())).toMatchObject({
      reason: 'refused',
      message: expect.stringContaining('not-proven'),
    });
  });

  test.each([[-1], [1]])('fails if the clock of the task is too wrong (%p), and works if it is nearly right', async (direction) => {
    skewMs = direction * PROOF_WINDOW_MS;
    expect(await sourceOf().issue()).toMatchObject({ identity: IDENTITY });
    skewMs = direction * (PROOF_WINDOW_MS + 1000);
    expect(await failureOf(sourceOf().issue())).toMatchObject({
      reason: 'refused',
      message: expect.stringMatching(/proof-expired: .* by the clock of the task/),
    });
  });
});

import { X509Certificate } from 'node:crypto';
import { DisabledException, GetPublicKeyCommand, KMSInvalidStateException } from '@aws-sdk/client-kms';
import type { IssuingAnswer } from '../../../lib/core/contract/issuing';
import { readConfiguration } from '../../../programs/functions/certificate-issuer/configuration';
import { kmsSigner } from '../../../programs/functions/x509/kms-signer';
import { oneLineOf } from '../../../programs/functions/x509/one-line-certificate';
import { makeRootCertificate } from '../../../programs/functions/x509/root-certificate';
import { checkSvid, isIssuedBy, readPemCertificates, validityOf } from '../../../programs/shared/svid';
import { authoritiesDigest } from '../../../programs/shared/x509/authorities';
import { authorityIdentity } from '../../../programs/shared/x509/authority-identity';
import { x509 } from '../../../programs/shared/x509/certificate-library';
import { keyHashOf } from '../../../programs/shared/x509/certificate-request';
import { identityOf, makeAuthority, MESH, publicKeyIn, SCOPE, TRUST_DOMAIN, type TestAuthority } from './support/authorities';
import { FakeKms } from '../../../programs/emulator/aws/fake-kms';
import { issuedBy, IssuerHarness, PROOF_REQUEST_ID, TASK } from './support/issuer-harness';
import { makePrivateCa, privateAuthority } from './support/private-authorities';
import { signingRequest } from './support/signing-requests';

const START = new Date('2026-11-24T12:00:00Z');
const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;

let authority: TestAuthority;
let other: TestAuthority;
let harness: IssuerHarness;

beforeAll(async () => {
  authority = await makeAuthority('a', START);
  other = await makeAuthority('b', START);
});
beforeEach(() => {
  harness = new IssuerHarness(START, issuedBy(authority));
});

function issued(answer: IssuingAnswer | undefined) {
  if (answer?.outcome !== 'issued') throw new Error(`not issued: ${JSON.stringify(answer)}`);
  const chain = readPemCertificates(answer.certificateChain) ?? [];
  return { chain, leaf: new X509Certificate(answer.certificateChain), roots: readPemCertificates(answer.trustBundle) ?? [] };
}

describe('a certificate', () => {
  test('is what a task needs: its identity, its key, and what it trusts', async () => {
    const svid = await harness.task('orders').issue();
    expect(checkSvid(svid, { identity: identityOf('orders'), now: START })).toMatchObject({ ok: true });
    expect(publicKeyIn(svid.privateKey)).toBe(
      new X509Certificate(svid.certificateChain).publicKey.export({ format: 'der', type: 'spki' }).toString('hex'),
    );
  });

  test.each([
    ['orders', 'CN=orders', 'orders.shop.internal'],
    ['Orders_v-2', 'CN=Orders_v-2', 'Orders_v-2.shop.internal'],
    ['x'.repeat(63), `CN=${'x'.repeat(63)}`, `${'x'.repeat(63)}.shop.internal`],
  ])('has names that follow from the identity alone, %s', async (service, subject, dnsName) => {
    const { leaf } = issued(await harness.invoke(await harness.request({ identity: identityOf(service) })));
    expect(leaf).toMatchObject({ subject, subjectAltName: `URI:${identityOf(service)}, DNS:${dnsName}`, ca: false });
  });

  test('has nothing that the request asks for: no name of another service, and no rights', async () => {
    const { csr, keyHash } = await signingRequest({
      subject: 'CN=admin',
      names: [
        { type: 'url', value: identityOf('admin') },
        { type: 'dns', value: 'admin.shop.internal' },
        { type: 'dns', value: '*.shop.internal' },
      ],
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
    const { leaf } = issued(await harness.invoke(await harness.request({ csr }, { keyHash })));
    expect(leaf).toMatchObject({
      subject: 'CN=orders',
      subjectAltName: 'URI:spiffe://shop.internal/orders, DNS:orders.shop.internal',
      ca: false,
      keyUsage: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
    });
    expect(keyHashOf(leaf.publicKey)).toBe(keyHash);
    expect(leaf.toString()).not.toContain('admin');
  });

  test('begins five minutes before the proof, and lasts for seven days', async () => {
    const { leaf } = issued(await harness.invoke(await harness.request()));
    expect(validityOf(leaf)).toEqual({ notBefore: new Date(START.getTime() - 5 * MINUTE), notAfter: new Date(START.getTime() + 7 * DAY) });
  });

  test.each([-5, 5])('is valid at once for a task whose clock is %s minutes off, by both clocks', async (minutes) => {
    const clock = new Date(START.getTime() + minutes * MINUTE);
    const { leaf } = issued(await harness.invoke(await harness.request({}, { issuedAt: clock.toISOString() })));
    for (const now of [START, clock]) {
      expect(validityOf(leaf).notBefore.getTime()).toBeLessThanOrEqual(now.getTime());
      expect(validityOf(leaf).notAfter.getTime()).toBeGreaterThan(now.getTime() + 6 * DAY);
    }
  });

  test('ends no later than its root', async () => {
    const old = await makeAuthority('old', new Date('2016-11-27T00:00:00Z'));
    harness.environment = issuedBy(old);
    const { leaf } = issued(await harness.invoke(await harness.request()));
    expect(leaf.validTo).toBe(old.certificate.validTo);
    expect(validityOf(leaf).notAfter.toISOString()).toBe('2026-11-26T23:55:00.000Z');
  });

  test('comes without the root, and with the roots of all authorities', async () => {
    harness.environment = issuedBy(other, authority);
    const { chain, roots } = issued(await harness.invoke(await harness.request()));
    expect(chain.map((leaf) => isIssuedBy(leaf, other.certificate))).toEqual([true]);
    expect(roots.map(({ subject }) => subject)).toEqual(['CN=shop CA b', 'CN=shop CA a']);
  });

  test('comes with each root once, although two authorities of AWS Private CA are below it', async () => {
    const common = await makePrivateCa('common', { createdAt: START });
    const [one, twin] = await Promise.all(
      ['one', 'twin'].map(async (name) => privateAuthority(name, await makePrivateCa(name, { createdAt: START, parent: common }))),
    );
    harness.environment = issuedBy(authority, one, twin);
    const { roots } = issued(await harness.invoke(await harness.request()));
    expect(roots.map(({ subject }) => subject)).toEqual(['CN=shop CA a', 'CN=shop CA common']);
    expect(await harness.task('orders').authorities()).toBe(authoritiesDigest(authority.certificate, roots));
  });

  test('is signed by the key in KMS, once, and KMS sees a hash alone', async () => {
    const kms = new FakeKms();
    const keyArn = kms.createKey(START);
    const signer = kmsSigner(kms.client(), keyArn);
    const { PublicKey: publicKey = new Uint8Array() } = await kms.client().send(new GetPublicKeyCommand({ KeyId: keyArn }));
    const certificate = await makeRootCertificate({ mesh: MESH, name: 'kms', publicKey, createdAt: START }, signer);
    harness.environment = issuedBy({ name: 'kms', keyArn, certificate, identity: authorityIdentity(certificate), signer });
    kms.signed.length = 0;
    const { leaf } = issued(await harness.invoke(await harness.request()));
    expect(isIssuedBy(leaf, certificate)).toBe(true);
    expect(kms.signed).toEqual([{ KeyId: keyArn, SigningAlgorithm: 'ECDSA_SHA_256', MessageType: 'DIGEST', Message: expect.any(String) }]);
  });

  test('takes two calls: the proof is decrypted under the identity that it shall be of, and the certificate is signed', async () => {
    await harness.invoke(await harness.request());
    expect(harness.calls).toEqual(['Decrypt', 'Sign']);
  });
});

describe('the same again', () => {
  const unsigned = (leaf: X509Certificate): unknown[] => [leaf.serialNumber, leaf.validFrom, leaf.validTo, keyHashOf(leaf.publicKey)];

  test('the same request gives the same certificate but for its signature, whenever it comes', async () => {
    const request = await harness.request();
    const first = issued(await harness.invoke(request)).leaf;
    harness.advance(4 * MINUTE);
    const second = issued(await harness.invoke(request)).leaf;
    expect(unsigned(second)).toEqual(unsigned(first));
    expect(second.raw.equals(first.raw)).toBe(false);
  });

  test('a later proof of the same key gives another certificate', async () => {
    const request = await harness.request();
    const first = issued(await harness.invoke(request)).leaf;
    harness.advance(1);
    const proof = await harness.prove({ keyHash: keyHashOf(first.publicKey) });
    const second = issued(await harness.invoke({ ...request, proof })).leaf;
    expect(keyHashOf(second.publicKey)).toBe(keyHashOf(first.publicKey));
    expect(second.serialNumber).not.toBe(first.serialNumber);
  });

  test('another key, another service and another authority give other serial numbers, each as long as the others', async () => {
    const serialNumbers: string[] = [];
    for (const issuer of [authority, other]) {
      harness.environment = issuedBy(issuer);
      for (const service of ['orders', 'payment']) {
        for (let count = 0; count < 10; count += 1)
          serialNumbers.push(issued(await harness.invoke(await harness.request({ identity: identityOf(service) }))).leaf.serialNumber);
      }
    }
    expect(new Set(serialNumbers).size).toBe(serialNumbers.length);
    // 127 bits, and positive.
    for (const serialNumber of serialNumbers) expect(serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
  });
});

describe('what the authorities are', () => {
  const digest = (): Promise<string> => harness.task('orders').authorities();

  test('is the same as what a task has by its certificate, before a change and after it', async () => {
    for (const environment of [issuedBy(authority), issuedBy(authority, other), issuedBy(other, authority), issuedBy(other)]) {
      harness.environment = environment;
      const { roots } = issued(await harness.invoke(await harness.request()));
      expect(await digest()).toBe(authoritiesDigest(environment.issuer.certificate, roots));
    }
  });

  test('changes with each step by which an authority is replaced, and with nothing else', async () => {
    const digests: string[] = [];
    for (const environment of [issuedBy(authority), issuedBy(authority, other), issuedBy(other, authority), issuedBy(other)]) {
      harness.environment = environment;
      digests.push(await digest());
    }
    expect(new Set(digests).size).toBe(4);
    harness.environment = { authorities: [authority, other], issuer: other };
    expect(await digest()).toBe(digests[2]);
  });

  test('is asked for without a proof, costs no call, and is not logged', async () => {
    await harness.invoke({ action: 'authorities' });
    expect(harness.calls).toEqual([]);
    expect(harness.lines).toEqual([]);
  });
});

describe('the log', () => {
  test('says who got which certificate, from whom, and by which call the role proved its identity', async () => {
    const { leaf } = issued(await harness.invoke(await harness.request()));
    expect(harness.log()).toEqual([
      {
        level: 'info',
        message: 'certificate-issued',
        identity: 'spiffe://shop.internal/orders',
        proofRequestId: PROOF_REQUEST_ID,
        task: TASK,
        issuer: 'a',
        serialNumber: leaf.serialNumber,
        notBefore: '2026-11-24T11:55:00.000Z',
        notAfter: '2026-12-01T12:00:00.000Z',
        fingerprint: leaf.fingerprint256,
      },
    ]);
  });

  test('has what it can have of a task that says neither its name nor the ID of its call', async () => {
    const { csr, keyHash } = await signingRequest();
    const proof = await harness.prove({ keyHash, plaintext: JSON.stringify({ keyHash, issuedAt: START.toISOString() }) });
    issued(await harness.invoke({ action: 'issue', identity: identityOf('orders'), csr, proof }));
    expect(harness.log()).toEqual([expect.not.objectContaining({ task: expect.anything(), proofRequestId: expect.anything() })]);
  });

  test('holds neither a key, nor a request, nor a proof', async () => {
    const request = await harness.request();
    await harness.invoke(request);
    await harness.invoke({ ...request, identity: identityOf('payment') });
    await harness.invoke({ ...request, csr: request.csr.replace('MII', 'MIJ') });
    harness.hooks = {
      before: () => {
        throw new Error('unreachable');
      },
    };
    await expect(harness.invoke(request)).rejects.toThrow('unreachable');
    expect(harness.log().map(({ message }) => message)).toEqual([
      'certificate-issued',
      'certificate-refused',
      'certificate-refused',
      'certificate-failed',
    ]);
    const logged = harness.lines.join('\n');
    for (const secret of [request.proof, request.csr, ...request.csr.split('\n').slice(1, -1), 'PRIVATE KEY'])
      expect(logged).not.toContain(secret);
  });

  test('does not grow with what a task writes into it', async () => {
    const long = 'x'.repeat(3000);
    const request = await harness.request({}, { task: long });
    issued(await harness.invoke({ ...request, proofRequestId: long }));
    await harness.invoke({ ...request, identity: identityOf(long), proofRequestId: long });
    await harness.invoke({ ...request, identity: `"${long}`, proofRequestId: long });
    expect(harness.lines).toHaveLength(3);
    for (const line of harness.lines) expect(line.length).toBeLessThan(1200);
  });
});

describe('what is not the fault of a task', () => {
  const failing = (operation: string, error: Error): void => {
    harness.hooks = {
      before: (called) => {
        if (called === operation) throw error;
      },
    };
  };
  const answer = (name: string, message: string) => ({ name, message, $fault: 'client' as const, $metadata: { httpStatusCode: 400 } });
  const throttling = (): Error => Object.assign(new Error('Rate exceeded'), answer('ThrottlingException', 'Rate exceeded'));

  test.each<[string, string, () => Error]>([
    ['the key of proofs is disabled', 'Decrypt', () => new DisabledException(answer('DisabledException', 'the key is disabled'))],
    [
      'the key of proofs is being deleted',
      'Decrypt',
      () => new KMSInvalidStateException(answer('KMSInvalidStateException', 'pending deletion')),
    ],
    ['the function may not decrypt', 'Decrypt', () => Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' })],
    ['KMS throttles proofs', 'Decrypt', () => throttling()],
    ['the key of the authority is disabled', 'Sign', () => new DisabledException(answer('DisabledException', 'the key is disabled'))],
    ['the function may not sign', 'Sign', () => Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' })],
    ['KMS throttles signatures', 'Sign', () => throttling()],
  ])('fails if %s, so that whoever asks tries again', async (_, operation, makeError) => {
    const error = makeError();
    failing(operation, error);
    await expect(harness.invoke(await harness.request())).rejects.toThrow(error.message);
    expect(harness.log()).toEqual([
      {
        level: 'error',
        message: 'certificate-failed',
        reason: error.name,
        why: error.message,
        identity: 'spiffe://shop.internal/orders',
        proofRequestId: PROOF_REQUEST_ID,
      },
    ]);
    harness.hooks = {};
    issued(await harness.invoke(await harness.request()));
  });

  test('KMS that throttles once is asked again, and the task notices nothing', async () => {
    harness = new IssuerHarness(START, issuedBy(authority), 3);
    let throttled = 0;
    harness.hooks = {
      before: (operation) => {
        if (operation !== 'Decrypt' || throttled > 0) return;
        throttled += 1;
        throw throttling();
      },
    };
    issued(await harness.invoke(await harness.request()));
    expect(harness.calls).toEqual(['Decrypt', 'Decrypt', 'Sign']);
  });

  test('fails if the key does not belong to the root that services trust', async () => {
    harness.environment = issuedBy({ ...authority, signer: other.signer });
    await expect(harness.invoke(await harness.request())).rejects.toThrow(
      'the signing key does not belong to the certificate of "CN=shop CA a"',
    );
    expect(harness.log()).toMatchObject([{ message: 'certificate-failed', identity: identityOf('orders') }]);
  });

  test.each(['issue', 'authorities'])('fails if the environment is wrong, and says so in the log of each call, %s', async (action) => {
    harness.configuration = () => readConfiguration({ AUTHORITIES: '[]', ISSUER: 'a' });
    await expect(harness.invoke({ ...(await harness.request()), action })).rejects.toThrow(
      'the issuer "a" is not one of the authorities: ',
    );
    expect(harness.log()).toEqual([
      { level: 'error', message: 'certificate-failed', reason: 'Error', why: 'the issuer "a" is not one of the authorities: ' },
    ]);
  });
});

describe('the environment', () => {
  const environment = () => ({
    AUTHORITIES: JSON.stringify(
      [authority, other].map(({ name, keyArn, certificate }) => ({ name, keyArn, certificate: oneLineOf(certificate) })),
    ),
    ISSUER: 'b',
    TRUST_DOMAIN,
    MESH_SCOPE: SCOPE,
    IDENTITY_KEY_ARN: 'arn:aws:kms:eu-west-1:111111111111:key/identity',
  });

  test('names the authorities, the one that issues, the mesh, and the key of its proofs', () => {
    expect(readConfiguration(environment())).toMatchObject({
      authorities: [{ name: 'a' }, { name: 'b', keyArn: other.keyArn, identity: other.identity }],
      issuer: { name: 'b' },
      trustDomain: TRUST_DOMAIN,
      scope: SCOPE,
      identityKeyArn: 'arn:aws:kms:eu-west-1:111111111111:key/identity',
    });
  });

  test('holds four authorities with the longest names within the 4 KB of Lambda', async () => {
    const long = await makeAuthority('x'.repeat(20), START, 'm'.repeat(39));
    const one = {
      name: long.name,
      keyArn: 'arn:aws:kms:ap-southeast-1:111111111111:key/mrk-11111111222233334444555555555555',
      certificate: oneLineOf(long.certificate),
    };
    const variables = {
      AUTHORITIES: JSON.stringify([one, one, one, one]),
      ISSUER: long.name,
      TRUST_DOMAIN: `${'m'.repeat(39)}.internal`,
      MESH_SCOPE: `${'m'.repeat(39)}.internal/${'Z'.repeat(32)}`,
      IDENTITY_KEY_ARN: one.keyArn,
    };
    // All of it counts, keys and values: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    expect(Object.entries(variables).flat().join('').length).toBeLessThan(4096);
  });

  const valid = () => ({ name: 'a', certificate: oneLineOf(authority.certificate), keyArn: 'x' });
  test.each<[string, () => Record<string, string | undefined>, string]>([
    ['AUTHORITIES is missing', () => ({ AUTHORITIES: undefined }), 'AUTHORITIES is missing'],
    ['AUTHORITIES is not JSON', () => ({ AUTHORITIES: 'x' }), 'not a JSON list'],
    ['an authority has no certificate at all', () => ({ AUTHORITIES: '[{"name":"a"}]' }), 'no text at [0].certificate'],
    [
      'an authority has nothing to issue by',
      () => ({ AUTHORITIES: JSON.stringify([{ ...valid(), keyArn: undefined }]) }),
      'must have either keyArn or certificateAuthorityArn at [0]',
    ],
    [
      'an authority has two things to issue by',
      () => ({ AUTHORITIES: JSON.stringify([{ ...valid(), certificateAuthorityArn: 'y' }]) }),
      'must have either keyArn or certificateAuthorityArn at [0]',
    ],
    [
      'an authority has an empty ARN',
      () => ({ AUTHORITIES: JSON.stringify([{ ...valid(), keyArn: undefined, certificateAuthorityArn: '' }]) }),
      'no text at [0].certificateAuthorityArn',
    ],
    [
      'an authority has something else for a certificate',
      () => ({ AUTHORITIES: JSON.stringify([{ ...valid(), certificate: 'x' }]) }),
      'something else than a certificate (DER in base64, on one line) at [0]',
    ],
    ['an authority is nothing', () => ({ AUTHORITIES: '[null]' }), 'no text at [0].certificate'],
    ['the issuer is not an authority', () => ({ ISSUER: 'c' }), 'the issuer "c" is not one of the authorities: a, b'],
    ['the issuer is missing', () => ({ ISSUER: undefined }), 'ISSUER is missing'],
    ['the trust domain is missing', () => ({ TRUST_DOMAIN: '' }), 'TRUST_DOMAIN is missing'],
    ['the scope of the mesh is missing', () => ({ MESH_SCOPE: '' }), 'MESH_SCOPE is missing'],
    ['the key of proofs is missing', () => ({ IDENTITY_KEY_ARN: undefined }), 'IDENTITY_KEY_ARN is missing'],
  ])('fails if %s', (_, change, message) => {
    expect(() => readConfiguration({ ...environment(), ...change() })).toThrow(message);
  });
});

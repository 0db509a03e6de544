import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { IssuingAnswer } from '../../../lib/core/contract/issuing';
import { checkSvid, isIssuedBy, readPemCertificates, validityOf, type X509Svid } from '../../../programs/shared/svid';
import { x509 } from '../../../programs/shared/x509/certificate-library';
import { makeCertificateRequest } from '../../../programs/shared/x509/certificate-request';
import { leafNamesOf } from '../../../programs/shared/x509/leaf-names';
import { identityOf } from './support/authorities';
import type { Fields } from '../../../programs/emulator/aws/fake-aws';
import { issuedBy, IssuerHarness, type IssueRequest } from './support/issuer-harness';
import {
  makePrivateAuthority,
  makePrivateCa,
  privateAuthority,
  type KeyAlgorithm,
  type PrivateTestAuthority,
} from './support/private-authorities';
import {
  DNS_OF_ORDERS,
  NAMES_OF_ORDERS,
  newKeys,
  URI_OF_ORDERS,
  signingRequest,
  type SigningRequestOptions,
} from './support/signing-requests';

const START = new Date('2026-11-24T12:00:00Z');
const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;

let root: PrivateTestAuthority;
let intermediate: PrivateTestAuthority;
let harness: IssuerHarness;

beforeAll(async () => {
  root = await makePrivateAuthority('a', START, 'root');
  intermediate = await makePrivateAuthority('b', START, 'intermediate');
});
beforeEach(() => {
  setUp(root);
});
afterEach(() => {
  root.ca.status = 'ACTIVE';
});

function setUp(issuer: PrivateTestAuthority, attempts = 1): void {
  harness = new IssuerHarness(START, issuedBy(issuer), attempts);
}

function chainIn(answer: IssuingAnswer): readonly X509Certificate[] {
  if (answer.outcome !== 'issued') throw new Error(`not issued: ${JSON.stringify(answer)}`);
  return readPemCertificates(answer.certificateChain) ?? [];
}

const issue = async (): Promise<readonly X509Certificate[]> => chainIn(await harness.invoke(await harness.request()));
const check = (svid: X509Svid) => checkSvid(svid, { identity: identityOf('orders'), now: harness.now() });
const subjectsOf = (certificates: readonly X509Certificate[]): readonly string[] => certificates.map(({ subject }) => subject);
/** What AWS Private CA was asked to sign. */
const signedTexts = (): readonly string[] => harness.privateCa.requests.map(({ Csr }) => Buffer.from(String(Csr), 'base64').toString());

describe('a certificate of AWS Private CA', () => {
  test('is for one service, for six days, and for the key of the task', async () => {
    const svid = await harness.task('orders').issue();
    expect(check(svid)).toMatchObject({ ok: true, leaf: { notAfter: new Date(START.getTime() + 6 * DAY) } });
    const leaf = new X509Certificate(svid.certificateChain);
    expect(leaf).toMatchObject({ subject: 'CN=orders', subjectAltName: 'URI:spiffe://shop.internal/orders, DNS:orders.shop.internal' });
    expect(leaf.checkPrivateKey(createPrivateKey(svid.privateKey))).toBe(true);
  });

  test('comes without the root if that issued it', async () => {
    const chain = await issue();
    expect(chain.map((leaf) => isIssuedBy(leaf, root.certificate))).toEqual([true]);
    expect(harness.answer).toMatchObject({ trustBundle: root.certificate.toString() });
  });

  test('comes with what is between it and the root', async () => {
    setUp(privateAuthority('c', await makePrivateCa('lowest', { createdAt: START, parent: intermediate.ca })));
    const svid = await harness.task('orders').issue();
    expect(check(svid)).toMatchObject({ ok: true });
    expect(subjectsOf(readPemCertificates(svid.certificateChain) ?? [])).toEqual(['CN=orders', 'CN=shop CA lowest', 'CN=shop CA b']);
    expect(subjectsOf(readPemCertificates(svid.trustBundle) ?? [])).toEqual(['CN=shop CA b root']);
  });

  test('comes in order, whatever the order in which AWS Private CA returns the chain', async () => {
    setUp(privateAuthority('c', await makePrivateCa('lowest', { createdAt: START, parent: intermediate.ca })));
    harness.privateCa.change = (operation, answer) =>
      operation === 'GetCertificate'
        ? {
            ...answer,
            CertificateChain: String(answer.CertificateChain)
              .split(/\n(?=-----BEGIN)/)
              .reverse()
              .join('\n'),
          }
        : answer;
    expect(subjectsOf(await issue())).toEqual(['CN=orders', 'CN=shop CA lowest', 'CN=shop CA b']);
  });

  test.each<KeyAlgorithm>(['EC_prime256v1', 'EC_secp384r1', 'EC_secp521r1', 'RSA_2048'])(
    'is signed as the key of the authority can, %s',
    async (keyAlgorithm) => {
      setUp(privateAuthority('c', await makePrivateCa('c', { createdAt: START, keyAlgorithm })));
      expect(check(await harness.task('orders').issue())).toMatchObject({ ok: true });
    },
  );

  test('is asked for by the very request of the task, within the limits of short-lived mode, by the template for services', async () => {
    setUp(privateAuthority('c', await makePrivateCa('c', { createdAt: START, partition: 'aws-us-gov' })));
    const request = await harness.request();
    await harness.invoke(request);
    expect(harness.privateCa.requests).toEqual([
      {
        CertificateAuthorityArn: expect.stringMatching(/^arn:aws-us-gov:/),
        Csr: Buffer.from(request.csr).toString('base64'),
        IdempotencyToken: expect.stringMatching(/^[0-9a-f]{32}$/),
        SigningAlgorithm: 'SHA256WITHECDSA',
        TemplateArn: 'arn:aws-us-gov:acm-pca:::template/EndEntityCertificate/V1',
        Validity: { Type: 'DAYS', Value: 6 },
      },
    ]);
  });

  test('is asked for by calls that the role of the function allows, and no others', async () => {
    await issue();
    expect(harness.calls).toEqual([
      'Decrypt',
      'DescribeCertificateAuthority',
      'GetCertificateAuthorityCertificate',
      'IssueCertificate',
      'GetCertificate',
    ]);
  });

  test('is waited for while it is being issued', async () => {
    harness.privateCa.inProgress = 3;
    expect(await issue()).toHaveLength(1);
    expect(harness.pauses).toEqual([250, 500, 1000]);
  });

  test('is logged like any other', async () => {
    const [leaf] = await issue();
    expect(harness.log()).toMatchObject([
      { message: 'certificate-issued', issuer: 'a', serialNumber: leaf?.serialNumber, notBefore: '2026-11-24T11:00:00.000Z' },
    ]);
  });
});

describe('what is paid', () => {
  const tokens = (): readonly unknown[] => harness.privateCa.requests.map(({ IdempotencyToken }) => IdempotencyToken);

  test('one certificate, if a task got no answer and asks again for the same key, with a new proof', async () => {
    const { csr, keyHash } = await makeCertificateRequest(leafNamesOf(identityOf('orders')));
    const [first] = chainIn(await harness.invoke(await harness.request({ csr }, { keyHash })));
    harness.advance(4 * MINUTE);
    const [second] = chainIn(await harness.invoke(await harness.request({ csr }, { keyHash })));
    expect(second?.fingerprint256).toBe(first?.fingerprint256);
    expect(new Set(tokens()).size).toBe(1);
    expect(harness.privateCa.issued).toHaveLength(1);
  });

  test('one certificate, if a task has signed its request anew meanwhile', async () => {
    const keys = await newKeys();
    const [one, again] = [await signingRequest({ keys }), await signingRequest({ keys })];
    expect(again.csr).not.toBe(one.csr);
    for (const { csr, keyHash } of [one, again]) await harness.invoke(await harness.request({ csr }, { keyHash }));
    expect(harness.privateCa.issued).toHaveLength(1);
  });

  test('two certificates, if one key is used for two services', async () => {
    const keys = await newKeys();
    for (const service of ['orders', 'payment']) {
      const names = leafNamesOf(identityOf(service));
      const { csr, keyHash } = await signingRequest({
        keys,
        subject: `CN=${service}`,
        names: [
          { type: 'url', value: names.identity },
          { type: 'dns', value: names.dnsName },
        ],
      });
      const [leaf] = chainIn(await harness.invoke(await harness.request({ identity: names.identity, csr }, { keyHash })));
      expect(leaf?.subject).toBe(`CN=${service}`);
    }
    expect(new Set(tokens()).size).toBe(2);
  });

  test('one certificate, although the SDK sends the request again after a lost answer', async () => {
    setUp(root, 3);
    let lost = 0;
    harness.hooks = {
      after: (operation) => {
        if (operation !== 'IssueCertificate' || lost > 0) return;
        lost += 1;
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
      },
    };
    await issue();
    expect(harness.privateCa.requests).toHaveLength(2);
    expect(harness.privateCa.issued).toHaveLength(1);
  });

  test('as many certificates as keys: what was issued for one is never the answer for another', async () => {
    const leaves = [await issue(), await issue(), await issue()].map(([leaf]) => leaf?.fingerprint256);
    expect(new Set(leaves).size).toBe(3);
    expect(new Set(tokens()).size).toBe(3);
  });
});

describe('a request for other names, of which AWS Private CA hears nothing', () => {
  async function expectRefusal(csr: string, keyHash: string): Promise<void> {
    const answer = await harness.invoke(await harness.request({ csr }, { keyHash }));
    expect(answer).toEqual({
      outcome: 'refused',
      reason: 'other-names',
      message: 'the signing request asks for something else than the names of spiffe://shop.internal/orders',
    });
    expect(harness.log().at(-1)).toMatchObject({ message: 'certificate-refused', reason: 'other-names', identity: identityOf('orders') });
    expect(harness.calls).toEqual(['Decrypt']);
    expect(harness.privateCa.requests).toEqual([]);
  }

  const admin: x509.JsonGeneralName = { type: 'url', value: identityOf('admin') };
  const namesOfAdmin = (): x509.Extension => new x509.SubjectAlternativeNameExtension([admin]);
  const attribute = (...extensions: readonly x509.Extension[]): x509.Attribute => new x509.ExtensionsAttribute([...extensions]);

  test.each<[string, () => SigningRequestOptions]>([
    ['another common name', () => ({ subject: 'CN=admin' })],
    ['no subject', () => ({ subject: '' })],
    ['a second common name', () => ({ subject: 'CN=orders, CN=admin' })],
    ['two common names in one', () => ({ subject: 'CN=orders+CN=admin' })],
    ['an organization', () => ({ subject: 'CN=orders, O=shop' })],
    ['the common name in another encoding', () => ({ subject: 'CN=#0c066f7264657273' })],
    ['another URI', () => ({ names: [admin, DNS_OF_ORDERS] })],
    ['a second URI', () => ({ names: [URI_OF_ORDERS, admin, DNS_OF_ORDERS] })],
    ['a second DNS name', () => ({ names: [...NAMES_OF_ORDERS, { type: 'dns', value: 'admin.shop.internal' }] })],
    ['a DNS name with a wildcard', () => ({ names: [URI_OF_ORDERS, { type: 'dns', value: '*.shop.internal' }] })],
    ['an IP address', () => ({ names: [...NAMES_OF_ORDERS, { type: 'ip', value: '10.0.0.1' }] })],
    ['an e-mail address', () => ({ names: [...NAMES_OF_ORDERS, { type: 'email', value: 'a@b.c' }] })],
    ['its names in another order', () => ({ names: [DNS_OF_ORDERS, URI_OF_ORDERS] })],
    ['fewer names', () => ({ names: [URI_OF_ORDERS] })],
    ['the rights of an authority', () => ({ extensions: [new x509.BasicConstraintsExtension(true, undefined, true)] })],
    ['a use of its own', () => ({ extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.codeSigning])] })],
    ['an extension that says nothing', () => ({ extensions: [new x509.Extension('1.2.3.4', false, new Uint8Array([5, 0]))] })],
    ['the names of another service in an extension of the same kind', () => ({ extensions: [namesOfAdmin()] })],
    // Parsers differ in which of two they take.
    ['the names of another service in a second list of extensions', () => ({ attributes: [attribute(namesOfAdmin())] })],
    [
      'a list of extensions as Microsoft has it',
      () => ({ attributes: [new x509.Attribute('1.3.6.1.4.1.311.2.1.14', [attribute(namesOfAdmin()).values[0]])] }),
    ],
    ['a password', () => ({ attributes: [new x509.ChallengePasswordAttribute('x')] })],
  ])('fails if it has %s', async (_, options) => {
    const { csr, keyHash } = await signingRequest(options());
    await expectRefusal(csr, keyHash);
  });

  test('fails if one list of extensions has the names, and then those of another service', async () => {
    const lists = [new x509.SubjectAlternativeNameExtension(NAMES_OF_ORDERS), namesOfAdmin()].map((names) => attribute(names).values[0]);
    const keys = await newKeys();
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: [{ CN: ['orders'] }],
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      attributes: [new x509.Attribute('1.2.840.113549.1.9.14', lists)],
    });
    const { keyHash } = await signingRequest({ keys });
    await expectRefusal(request.toString('pem'), keyHash);
  });

  test('fails if the request is signed with another hash than a task uses', async () => {
    const keys = await newKeys();
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: [{ CN: ['orders'] }],
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-384' },
      extensions: [new x509.SubjectAlternativeNameExtension(NAMES_OF_ORDERS)],
    });
    const { keyHash } = await signingRequest({ keys });
    await expectRefusal(request.toString('pem'), keyHash);
  });

  test('fails if something follows the request, in the same block', async () => {
    const { csr, keyHash } = await makeCertificateRequest(leafNamesOf(identityOf('orders')));
    const { csr: other } = await signingRequest({ subject: 'CN=admin', names: [admin] });
    const [first, second] = [csr, other].map((pem) => Buffer.from(pem.split('\n').slice(1, -1).join(''), 'base64'));
    const both = Buffer.concat([first ?? Buffer.of(), second ?? Buffer.of()]).toString('base64');
    await expectRefusal(`-----BEGIN CERTIFICATE REQUEST-----\n${both}\n-----END CERTIFICATE REQUEST-----`, keyHash);
  });
});

describe('a text with more than the request', () => {
  const bare = async (): Promise<{ readonly csr: string; readonly send: (text: string) => Promise<IssuingAnswer> }> => {
    const { csr, keyHash } = await makeCertificateRequest(leafNamesOf(identityOf('orders')));
    return { csr, send: async (text) => harness.invoke(await harness.request({ csr: text }, { keyHash })) };
  };

  test.each<[string, (csr: string, other: string) => string]>([
    ['a second request after it', (csr, other) => `${csr}\n${other}\n`],
    ['a second request after it, of an older name', (csr, other) => `${csr}\n${other.replaceAll('CERTIFICATE', 'NEW CERTIFICATE')}`],
    ['words around it', (csr) => `my request:\n${csr}\nthank you`],
    ['line ends of Windows', (csr) => csr.replaceAll('\n', '\r\n')],
  ])('gets a certificate for the request alone: AWS Private CA never sees %s', async (_, change) => {
    const { csr, send } = await bare();
    const { csr: other } = await signingRequest({ subject: 'CN=admin', names: [{ type: 'url', value: identityOf('admin') }] });
    const [leaf] = chainIn(await send(change(csr, other)));
    expect(leaf?.subjectAltName).toBe('URI:spiffe://shop.internal/orders, DNS:orders.shop.internal');
    expect(signedTexts()).toEqual([csr]);
  });

  test('fails if the request for other names comes first', async () => {
    const { csr, send } = await bare();
    const { csr: other } = await signingRequest({ subject: 'CN=admin' });
    expect(await send(`${other}\n${csr}`)).toMatchObject({ outcome: 'refused', reason: 'proof-of-another-key' });
    expect(signedTexts()).toEqual([]);
  });
});

describe('no certificate', () => {
  const answering = (operation: string, answer: Fields | ((answer: Fields) => Fields)): void => {
    harness.privateCa.change = (asked, real) =>
      asked !== operation ? real : typeof answer === 'function' ? answer(real) : { ...real, ...answer };
  };

  async function expectFailure(message: string | RegExp): Promise<void> {
    const request: IssueRequest = await harness.request();
    await expect(harness.invoke(request)).rejects.toThrow(message);
    expect(harness.log()).toMatchObject([{ level: 'error', message: 'certificate-failed', identity: identityOf('orders') }]);
  }

  test('fails if the certificate is not there within half a minute', async () => {
    harness.privateCa.inProgress = 1000;
    await expectFailure(/AWS Private CA has not issued arn:.* within 28 seconds$/);
    expect(harness.pauses.reduce((sum, pause) => sum + pause, 0)).toBe(27_750);
  });

  test('fails if the certificate is of another key: the task refuses it', async () => {
    await issue();
    const [{ certificate: lost } = { certificate: undefined }] = harness.privateCa.issued;
    answering('GetCertificate', { Certificate: lost?.toString('pem') });
    expect(check(await harness.task('orders').issue())).toMatchObject({ ok: false, refusal: { reason: 'key-mismatch' } });
  });

  test('fails if the authority has got another root meanwhile, before anything is paid for', async () => {
    harness.environment = issuedBy({ ...root, ca: { ...(await makePrivateCa('renewed', { createdAt: START })), arn: root.ca.arn } });
    await expectFailure(
      `the authority ${root.ca.arn} does not lead to the root "CN=shop CA a" that the mesh trusts: ` +
        'if the authority has got a new root, add it to the mesh as another authority',
    );
    expect(harness.privateCa.requests).toEqual([]);
  });

  test('fails if the chain lacks what is between', async () => {
    setUp(intermediate);
    answering('GetCertificate', ({ Certificate }) => ({ Certificate }));
    await expectFailure('does not lead to the root "CN=shop CA b root" that the mesh trusts');
  });

  test.each([
    [
      'the authority is disabled',
      () => {
        root.ca.status = 'DISABLED';
      },
      'is DISABLED, and only an ACTIVE one issues certificates: enable it',
    ],
    [
      'the authority has a key that Envoy does not take',
      () => {
        answering('DescribeCertificateAuthority', {
          CertificateAuthority: { Arn: 'x', Status: 'ACTIVE', CertificateAuthorityConfiguration: { KeyAlgorithm: 'SM2' } },
        });
      },
      'the key of the authority x is SM2; the mesh takes certificates by EC_prime256v1,',
    ],
    [
      'AWS Private CA names no certificate',
      () => {
        answering('IssueCertificate', () => ({}));
      },
      'returned no certificate of arn:',
    ],
    [
      'AWS Private CA returns something else',
      () => {
        answering('GetCertificate', { Certificate: 'x' });
      },
      'something else than PEM certificates for arn:',
    ],
    [
      'the authority is gone',
      () => {
        harness.environment = issuedBy({
          ...root,
          certificateAuthorityArn: 'arn:aws:acm-pca:eu-west-1:111111111111:certificate-authority/gone',
        });
      },
      'Could not find Certificate Authority',
    ],
    [
      'the function may not issue',
      () => {
        harness.hooks = {
          before: (operation) => {
            if (operation === 'IssueCertificate') throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
          },
        };
      },
      'not authorized',
    ],
  ])('fails if %s', async (_, change, message) => {
    change();
    await expectFailure(message);
  });
});

test('a certificate of AWS Private CA is valid for tasks whose clock is an hour behind', async () => {
  const [leaf] = await issue();
  expect(leaf === undefined ? undefined : validityOf(leaf).notBefore).toEqual(new Date(START.getTime() - 60 * MINUTE));
});

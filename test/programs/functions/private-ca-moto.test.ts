import { X509Certificate } from 'node:crypto';
import {
  ACMPCAClient,
  CreateCertificateAuthorityCommand,
  GetCertificateAuthorityCsrCommand,
  GetCertificateCommand,
  ImportCertificateAuthorityCertificateCommand,
  IssueCertificateCommand,
} from '@aws-sdk/client-acm-pca';
import { CreateKeyCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { proofContext, type IssuerVariables } from '../../../lib/core/contract/issuing';
import { svidSource, type SvidSource } from '../../../programs/agent/certificate/issuing';
import { systemClock } from '../../../programs/agent/clock';
import { authorityHandler } from '../../../programs/functions/certificate-authority/handler';
import { readConfiguration } from '../../../programs/functions/certificate-issuer/configuration';
import { issuerHandler } from '../../../programs/functions/certificate-issuer/handler';
import { jsonLog } from '../../../programs/shared/log';
import { checkSvid, readPemCertificates } from '../../../programs/shared/svid';
import { authoritiesDigest } from '../../../programs/shared/x509/authorities';
import { identityOf, publicKeyIn, SCOPE, TRUST_DOMAIN } from './support/authorities';
import { hasMoto, startMoto, type Moto } from './support/moto';

// In CI its absence is a failure.
if (!hasMoto)
  process.stderr.write(
    '\n!!! THE FUNCTIONS ARE NOT RUN AGAINST AN INDEPENDENT AWS PRIVATE CA: run .ci/tools, which installs moto_server\n\n',
  );
const describeWithMoto = hasMoto || process.env['CI'] === 'true' ? describe : describe.skip;

describeWithMoto('against an independent AWS Private CA and KMS', () => {
  let moto: Moto;
  let acmPca: ACMPCAClient;
  let kms: KMSClient;
  let identityKeyArn: string;
  let authorityArn: string;
  let certificate: string;

  beforeAll(async () => {
    moto = await startMoto();
    acmPca = new ACMPCAClient(moto.client);
    kms = new KMSClient(moto.client);
    identityKeyArn = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
    authorityArn = await createRoot('shop CA main');
    const answer = await authorityHandler({ kms, acmPca, log: jsonLog(() => undefined), pause })({
      RequestType: 'Create',
      ResourceProperties: { CertificateAuthorityArn: authorityArn, Name: 'main' },
    });
    certificate = answer.Data?.certificate ?? '';
  });
  afterAll(async () => {
    if (moto !== undefined) await moto.stop();
  });

  const pause = (): Promise<void> => Promise.resolve();

  /** What the resources AWS::ACMPCA::CertificateAuthority, Certificate and CertificateAuthorityActivation do. */
  async function createRoot(CommonName: string): Promise<string> {
    const { CertificateAuthorityArn } = await acmPca.send(
      new CreateCertificateAuthorityCommand({
        CertificateAuthorityType: 'ROOT',
        UsageMode: 'SHORT_LIVED_CERTIFICATE',
        // Whatever one asks for, moto's keys are RSA.
        CertificateAuthorityConfiguration: { KeyAlgorithm: 'RSA_2048', SigningAlgorithm: 'SHA256WITHRSA', Subject: { CommonName } },
      }),
    );
    const { Csr } = await acmPca.send(new GetCertificateAuthorityCsrCommand({ CertificateAuthorityArn }));
    const { CertificateArn } = await acmPca.send(
      new IssueCertificateCommand({
        CertificateAuthorityArn,
        Csr: Buffer.from(Csr ?? ''),
        SigningAlgorithm: 'SHA256WITHRSA',
        TemplateArn: 'arn:aws:acm-pca:::template/RootCACertificate/V1',
        Validity: { Type: 'YEARS', Value: 10 },
      }),
    );
    const { Certificate } = await acmPca.send(new GetCertificateCommand({ CertificateAuthorityArn, CertificateArn }));
    await acmPca.send(
      new ImportCertificateAuthorityCertificateCommand({ CertificateAuthorityArn, Certificate: Buffer.from(Certificate ?? '') }),
    );
    return CertificateAuthorityArn ?? '';
  }

  /** The agent of a task, whose role may encrypt under this context. */
  function task(
    service: string,
    lines: string[] = [],
    context: Readonly<Record<string, string>> = proofContext(SCOPE, identityOf(service)),
  ): SvidSource {
    const handle = issuerHandler({
      kms,
      acmPca,
      signerOf: () => {
        throw new Error('no key of KMS was expected to sign');
      },
      configuration: () =>
        readConfiguration({
          AUTHORITIES: JSON.stringify([{ name: 'main', certificateAuthorityArn: authorityArn, certificate }]),
          ISSUER: 'main',
          TRUST_DOMAIN,
          MESH_SCOPE: SCOPE,
          IDENTITY_KEY_ARN: identityKeyArn,
        } satisfies IssuerVariables),
      pause,
      now: () => new Date(),
      log: jsonLog((line) => lines.push(line)),
    });
    return svidSource({
      clock: systemClock,
      identity: identityOf(service),
      scope: SCOPE,
      key: {
        encrypt: async (text) => {
          const { CiphertextBlob: ciphertext = new Uint8Array(), $metadata: metadata } = await kms.send(
            new EncryptCommand({ KeyId: identityKeyArn, Plaintext: Buffer.from(text), EncryptionContext: context }),
          );
          return { ciphertext: Buffer.from(ciphertext).toString('base64'), requestId: metadata.requestId };
        },
      },
      issuer: { invoke: async (request) => JSON.stringify(await handle(request)) },
      task: () => Promise.resolve('arn:aws:ecs:eu-west-1:123456789012:task/shop/1'),
    });
  }

  test('the root that services trust is read', () => {
    const root = new X509Certificate(Buffer.from(certificate, 'base64'));
    expect(root).toMatchObject({ subject: 'CN=shop CA main', ca: true });
    expect(root.verify(root.publicKey)).toBe(true);
  });

  test('a task proves who it is, and gets a certificate that it accepts', async () => {
    const lines: string[] = [];
    const svid = await task('orders', lines).issue();
    expect(checkSvid(svid, { identity: identityOf('orders'), now: new Date() })).toMatchObject({ ok: true });
    const chain = readPemCertificates(svid.certificateChain);
    expect(chain?.map(({ subject, subjectAltName, issuer }) => ({ subject, subjectAltName, issuer }))).toEqual([
      { subject: 'CN=orders', subjectAltName: 'URI:spiffe://shop.internal/orders, DNS:orders.shop.internal', issuer: 'CN=shop CA main' },
    ]);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ message: 'certificate-issued', issuer: 'main', serialNumber: chain?.[0].serialNumber }),
    ]);
  });

  test('two tasks of a service have two keys and two certificates', async () => {
    const [one, other] = [await task('payment').issue(), await task('payment').issue()];
    expect(publicKeyIn(one.privateKey)).not.toBe(publicKeyIn(other.privateKey));
    expect(one.certificateChain).not.toBe(other.certificateChain);
  });

  test('a task knows the authorities by its certificate', async () => {
    const root = new X509Certificate(Buffer.from(certificate, 'base64'));
    expect(await task('orders').authorities()).toBe(authoritiesDigest(root, [root]));
  });

  test.each([
    ['another service', proofContext(SCOPE, identityOf('payment'))],
    ['another mesh', proofContext('bank', identityOf('orders'))],
    ['nobody', {}],
  ])('fails if the proof is of %s', async (_, context) => {
    const lines: string[] = [];
    await expect(task('orders', lines, context).issue()).rejects.toThrow('the issuing function refuses: not-proven: ');
    expect(lines.at(-1)).toContain('certificate-refused');
  });
});

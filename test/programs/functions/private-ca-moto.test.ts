import { randomUUID, X509Certificate } from 'node:crypto';
import {
  ACMPCAClient,
  CreateCertificateAuthorityCommand,
  GetCertificateAuthorityCsrCommand,
  GetCertificateCommand,
  ImportCertificateAuthorityCertificateCommand,
  IssueCertificateCommand,
} from '@aws-sdk/client-acm-pca';
import { KMSClient } from '@aws-sdk/client-kms';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { authorityHandler } from '../../../programs/functions/certificate-authority/handler';
import { readConfiguration } from '../../../programs/functions/certificate-rotation/configuration';
import { rotationHandler } from '../../../programs/functions/certificate-rotation/handler';
import { STEPS } from '../../../programs/functions/certificate-rotation/rotation-event';
import { jsonLog } from '../../../programs/shared/log';
import { readCertificateSecret, readPemCertificates } from '../../../programs/shared/certificate-secret';
import { identityOf, TRUST_DOMAIN } from './support/authorities';
import { hasMoto, startMoto, type Moto } from './support/moto';
import { tagsOf } from './support/rotation-harness';

// In CI its absence is a failure.
if (!hasMoto)
  process.stderr.write(
    '\n!!! THE FUNCTIONS ARE NOT RUN AGAINST AN INDEPENDENT AWS PRIVATE CA: run .ci/tools, which installs moto_server\n\n',
  );
const describeWithMoto = hasMoto || process.env['CI'] === 'true' ? describe : describe.skip;

describeWithMoto('against an independent AWS Private CA and Secrets Manager', () => {
  let moto: Moto;
  let acmPca: ACMPCAClient;
  let secretsManager: SecretsManagerClient;
  let authorityArn: string;
  let certificate: string;

  beforeAll(async () => {
    moto = await startMoto();
    acmPca = new ACMPCAClient(moto.client);
    secretsManager = new SecretsManagerClient(moto.client);
    authorityArn = await createRoot('shop CA main');
    const answer = await authorityHandler({ kms: new KMSClient(moto.client), acmPca, log: jsonLog(() => undefined), pause })({
      RequestType: 'Create',
      ResourceProperties: { CertificateAuthorityArn: authorityArn, Name: 'main' },
    });
    certificate = answer.Data?.certificate ?? '';
  }, 90_000);
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

  async function createSecret(service: string): Promise<string> {
    const { ARN } = await secretsManager.send(
      new CreateSecretCommand({
        Name: `${service}-${randomUUID()}`,
        SecretString: '{"state":"waiting for the first rotation"}',
        Tags: Object.entries(tagsOf(service)).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
    return ARN ?? '';
  }

  /**
   * Moto without a function makes the new version current at once, although it is empty; AWS makes it pending, and lets
   * the function do the rest. So the stages are put right.
   */
  async function startRotation(SecretId: string): Promise<string> {
    const { version: before } = await current(SecretId);
    const { VersionId: version = '' } = await secretsManager.send(
      new RotateSecretCommand({ SecretId, ClientRequestToken: randomUUID(), RotationRules: { AutomaticallyAfterDays: 2 } }),
    );
    for (const stage of [
      { VersionStage: 'AWSCURRENT', RemoveFromVersionId: version, MoveToVersionId: before },
      { VersionStage: 'AWSPREVIOUS', RemoveFromVersionId: version },
      { VersionStage: 'AWSPENDING', MoveToVersionId: version },
    ])
      await secretsManager.send(new UpdateSecretVersionStageCommand({ SecretId, ...stage }));
    return version;
  }

  /** Moto calls no function here, so this does what Secrets Manager does with one. */
  async function rotate(SecretId: string, lines: string[] = []): Promise<string> {
    const version = await startRotation(SecretId);
    const handle = rotationHandler({
      secretsManager,
      acmPca,
      signerOf: () => {
        throw new Error('no key of KMS was expected');
      },
      configuration: () =>
        readConfiguration({
          AUTHORITIES: JSON.stringify([{ name: 'main', certificateAuthorityArn: authorityArn, certificate }]),
          ISSUER: 'main',
          TRUST_DOMAIN,
        }),
      pause,
      now: () => new Date(),
      log: (context) => jsonLog((line) => lines.push(line), context),
    });
    for (const Step of STEPS) await handle({ Step, SecretId, ClientRequestToken: version });
    // AWS starts the next rotation only if this stage is nowhere else than at the current version; moto, only if it is not there.
    await secretsManager.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: version }));
    return version;
  }

  async function current(SecretId: string): Promise<{ readonly version: string | undefined; readonly text: string }> {
    // AWS takes this stage by default; moto then finds nothing after it was moved.
    const { VersionId: version, SecretString: text = '' } = await secretsManager.send(
      new GetSecretValueCommand({ SecretId, VersionStage: 'AWSCURRENT' }),
    );
    return { version, text };
  }

  test('the root that services trust is read', () => {
    const root = new X509Certificate(Buffer.from(certificate, 'base64'));
    expect(root).toMatchObject({ subject: 'CN=shop CA main', ca: true });
    expect(root.verify(root.publicKey)).toBe(true);
  });

  test('a service gets a certificate that tasks accept', async () => {
    const secret = await createSecret('orders');
    const lines: string[] = [];
    const version = await rotate(secret, lines);
    const { version: promoted, text } = await current(secret);
    expect(promoted).toBe(version);
    const reading = readCertificateSecret(text, { identity: identityOf('orders'), now: new Date() });
    expect(reading).toMatchObject({ ok: true });
    const chain = reading.ok ? readPemCertificates(reading.secret.certificateChain) : undefined;
    expect(chain?.map(({ subject, subjectAltName, issuer }) => ({ subject, subjectAltName, issuer }))).toEqual([
      { subject: 'CN=orders', subjectAltName: 'URI:spiffe://shop.internal/orders, DNS:orders.shop.internal', issuer: 'CN=shop CA main' },
    ]);
    expect(lines.map((line) => (JSON.parse(line) as { message: unknown }).message)).toEqual([
      'certificate-issued',
      'nothing-to-set',
      'certificate-accepted',
      'certificate-promoted',
    ]);
  });

  test('the former certificate stays as AWSPREVIOUS', async () => {
    const secret = await createSecret('payment');
    const [first, second] = [await rotate(secret), await rotate(secret)];
    const { VersionIdsToStages: stages } = await secretsManager.send(new DescribeSecretCommand({ SecretId: secret }));
    expect(stages?.[first]).toEqual(['AWSPREVIOUS']);
    expect(stages?.[second]).toContain('AWSCURRENT');
    expect(readCertificateSecret((await current(secret)).text, { identity: identityOf('payment'), now: new Date() })).toMatchObject({
      ok: true,
    });
  });
});

/** Who can have which identity: every call goes by the policies of the synthesized template, and the real issuing function answers. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { App, Stack } from 'aws-cdk-lib';
import { Template as AwsTemplate } from 'aws-cdk-lib/assertions';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { Microservices } from '../lib';
import type { IssuingAnswer, ProofContent } from '../lib/core/contract/issuing';
import { IDENTITY_TAG, MESH_TAG, PROOF_WINDOW_MS } from '../lib/core/contract/issuing';
import type { CertificateRequest } from '../programs/shared/x509/certificate-request';
import { makeCertificateRequest } from '../programs/shared/x509/certificate-request';
import { leafNamesOf } from '../programs/shared/x509/leaf-names';
import { AwsEmulator } from '../programs/emulator/aws/emulator';
import type { Statement } from '../programs/emulator/aws/policy';
import type { Principal } from '../programs/emulator/aws/principal';
import { Deployment } from '../programs/emulator/deployment/deployment';
import type { Template } from '../programs/emulator/template/intrinsics';

const PLACE = 'eu-west-1:123456789012';
const image = ContainerImage.fromRegistry('example/app');
const ORDERS = 'spiffe://shop.internal/orders';
const LEDGER = 'spiffe://shop.internal/ledger';
const denied = { name: 'AccessDeniedException' };

/** Two meshes in one stack. */
function template(): Template {
  const stack = new Stack(new App(), 'Stack');
  new Microservices(stack, 'Shop', { services: { orders: { image, port: 8080 }, ledger: { image, port: 8080 } } });
  new Microservices(stack, 'Other', { services: { orders: { image, port: 8080 } } });
  return AwsTemplate.fromStack(stack).toJSON();
}

const aws = new AwsEmulator(PLACE);
const deployment = new Deployment(aws, {});
/** Another environment of the same app, in the same account and Region. */
const twin = new Deployment(aws, { 'AWS::StackName': 'twin' });
beforeAll(async () => {
  await deployment.deploy(template());
  await twin.deploy(template());
});
afterAll(() => {
  aws.close();
});

/** The only resource of a type whose logical ID begins like that. */
const resource = (type: string, prefix: string): string => {
  const [id, ...others] = Object.entries(deployment.template.Resources ?? {})
    .filter(([each, { Type }]) => Type === type && each.startsWith(prefix))
    .map(([each]) => each);
  if (id === undefined || others.length > 0) throw new Error(`there is not one ${type} ${prefix}`);
  return id;
};
const arnOf = (type: string, prefix: string): string => deployment.values[`${resource(type, prefix)}.Arn`] ?? '';
const keyOf = (mesh: string): string => arnOf('AWS::KMS::Key', `${mesh}CertificatesIdentityKey`);
const issuerOf = (mesh: string): string => arnOf('AWS::Lambda::Function', `${mesh}CertificatesIssuerFunction`);
const task = (mesh: string, service: string): Principal =>
  deployment.principal(`${mesh} ${service}`, resource('AWS::IAM::Role', `${mesh}${service}TaskRole`));
const allow = (...actions: readonly string[]): Statement => ({ Effect: 'Allow', Action: [...actions], Resource: '*' });
/** Somebody of the account with a role that is none of the mesh's. */
const stranger = (statements: readonly Statement[], tags: Readonly<Record<string, string>> = {}): Principal => ({
  name: 'stranger',
  roleArn: 'arn:aws:iam::123456789012:role/Stranger',
  statements: () => statements,
  tags: () => tags,
});

/** By which the mesh is known: the ID is that of its private zone. */
const scopeOf = (mesh = 'Shop', of = deployment): string =>
  `${mesh.toLowerCase()}.internal/${of.values[resource('AWS::Route53::HostedZone', mesh)] ?? ''}`;
const shopContext = (identity: string, of = deployment): Readonly<Record<string, string>> => ({ identity, mesh: scopeOf('Shop', of) });
/** What a role has whose tasks are a service of the shop. */
const tagsOf = (identity: string, of = deployment): Readonly<Record<string, string>> => ({
  [IDENTITY_TAG]: identity,
  [MESH_TAG]: scopeOf('Shop', of),
});
async function encrypt(
  by: Principal,
  context: Readonly<Record<string, string>> | undefined,
  content: Partial<ProofContent> = {},
  key = keyOf('Shop'),
): Promise<string> {
  const { CiphertextBlob: blob = new Uint8Array() } = await aws.clients(by).kms.send(
    new EncryptCommand({
      KeyId: key,
      Plaintext: Buffer.from(JSON.stringify({ keyHash: 'none', issuedAt: new Date().toISOString(), ...content })),
      ...(context === undefined ? {} : { EncryptionContext: { ...context } }),
    }),
  );
  return Buffer.from(blob).toString('base64');
}
async function ask(by: Principal, request: object, issuer = issuerOf('Shop')): Promise<IssuingAnswer> {
  const { Payload: payload } = await aws
    .clients(by)
    .lambda.send(new InvokeCommand({ FunctionName: issuer, Payload: Buffer.from(JSON.stringify({ action: 'issue', ...request })) }));
  return JSON.parse(new TextDecoder().decode(payload)) as IssuingAnswer;
}
/** The reason is in the answer, and in the function's log. */
async function expectRefused(reason: string, asked: Promise<IssuingAnswer>): Promise<void> {
  const before = deployment.log.length;
  expect(await asked).toMatchObject({ outcome: 'refused', reason });
  const lines = deployment.log.slice(before).map((line) => JSON.parse(line) as object);
  expect(lines).toContainEqual(expect.objectContaining({ message: 'certificate-refused', reason }));
  expect(lines).not.toContainEqual(expect.objectContaining({ message: 'certificate-issued' }));
}
const request = async (identity = ORDERS): Promise<CertificateRequest> => makeCertificateRequest(leafNamesOf(identity));

describe('a task', () => {
  test('gets a certificate for its own identity, which the log of the function has', async () => {
    const { csr, keyHash } = await request();
    const proof = await encrypt(task('Shop', 'orders'), shopContext(ORDERS), { keyHash, task: 'arn:aws:ecs:eu-west-1:1:task/a' });
    expect(await ask(task('Shop', 'orders'), { identity: ORDERS, csr, proof })).toMatchObject({ outcome: 'issued' });
    expect(JSON.parse(deployment.log.at(-1) ?? '')).toMatchObject({
      message: 'certificate-issued',
      identity: ORDERS,
      task: 'arn:aws:ecs:eu-west-1:1:task/a',
    });
  });

  test.each<[string, () => Readonly<Record<string, string>> | undefined]>([
    ["under another service's identity", () => shopContext(LEDGER)],
    ['without a context', () => undefined],
    ['with its identity alone', () => ({ identity: ORDERS })],
    ['with the mesh alone', () => ({ mesh: scopeOf() })],
    ['for another mesh', () => ({ identity: ORDERS, mesh: scopeOf('Other') })],
    ['for the mesh of another environment with the same domain', () => shopContext(ORDERS, twin)],
    ['for every mesh with its domain', () => ({ identity: ORDERS, mesh: 'shop.internal' })],
    ['with one field more', () => ({ ...shopContext(ORDERS), more: 'x' })],
    ['with fields in other cases', () => ({ Identity: ORDERS, Mesh: scopeOf() })],
    ['under an identity that begins with its own', () => shopContext(`${ORDERS}2`)],
    ['under a pattern', () => shopContext('spiffe://shop.internal/*')],
    ['under an identity below its own', () => shopContext(`${ORDERS}/job`)],
  ])('fails if it encrypts %s', async (_, context) => {
    await expect(encrypt(task('Shop', 'orders'), context())).rejects.toMatchObject(denied);
  });

  test("fails if it asks for another service's certificate with its own proof", async () => {
    const { csr, keyHash } = await request(LEDGER);
    const proof = await encrypt(task('Shop', 'orders'), shopContext(ORDERS), { keyHash });
    await expectRefused('not-proven', ask(task('Shop', 'orders'), { identity: LEDGER, csr, proof }));
  });

  test('fails if it reads a proof, its own included', async () => {
    const proof = await encrypt(task('Shop', 'orders'), shopContext(ORDERS));
    await expect(decrypt(task('Shop', 'orders'), proof)).rejects.toMatchObject(denied);
  });

  test('fails if it uses the identity key of another mesh of the account', async () => {
    await expect(encrypt(task('Other', 'orders'), shopContext(ORDERS))).rejects.toMatchObject(denied);
    const own = { identity: 'spiffe://other.internal/orders', mesh: scopeOf('Other') };
    await expect(encrypt(task('Other', 'orders'), own)).rejects.toMatchObject(denied);
  });
});

describe('who finds a proof', () => {
  test('fails if it is used for another key', async () => {
    const own = await request();
    const found = await encrypt(task('Shop', 'orders'), shopContext(ORDERS), { keyHash: own.keyHash });
    const { csr } = await request();
    await expectRefused('proof-of-another-key', ask(task('Shop', 'orders'), { identity: ORDERS, csr, proof: found }));
  });

  test('fails if it is old', async () => {
    const { csr, keyHash } = await request();
    const issuedAt = new Date(Date.now() - PROOF_WINDOW_MS - 1000).toISOString();
    const proof = await encrypt(task('Shop', 'orders'), shopContext(ORDERS), { keyHash, issuedAt });
    await expectRefused('proof-expired', ask(task('Shop', 'orders'), { identity: ORDERS, csr, proof }));
  });

  test('gets nothing that it can use: the certificate is of a key that it does not have', async () => {
    const { csr, keyHash, privateKey } = await request();
    const proof = await encrypt(task('Shop', 'orders'), shopContext(ORDERS), { keyHash });
    const [first, again] = [
      await ask(task('Shop', 'orders'), { identity: ORDERS, csr, proof }),
      await ask(stranger([allow('lambda:InvokeFunction')]), { identity: ORDERS, csr, proof }),
    ];
    const [own, found] = [first, again].map((answer) => {
      if (answer.outcome !== 'issued') throw new Error(`there is no certificate: ${answer.outcome}`);
      return new X509Certificate(answer.certificateChain);
    });
    expect(found?.serialNumber).toBe(own?.serialNumber);
    expect(found?.checkPrivateKey(createPrivateKey(privateKey.reveal()))).toBe(true);
  });

  test('fails if it goes to the function of another mesh', async () => {
    const { csr, keyHash } = await request();
    const proof = await encrypt(task('Shop', 'orders'), shopContext(ORDERS), { keyHash });
    const to = issuerOf('Other');
    await expectRefused('foreign-identity', ask(stranger([allow('lambda:InvokeFunction')]), { identity: ORDERS, csr, proof }, to));
    const theirs = 'spiffe://other.internal/orders';
    await expectRefused('not-proven', ask(stranger([allow('lambda:InvokeFunction')]), { identity: theirs, csr, proof }, to));
    await expect(ask(task('Shop', 'orders'), { identity: ORDERS, csr, proof }, to)).rejects.toMatchObject(denied);
  });
});

describe('somebody else of the account', () => {
  const everything = [allow('kms:*', 'lambda:*')];

  type Tags = Readonly<Record<string, string>>;
  test.each<[string, readonly Statement[], () => Tags, (() => Tags)?]>([
    ['kms:Encrypt on every key', [allow('kms:Encrypt')], () => ({})],
    ['kms:Encrypt on every key, and no context', [allow('kms:Encrypt')], () => ({}), () => ({})],
    ['everything of KMS', everything, () => ({})],
    ["everything, and another identity's tags", everything, () => tagsOf(LEDGER)],
    ['everything, and a pattern for a tag', everything, () => tagsOf('spiffe://shop.internal/*')],
    ['everything, and a tag of nothing', everything, () => tagsOf(''), () => shopContext('')],
    ['everything, and the tag of the identity alone', everything, () => ({ [IDENTITY_TAG]: ORDERS })],
    ['everything, and the tag of the mesh alone', everything, () => ({ [MESH_TAG]: scopeOf() })],
    ['everything, and the tags of the same service in another environment', everything, () => tagsOf(ORDERS, twin)],
    ['everything, and the domain for a mesh', everything, () => ({ ...tagsOf(ORDERS), [MESH_TAG]: 'shop.internal' })],
    ['the tags alone', [], () => tagsOf(ORDERS)],
    ['the tags, and kms:Decrypt', [allow('kms:Decrypt')], () => tagsOf(ORDERS)],
  ])('fails if a role with %s proves an identity', async (_, statements, tags, context = () => shopContext(ORDERS)) => {
    const given = context();
    await expect(encrypt(stranger(statements, tags()), Object.keys(given).length === 0 ? undefined : given)).rejects.toMatchObject(denied);
  });

  test.each([
    ['a user', 'arn:aws:iam::123456789012:user/somebody'],
    ['a federated user', 'arn:aws:sts::123456789012:federated-user/somebody'],
  ])('fails if %s proves an identity, who can give tags to a session of its own', async (_, arn) => {
    const user = { ...stranger(everything, tagsOf(ORDERS)), roleArn: arn };
    await expect(encrypt(user, shopContext(ORDERS))).rejects.toMatchObject(denied);
  });

  test('can prove an identity with both: the tags of it and kms:Encrypt, which only administrators of roles can give', async () => {
    expect(await encrypt(stranger(everything, tagsOf(ORDERS)), shopContext(ORDERS))).not.toBe('');
  });

  test('fails if a task of another environment is the same service here, with everything of KMS and Lambda', async () => {
    const { roleArn, tags, statements } = twin.principal('twin orders', resource('AWS::IAM::Role', 'ShopordersTaskRole'));
    expect(tags()).toEqual(tagsOf(ORDERS, twin));
    const other = { name: 'twin orders', roleArn: roleArn ?? '', tags, statements: () => [...statements(), ...everything] };
    // In its own mesh it is who it is.
    const key = twin.values[`${resource('AWS::KMS::Key', 'ShopCertificatesIdentityKey')}.Arn`] ?? '';
    const { csr, keyHash } = await request();
    const proof = await encrypt(other, shopContext(ORDERS, twin), { keyHash }, key);
    for (const context of [shopContext(ORDERS), shopContext(ORDERS, twin)])
      await expect(encrypt(other, context, { keyHash })).rejects.toMatchObject(denied);
    await expectRefused('not-proven', ask(other, { identity: ORDERS, csr, proof }));
  });

  test('fails if a role with everything of KMS reads a proof', async () => {
    const proof = await encrypt(task('Shop', 'orders'), shopContext(ORDERS));
    await expect(decrypt(stranger(everything), proof)).rejects.toMatchObject(denied);
    await expect(decrypt(stranger(everything, tagsOf(ORDERS)), proof)).rejects.toMatchObject(denied);
  });

  test('fails if a role with lambda:InvokeFunction alone asks for a certificate', async () => {
    const { csr, keyHash } = await request();
    const invoker = stranger([allow('lambda:InvokeFunction')]);
    const content = JSON.stringify({ keyHash, issuedAt: new Date().toISOString() });
    const proof = Buffer.from(content).toString('base64');
    await expectRefused('not-proven', ask(invoker, { identity: ORDERS, csr, proof }));
    await expectRefused('malformed', ask(invoker, { identity: ORDERS, csr }));
    await expectRefused('malformed', ask(invoker, { action: 'anything' }));
    // With a key of the account that is none of the mesh's.
    const own = aws.keys.createSymmetricKey();
    aws.keyPolicies.set(own, [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' }]);
    const forged = await encrypt(stranger(everything), shopContext(ORDERS), { keyHash }, own);
    await expectRefused('not-proven', ask(invoker, { identity: ORDERS, csr, proof: forged }));
  });

  test('fails if a role without lambda:InvokeFunction asks', async () => {
    await expect(ask(stranger([allow('kms:*')]), {})).rejects.toMatchObject(denied);
  });
});

async function decrypt(by: Principal, proof: string): Promise<unknown> {
  return aws.clients(by).kms.send(
    new DecryptCommand({
      KeyId: keyOf('Shop'),
      CiphertextBlob: Buffer.from(proof, 'base64'),
      EncryptionContext: { ...shopContext(ORDERS) },
    }),
  );
}

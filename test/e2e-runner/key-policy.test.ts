import type { KMSClient } from '@aws-sdk/client-kms';
import { GetPublicKeyCommand, SignCommand } from '@aws-sdk/client-kms';
import { AwsEmulator } from '../e2e/runner/aws/emulator';
import type { KeyUser } from '../e2e/runner/aws/key-policy';
import { defaultKeyPolicy, keyAllows } from '../e2e/runner/aws/key-policy';
import type { PolicyRequest, Statement } from '../e2e/runner/aws/policy';
import { Deployment } from '../e2e/runner/deployment/deployment';
import type { Json, JsonObject, Template } from '../e2e/runner/intrinsics';
import { image, synthesize } from '../e2e/systems/synthesize';

const ACCOUNT = '123456789012';
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Signer`;
const SIGN: PolicyRequest = {
  action: 'kms:Sign',
  resource: 'arn:aws:kms:eu-west-1:111111111111:key/1',
  context: { 'kms:MessageType': 'DIGEST' },
};

const to = (principal: Json, more: JsonObject = {}): Statement => ({
  Effect: 'Allow',
  Principal: principal,
  Action: 'kms:Sign',
  Resource: '*',
  ...more,
});
const role = (...statements: readonly Statement[]): KeyUser => ({ roleArn: ROLE, statements });
const everything: Statement = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };

describe('a key takes a call', () => {
  test.each<[string, readonly Statement[], KeyUser]>([
    ['of a role that its policy names, which needs no policy of its own', [to({ AWS: ROLE })], role()],
    ['of one of several', [to({ AWS: [`${ROLE}2`, ROLE] })], role()],
    ['that fulfils the condition', [to({ AWS: ROLE }, { Condition: { StringEquals: { 'kms:MessageType': 'DIGEST' } } })], role()],
    ['of everybody', [to('*')], role()],
    ['of a role whose own policies allow it, if the account may', [to({ AWS: ROOT })], role(everything)],
    ['the same, if the account is a number', [to({ AWS: ACCOUNT })], role(everything)],
    ['the same, by the policy that KMS gives by itself', defaultKeyPolicy(ACCOUNT), role(everything)],
  ])('%s', (_, policy, user) => {
    expect(keyAllows(policy, user, SIGN)).toBe(true);
  });
});

describe('a key refuses a call', () => {
  test.each<[string, readonly Statement[], KeyUser]>([
    ['of a role that it does not name, whatever the policies of IAM say', [to({ AWS: `${ROLE}2` })], role(everything)],
    ['that the account may not make', [to({ AWS: ROOT }, { Action: ['kms:PutKeyPolicy'] })], role(everything)],
    ['that the account may make, of a role without a policy', [to({ AWS: ROOT })], role()],
    ['that another account may make', [to({ AWS: 'arn:aws:iam::111122223333:root' })], role(everything)],
    ['that does not fulfil the condition', [to({ AWS: ROLE }, { Condition: { StringEquals: { 'kms:MessageType': 'RAW' } } })], role()],
    ['that the role is denied elsewhere', [to({ AWS: ROLE })], role({ ...everything, Effect: 'Deny' })],
    ['that the key denies the role', [to({ AWS: ROOT }), to({ AWS: ROLE }, { Effect: 'Deny' })], role(everything)],
    ['that the key denies the account', [to({ AWS: ROLE }), to({ AWS: ROOT }, { Effect: 'Deny' })], role()],
    [
      'that it denies to whom the runner does not know',
      [to({ AWS: ROLE }), to({ Service: 'lambda.amazonaws.com' }, { Effect: 'Deny' })],
      role(),
    ],
    ['that it allows whom the runner does not know', [to({ Service: 'lambda.amazonaws.com' })], role(everything)],
    ['without a policy', [], role(everything)],
  ])('%s', (_, policy, user) => {
    expect(keyAllows(policy, user, SIGN)).toBe(false);
  });
});

describe('the authority of a mesh that is deployed', () => {
  const deployed = async (
    change = (template: Template): Template => template,
  ): Promise<{ readonly aws: AwsEmulator; readonly deployment: Deployment; readonly key: string }> => {
    const aws = new AwsEmulator(`eu-west-1:${ACCOUNT}`);
    const deployment = new Deployment(aws, {});
    await deployment.deploy(change(synthesize({ services: { ui: { image: image('app'), port: 8080 } } })));
    return { aws, deployment, key: [...aws.keyPolicies.keys()][0] ?? '' };
  };
  const sign = async (kms: KMSClient, KeyId: string, more: object = {}): Promise<unknown> =>
    kms.send(new SignCommand({ KeyId, SigningAlgorithm: 'ECDSA_SHA_256', MessageType: 'DIGEST', Message: Buffer.alloc(32), ...more })).then(
      () => 'signed',
      (error: unknown) => (error as Error).name,
    );
  const as = ({ aws, deployment }: Awaited<ReturnType<typeof deployed>>, id: string, ...statements: readonly Statement[]): KMSClient => {
    const found = Object.keys(deployment.template.Resources ?? {}).find((each) => each.startsWith(id)) ?? id;
    return aws.clients({
      name: id,
      roleArn: deployment.values[`${found}.Arn`] ?? `arn:aws:iam::${ACCOUNT}:role/${id}`,
      statements: () => statements,
    }).kms;
  };

  test('signs for the two functions, and for nobody else who may do everything', async () => {
    const mesh = await deployed();
    for (const id of ['ShopCertificatesAuthorityReaderRole', 'ShopCertificatesRotationRole'])
      expect([id, await sign(as(mesh, id), mesh.key)]).toEqual([id, 'signed']);
    for (const id of ['ShopCertificatesAuthorityGuardRole', 'ShopuiTaskRole', 'Administrator'])
      expect([id, await sign(as(mesh, id, everything), mesh.key)]).toEqual([id, 'AccessDeniedException']);
  });

  test('signs nothing but digests, by the one algorithm that certificates have', async () => {
    const mesh = await deployed();
    const kms = as(mesh, 'ShopCertificatesRotationRole');
    expect(await sign(kms, mesh.key, { MessageType: 'RAW' })).toBe('AccessDeniedException');
    expect(await sign(kms, mesh.key, { MessageType: undefined })).toBe('AccessDeniedException');
    expect(await sign(kms, mesh.key, { SigningAlgorithm: 'ECDSA_SHA_384' })).toBe('AccessDeniedException');
  });

  test('is administered by who may in IAM', async () => {
    const mesh = await deployed();
    await expect(as(mesh, 'Administrator', everything).send(new GetPublicKeyCommand({ KeyId: mesh.key }))).resolves.toMatchObject({});
    await expect(as(mesh, 'Nobody').send(new GetPublicKeyCommand({ KeyId: mesh.key }))).rejects.toThrow('not authorized');
  });

  test('fails if its key does not name the function that issues', async () => {
    const without = deployed((template) =>
      withKeyPolicy(template, (statements) => statements.filter(({ Sid }) => Sid !== 'CertificatesAreIssued')),
    );
    await expect(without).rejects.toThrow('not authorized to perform: kms:Sign');
  });

  test('fails if nobody could change the policy of its key again', async () => {
    await expect(
      deployed((template) => withKeyPolicy(template, (statements) => statements.filter(({ Sid }) => Sid !== 'AccountAdministers'))),
    ).rejects.toThrow('MalformedPolicyDocumentException');
  });

  test('keeps the policy of its key when an update fails', async () => {
    const { aws, deployment, key } = await deployed();
    const before = aws.keyPolicies.get(key);
    const broken = {
      ...deployment.template,
      Resources: {
        ...deployment.template.Resources,
        Broken: { Type: 'Custom::MeshAuthority', DependsOn: Object.keys(deployment.template.Resources ?? {}) },
      },
    };
    await expect(
      deployment.deploy(withKeyPolicy(broken, (statements) => statements.filter(({ Sid }) => Sid !== 'CertificatesAreIssued'))),
    ).rejects.toThrow('ServiceToken');
    expect(aws.keyPolicies.get(key)).toEqual(before);
  });
});

function withKeyPolicy(template: Template, change: (statements: readonly JsonObject[]) => readonly JsonObject[]): Template {
  const resources = Object.entries(template.Resources ?? {}).map(([id, resource]) => {
    if (resource.Type !== 'AWS::KMS::Key') return [id, resource] as const;
    const policy = resource.Properties?.['KeyPolicy'] as { readonly Statement: readonly JsonObject[] };
    return [
      id,
      { ...resource, Properties: { ...resource.Properties, KeyPolicy: { ...policy, Statement: change(policy.Statement) } } },
    ] as const;
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}

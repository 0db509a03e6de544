import type { KMSClient } from '@aws-sdk/client-kms';
import { DecryptCommand, EncryptCommand, GetPublicKeyCommand, SignCommand } from '@aws-sdk/client-kms';
import { identityOf } from '../../lib/core/contract/identity';
import { IDENTITY_TAG, MESH_TAG, proofContext, type ProofContext } from '../../lib/core/contract/issuing';
import { scopeOf } from '../../lib/core/contract/scope';
import { AwsEmulator } from '../../programs/emulator/aws/emulator';
import type { KeyUser } from '../../programs/emulator/aws/key-policy';
import { defaultKeyPolicy, keyAllows } from '../../programs/emulator/aws/key-policy';
import type { PolicyRequest, Statement } from '../../programs/emulator/aws/policy';
import { Deployment } from '../../programs/emulator/deployment/deployment';
import type { Json, JsonObject, Template } from '../../programs/emulator/template/intrinsics';
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

interface Deployed {
  readonly aws: AwsEmulator;
  readonly deployment: Deployment;
}

/** @param change of the policy of every key */
async function deployed(change?: (statements: readonly JsonObject[]) => readonly JsonObject[]): Promise<Deployed> {
  const aws = new AwsEmulator(`eu-west-1:${ACCOUNT}`);
  const deployment = new Deployment(aws, {});
  const template = synthesize({
    services: Object.fromEntries(['ui', 'orders'].map((name) => [name, { image: image('app'), port: 8080 }])),
  });
  await deployment.deploy(change === undefined ? template : withKeyPolicy(template, change));
  return { aws, deployment };
}

/** The ARN of a key or the ID of a role of the mesh, by how its logical ID begins. */
function keyOf({ deployment }: Deployed, name: string): string {
  return deployment.values[`${idOf(deployment, name)}.Arn`] ?? '';
}

function idOf({ template }: Deployment, name: string): string {
  const [id, ...others] = Object.entries(template.Resources ?? {})
    .filter(([each, { Type: type }]) => each.startsWith(`Shop${name}`) && (type === 'AWS::KMS::Key' || type === 'AWS::IAM::Role'))
    .map(([each]) => each);
  if (id === undefined || others.length > 0) throw new Error(`${name} is none, or ${[id, ...others].join()}`);
  return id;
}

/** Somebody in a role of the mesh, with what its policies say. */
function inRole({ aws, deployment }: Deployed, name: string): KMSClient {
  return aws.clients(deployment.principal(name, idOf(deployment, name))).kms;
}

/** Somebody who may do everything with KMS, as far as policies of IAM go. */
function inForce({ aws }: Deployed, roleArn: string, tags: Readonly<Record<string, string>> = {}): KMSClient {
  return aws.clients({ name: 'somebody', roleArn, statements: () => [everything], tags: () => tags }).kms;
}
const ADMINISTRATOR = `arn:aws:iam::${ACCOUNT}:role/Administrator`;

const outcome = async (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => 'done',
    (error: unknown) => (error as Error).name,
  );

describe('the authority of a mesh that is deployed', () => {
  let mesh: Deployed;
  let key: string;
  beforeAll(async () => {
    mesh = await deployed();
    key = keyOf(mesh, 'CertificatesAuthoritymainKey');
  });
  const sign = async (kms: KMSClient, more: object = {}): Promise<string> =>
    outcome(
      kms.send(
        new SignCommand({ KeyId: key, SigningAlgorithm: 'ECDSA_SHA_256', MessageType: 'DIGEST', Message: Buffer.alloc(32), ...more }),
      ),
    );

  test('signs for the two functions, and for nobody else who may do everything', async () => {
    for (const role of ['CertificatesAuthorityReaderRole', 'CertificatesIssuerRole'])
      expect([role, await sign(inRole(mesh, role))]).toEqual([role, 'done']);
    for (const role of ['CertificatesAuthorityGuardRole', 'uiTaskRole'])
      expect([role, await sign(inForce(mesh, mesh.deployment.principal('', idOf(mesh.deployment, role)).roleArn ?? ''))]).toEqual([
        role,
        'AccessDeniedException',
      ]);
    expect(await sign(inForce(mesh, ADMINISTRATOR))).toBe('AccessDeniedException');
  });

  test('signs nothing but digests, by the one algorithm that certificates have', async () => {
    const kms = inRole(mesh, 'CertificatesIssuerRole');
    expect(await sign(kms, { MessageType: 'RAW' })).toBe('AccessDeniedException');
    expect(await sign(kms, { MessageType: undefined })).toBe('AccessDeniedException');
    expect(await sign(kms, { SigningAlgorithm: 'ECDSA_SHA_384' })).toBe('AccessDeniedException');
  });

  test('is administered by who may in IAM', async () => {
    const read = new GetPublicKeyCommand({ KeyId: key });
    expect(await outcome(inForce(mesh, ADMINISTRATOR).send(read))).toBe('done');
    expect(await outcome(inRole(mesh, 'uiTaskRole').send(read))).toBe('AccessDeniedException');
  });

  test('fails if nobody could change the policy of a key again', async () => {
    await expect(deployed((statements) => statements.filter(({ Sid }) => Sid !== 'AccountAdministers'))).rejects.toThrow(
      'MalformedPolicyDocumentException',
    );
  });

  test('fails if a key is content with no value where it means one', async () => {
    await expect(
      deployed((statements) => [
        ...statements,
        to('*', { Condition: { 'ForAllValues:StringEquals': { 'kms:EncryptionContext:identity': 'orders' } } }),
      ]),
    ).rejects.toThrow('OverlyPermissiveCondition');
  });

  test('keeps the policy of its key when an update fails', async () => {
    const { aws, deployment } = mesh;
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

describe('the identity key of a mesh that is deployed', () => {
  const identity = (service: string): string => identityOf('shop.internal', service);
  let mesh: Deployed;
  let scope: string;
  let ownContext: ProofContext;
  beforeAll(async () => {
    mesh = await deployed();
    const [zone = ''] = Object.entries(mesh.deployment.template.Resources ?? {}).flatMap(([id, { Type: type }]) =>
      type === 'AWS::Route53::HostedZone' ? (mesh.deployment.values[id] ?? '') : [],
    );
    scope = scopeOf('shop.internal', zone);
    ownContext = proofContext(scope, identity('ui'));
  });
  const encrypt = async (
    kms: KMSClient,
    context: Readonly<Record<string, string>> | undefined,
    KeyId = keyOf(mesh, 'CertificatesIdentityKey'),
  ): Promise<string> =>
    outcome(kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x'), ...(context && { EncryptionContext: context }) })));

  test('takes from each role a proof of its own identity', async () => {
    for (const service of ['ui', 'orders'])
      expect([service, await encrypt(inRole(mesh, `${service}TaskRole`), proofContext(scope, identity(service)))]).toEqual([
        service,
        'done',
      ]);
  });

  test.each<[string, (own: ProofContext) => Readonly<Record<string, string>> | undefined]>([
    ['of another service', (own) => ({ ...own, identity: identity('orders') })],
    ['of another mesh with the same domain', (own) => ({ ...own, mesh: scopeOf('shop.internal', 'Z2OTHER') })],
    ['of no mesh', (own) => ({ identity: own.identity })],
    ['of nobody', (own) => ({ mesh: own.mesh })],
    ['without a context', () => undefined],
    ['with an empty identity', (own) => ({ ...own, identity: '' })],
    ['with something more', (own) => ({ ...own, more: 'x' })],
    ['with a name of another case', (own) => ({ Identity: own.identity, mesh: own.mesh })],
    ['with two identities under names that differ in their case', (own) => ({ ...own, Identity: identity('orders') })],
    ['with an identity of another case', (own) => ({ ...own, identity: identity('UI') })],
  ])('takes no proof %s', async (_, contextOf) => {
    expect(await encrypt(inRole(mesh, 'uiTaskRole'), contextOf(ownContext))).toBe('AccessDeniedException');
  });

  test('takes no proof of who may do everything, but for the identity and the mesh in the tags of the role', async () => {
    expect(await encrypt(inForce(mesh, ADMINISTRATOR), ownContext)).toBe('AccessDeniedException');
    const tagged = async (tags: Readonly<Record<string, string>>, context = ownContext): Promise<string> =>
      encrypt(inForce(mesh, ADMINISTRATOR, tags), context);
    expect(await tagged({ [IDENTITY_TAG]: '', [MESH_TAG]: scope }, { ...ownContext, identity: '' })).toBe('AccessDeniedException');
    expect(await tagged({ [IDENTITY_TAG]: identity('orders'), [MESH_TAG]: scope })).toBe('AccessDeniedException');
    const otherMeshes: readonly Readonly<Record<string, string>>[] = [
      {},
      { [MESH_TAG]: '' },
      { [MESH_TAG]: scopeOf('shop.internal', 'Z2OTHER') },
    ];
    for (const other of otherMeshes) expect(await tagged({ [IDENTITY_TAG]: ownContext.identity, ...other })).toBe('AccessDeniedException');
    expect(await tagged({ [IDENTITY_TAG]: ownContext.identity, [MESH_TAG]: scope })).toBe('done');
  });

  test('takes no proof of who has a tag, and no policy', async () => {
    const { aws, deployment } = mesh;
    const tagged = { ...deployment.principal('ui', idOf(deployment, 'uiTaskRole')), statements: () => [] };
    expect(await encrypt(aws.clients(tagged).kms, ownContext)).toBe('AccessDeniedException');
  });

  test('shows proofs to nobody but the function that issues', async () => {
    const KeyId = keyOf(mesh, 'CertificatesIdentityKey');
    const { CiphertextBlob: proof } = await inRole(mesh, 'uiTaskRole').send(
      new EncryptCommand({ KeyId, Plaintext: Buffer.from('x'), EncryptionContext: { ...ownContext } }),
    );
    const decrypt = async (kms: KMSClient, context: Readonly<Record<string, string>>, more: object = { KeyId }): Promise<string> =>
      outcome(kms.send(new DecryptCommand({ CiphertextBlob: proof, EncryptionContext: context, ...more })));
    const issuer = inRole(mesh, 'CertificatesIssuerRole');
    expect(await decrypt(issuer, ownContext)).toBe('done');
    expect(await decrypt(issuer, ownContext, {})).toBe('done');
    expect(await decrypt(issuer, { ...ownContext, identity: identity('orders') })).toBe('InvalidCiphertextException');
    expect(await decrypt(issuer, { ...ownContext, mesh: 'other' })).toBe('AccessDeniedException');
    for (const somebody of [
      inRole(mesh, 'uiTaskRole'),
      inForce(mesh, ADMINISTRATOR),
      inForce(mesh, ADMINISTRATOR, { [IDENTITY_TAG]: identity('ui'), [MESH_TAG]: scope }),
    ])
      for (const more of [{ KeyId }, {}]) expect(await decrypt(somebody, ownContext, more)).toBe('AccessDeniedException');
  });

  test.each<[string, string, boolean]>([
    ['would take any identity of who may do everything, if nothing asked for the tags', 'NoProofOfAnotherMesh', true],
    ['takes none of who has no tag of the mesh, whatever somebody adds to the policy', '', false],
  ])('%s', async (_, without, taken) => {
    const lax = await deployed((statements) =>
      statements
        .filter(({ Sid }) => Sid !== without)
        .map((statement) => (statement['Sid'] === 'RolesProveTheirOwnIdentity' ? { ...statement, Condition: {} } : statement)),
    );
    expect(await encrypt(inForce(lax, ADMINISTRATOR), ownContext, keyOf(lax, 'CertificatesIdentityKey'))).toBe(
      taken ? 'done' : 'AccessDeniedException',
    );
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

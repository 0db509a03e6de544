import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { LIFE_LEFT_METRIC, METRIC_NAMESPACE } from '../../../lib/core/contract/metric';
import { IDENTITY_TAG, MESH_TAG, PRIVATE_CA_RENEW_AFTER_SECONDS } from '../../../lib/core/contract/issuing';
import { REPORT_EVERY_MS } from '../../../programs/agent/certificate/life-left';
import { readConfiguration } from '../../../programs/functions/certificate-issuer/configuration';
import { kmsSigner } from '../../../programs/functions/x509/kms-signer';
import { makeAuthority } from '../../programs/functions/support/authorities';
import { FakeKms } from '../../../programs/emulator/aws/fake-kms';
import { Certificates, Mesh } from '../../../lib';
import type { Built } from '../../support/stack';
import { build, containersOf, resourcesOf, service, sharedVariablesOf, taskConfigOf } from '../../support/stack';

const CA = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555';
const services = { ui: service({ calls: ['orders'] }), orders: service() };
const SIGNING = { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST' };
interface KeyStatement {
  readonly Sid: string;
  readonly Principal: unknown;
  readonly Action: string | readonly string[];
}
interface KeyPolicy {
  readonly Statement: readonly KeyStatement[];
}
const identityKeyOf = (built: Built): string => idsOf(built, 'AWS::KMS::Key').find((id) => id.includes('IdentityKey')) ?? '';
const issuerOf = (built: Built): string => idsOf(built, 'AWS::Lambda::Function').find((id) => id.includes('IssuerFunction')) ?? '';
const keyPolicyOf = ({ template }: Built, key: string): KeyPolicy => resourcesOf(template)[key]?.Properties?.['KeyPolicy'] as KeyPolicy;
const keyStatementsOf = ({ template }: Built): readonly KeyStatement[] =>
  Object.values(template.findResources('AWS::KMS::Key')).flatMap(
    (key) =>
      (key as { readonly Properties: { readonly KeyPolicy: { readonly Statement: readonly KeyStatement[] } } }).Properties.KeyPolicy
        .Statement,
  );
const idsOf = ({ template }: Built, type: string): string[] =>
  Object.entries(resourcesOf(template))
    .filter(([, { Type }]) => Type === type)
    .map(([id]) => id);

describe('by default', () => {
  const built = build({ services });
  const { template, system } = built;

  test('an asymmetric KMS key is the authority, and its key never leaves KMS', () => {
    template.hasResource('AWS::KMS::Key', {
      Properties: Match.objectLike({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
      DeletionPolicy: 'Delete',
    });
    // The other one is the identity key, by which tasks prove who they are.
    template.resourceCountIs('AWS::KMS::Key', 2);
  });

  test('two roles sign, and nobody else: the key names them, so they need no policy of their own', () => {
    const signs = (id: string): object => ({
      Effect: 'Allow',
      Principal: { AWS: { 'Fn::GetAtt': [id, 'Arn'] } },
      Action: 'kms:Sign',
      Resource: '*',
      Condition: { StringEquals: SIGNING },
    });
    const [reader, issuer] = ['AuthorityReader', 'Issuer'].map(
      (name) => idsOf(built, 'AWS::IAM::Role').find((id) => new RegExp(`^ShopCertificates${name}Role[0-9A-F]{8}$`).test(id)) ?? '',
    );
    const statements = keyStatementsOf(built);
    expect(statements.filter(({ Action }) => [Action].flat().some((action) => action === 'kms:Sign'))).toEqual([
      expect.objectContaining(signs(reader)),
      expect.objectContaining(signs(issuer)),
    ]);
    expect(statements).toContainEqual(
      expect.objectContaining({ Principal: { AWS: { 'Fn::GetAtt': [reader, 'Arn'] } }, Action: ['kms:DescribeKey', 'kms:GetPublicKey'] }),
    );
    expect(
      JSON.stringify(template.findResources('AWS::IAM::Role')) + JSON.stringify(template.findResources('AWS::IAM::Policy')),
    ).not.toContain('kms:Sign');
  });

  test('the account administers the key by IAM, and cannot lose it, but neither signs nor grants', () => {
    const [account, ...others] = keyStatementsOf(built).filter(
      ({ Principal, Action }) => JSON.stringify(Principal).includes(':root') && Action !== 'kms:Encrypt',
    );
    // The other key's is the same.
    expect(others).toEqual([account]);
    expect(JSON.stringify(account?.Principal)).toContain('"AWS::AccountId"');
    expect(account).not.toHaveProperty('Condition');
    // What CloudFormation needs to update and to delete a key, and KMS to take the policy.
    expect(account?.Action).toEqual(
      expect.arrayContaining([
        'kms:DescribeKey',
        'kms:DisableKey',
        'kms:DisableKeyRotation',
        'kms:EnableKey',
        'kms:EnableKeyRotation',
        'kms:GetKeyPolicy',
        'kms:GetKeyRotationStatus',
        'kms:ListResourceTags',
        'kms:PutKeyPolicy',
        'kms:ScheduleKeyDeletion',
        'kms:TagResource',
        'kms:UntagResource',
        'kms:UpdateKeyDescription',
      ]),
    );
    expect([account?.Action ?? []].flat().filter((action) => /Sign|Grant$|Replicate|\*/.test(action))).toEqual(['kms:RevokeGrant']);
  });

  test('the key asks for signatures as the functions do', async () => {
    const kms = new FakeKms();
    await kmsSigner(kms.client(), kms.createKey(new Date())).sign(Buffer.from('certificate'));
    const [{ SigningAlgorithm, MessageType } = {}] = kms.signed;
    expect({ 'kms:SigningAlgorithm': SigningAlgorithm, 'kms:MessageType': MessageType }).toEqual(SIGNING);
  });

  test('every role may ask the function that issues, by the one policy of them all', () => {
    const [policy] = idsOf(built, 'AWS::IAM::ManagedPolicy');
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': [issuerOf(built), 'Arn'] } },
        ]),
      },
    });
    const roles = Object.values(resourcesOf(template)).filter(({ Properties }) =>
      JSON.stringify(Properties?.['Tags'] ?? '').includes(IDENTITY_TAG),
    );
    expect(roles.length).toBeGreaterThan(1);
    for (const { Properties } of roles) expect(Properties?.['ManagedPolicyArns']).toEqual([{ Ref: policy }]);
  });

  test('a service adds nothing but the right of its role to prove one identity, and the tags that say the same', () => {
    for (const name of ['ui', 'orders']) {
      template.hasResourceProperties('AWS::IAM::Role', {
        Tags: [
          { Key: IDENTITY_TAG, Value: `spiffe://shop.internal/${name}` },
          { Key: MESH_TAG, Value: scopeOf(built) },
        ],
        Policies: [
          {
            PolicyDocument: {
              Statement: Match.arrayWith([
                {
                  Effect: 'Allow',
                  Action: 'kms:Encrypt',
                  Resource: { 'Fn::GetAtt': [identityKeyOf(built), 'Arn'] },
                  Condition: {
                    StringEquals: { 'kms:EncryptionContext:identity': `spiffe://shop.internal/${name}` },
                  },
                },
              ]),
            },
          },
        ],
      });
    }
    for (const type of ['AWS::SecretsManager::Secret', 'AWS::SecretsManager::RotationSchedule', 'AWS::Lambda::Permission'])
      template.resourceCountIs(type, 0);
  });

  test('the identity key lets a role encrypt what names the identity of its tag in its mesh, and only the issuing function decrypt', () => {
    const { Statement: policy } = keyPolicyOf(built, identityKeyOf(built));
    const issuer = { 'Fn::GetAtt': [idsOf(built, 'AWS::IAM::Role').find((id) => id.startsWith('ShopCertificatesIssuerRole')), 'Arn'] };
    const bySid = (sid: string): unknown => policy.find(({ Sid }) => Sid === sid);
    expect(policy.map(({ Sid }) => Sid)).toEqual([
      'AccountAdministers',
      'RolesProveTheirOwnIdentity',
      'IssuerReadsProofs',
      'NoProofWithoutIdentity',
      'NoProofOfAnotherMesh',
      'NobodyElseReadsProofs',
    ]);
    expect(bySid('RolesProveTheirOwnIdentity')).toMatchObject({
      Effect: 'Allow',
      Action: 'kms:Encrypt',
      Condition: {
        StringEquals: {
          'kms:EncryptionContext:identity': `\${aws:PrincipalTag/${IDENTITY_TAG}}`,
          'kms:EncryptionContext:mesh': scopeOf(built),
          [`aws:PrincipalTag/${MESH_TAG}`]: scopeOf(built),
        },
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['identity', 'mesh'] },
      },
    });
    expect(bySid('IssuerReadsProofs')).toMatchObject({ Effect: 'Allow', Action: 'kms:Decrypt', Principal: { AWS: issuer } });
    expect(bySid('NoProofWithoutIdentity')).toMatchObject({
      Effect: 'Deny',
      Action: 'kms:Encrypt',
      Condition: { StringNotLike: { 'kms:EncryptionContext:identity': 'spiffe://shop.internal/*' } },
    });
    expect(bySid('NoProofOfAnotherMesh')).toMatchObject({
      Effect: 'Deny',
      Action: 'kms:Encrypt',
      Condition: { StringNotEquals: { [`aws:PrincipalTag/${MESH_TAG}`]: scopeOf(built) } },
    });
    expect(bySid('NobodyElseReadsProofs')).toMatchObject({
      Effect: 'Deny',
      Action: 'kms:Decrypt',
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': issuer } },
    });
    template.hasResource('AWS::KMS::Key', {
      Properties: Match.objectLike({ EnableKeyRotation: true, KeySpec: Match.absent() }),
      DeletionPolicy: 'Delete',
    });
  });

  test('agents know who they are, whom to ask, and by which key to prove it', () => {
    expect(taskConfigOf(template, 'orders').variables.MESH_IDENTITY).toBe('spiffe://shop.internal/orders');
    expect(sharedVariablesOf(template, 'orders')).toEqual({
      MESH_SCOPE: `shop.internal/<${idsOf(built, 'AWS::Route53::HostedZone').join()}>`,
      MESH_IDENTITY_KEY_ARN: `<${identityKeyOf(built)}.Arn>`,
      MESH_ISSUER_ARN: `<${issuerOf(built)}.Arn>`,
    });
  });

  test('what issues is the same for any number of services', () => {
    const many = build({ services: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`s${index}`, service()])) });
    const ofCertificates = ({ template: each }: Built): unknown =>
      Object.entries(resourcesOf(each)).filter(([id]) => id.startsWith('ShopCertificates'));
    expect(ofCertificates(many)).toEqual(ofCertificates(built));
  });

  test('no concurrency is reserved, which a new account does not have', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Issues the certificates of the mesh shop',
      ReservedConcurrentExecutions: Match.absent(),
    });
    build({ services, certificates: Certificates.kms({ reservedConcurrentExecutions: 10 }) }).template.hasResourceProperties(
      'AWS::Lambda::Function',
      { Description: 'Issues the certificates of the mesh shop', ReservedConcurrentExecutions: 10 },
    );
  });

  test('an alarm fires when a certificate has less than a third of its life left, by the metric that agents tell', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: METRIC_NAMESPACE,
      MetricName: LIFE_LEFT_METRIC,
      Dimensions: [{ Name: 'Mesh', Value: scopeOf(built) }],
      Statistic: 'Minimum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1 / 3,
    });
    expect(system.certificateAlarm?.alarmArn).toBeDefined();
    // Longer than agents are silent.
    const [alarm] = Object.values(template.findResources('AWS::CloudWatch::Alarm')) as {
      readonly Properties: { readonly Period: number };
    }[];
    expect((alarm?.Properties.Period ?? 0) * 1000).toBeGreaterThan(2 * REPORT_EVERY_MS);
  });

  test('the function that issues can read the environment that CloudFormation gives it', async () => {
    const { certificate } = await makeAuthority('main', new Date());
    const environment = environmentOf(built, {
      certificate: certificate.raw.toString('base64'),
      keyArn: 'arn:aws:kms:eu-west-1:111111111111:key/1',
    });
    expect(readConfiguration(environment)).toMatchObject({
      issuer: { name: 'main' },
      authorities: [{ name: 'main' }],
      trustDomain: 'shop.internal',
      scope: expect.stringMatching(/^shop\.internal\/./),
    });
  });
});

describe('while an authority is replaced', () => {
  const built = build({ services, certificates: Certificates.kms({ authorities: ['old', 'new'], issuer: 'old' }) });

  test('both have keys, and one issues', () => {
    expect(idsOf(built, 'AWS::KMS::Key')).toEqual([
      expect.stringMatching(/Authoritynew/),
      expect.stringMatching(/Authorityold/),
      identityKeyOf(built),
    ]);
    built.template.hasResourceProperties('Custom::MeshAuthoritySet', {
      Issuer: 'old',
      Authorities: [Match.objectLike({ Name: 'new' }), Match.objectLike({ Name: 'old' })],
    });
  });

  test('the function that issues learns of it only through the guard that may refuse', () => {
    built.template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ ISSUER: { 'Fn::GetAtt': [idsOf(built, 'Custom::MeshAuthoritySet')[0], 'issuer'] } }) },
    });
  });

  test('the old one keeps its identity', () => {
    const before = build({ services, certificates: Certificates.kms({ authorities: ['old'] }) });
    const [key] = idsOf(before, 'AWS::KMS::Key');
    expect(idsOf(built, 'AWS::KMS::Key')).toContain(key);
    expect(resourcesOf(built.template)[key ?? '']).toEqual(resourcesOf(before.template)[key ?? '']);
  });
});

describe('with AWS Private CA', () => {
  test('an authority is made in short-lived mode, and is active before it is asked', () => {
    const built = build({ services, certificates: Certificates.privateCa() });
    built.template.hasResourceProperties('AWS::ACMPCA::CertificateAuthority', {
      Type: 'ROOT',
      UsageMode: 'SHORT_LIVED_CERTIFICATE',
      KeyAlgorithm: 'EC_prime256v1',
    });
    const [activation] = idsOf(built, 'AWS::ACMPCA::CertificateAuthorityActivation');
    const [root] = idsOf(built, 'Custom::MeshAuthority');
    expect(resourcesOf(built.template)[root ?? '']?.DependsOn).toContain(activation);
    expect(idsOf(built, 'AWS::KMS::Key')).toEqual([identityKeyOf(built)]);
  });

  test('a certificate is replaced after half of its 6 days, since each costs money', () => {
    const { template } = build({ services, certificates: Certificates.privateCa() });
    expect(taskConfigOf(template, 'orders').variables.MESH_RENEW_SECONDS).toBe(String(PRIVATE_CA_RENEW_AFTER_SECONDS));
  });

  test('one of your own is used, and nothing is made', () => {
    const built = build({ services, certificates: Certificates.privateCa({ authorityArns: { corporate: CA } }) });
    built.template.resourceCountIs('AWS::ACMPCA::CertificateAuthority', 0);
    built.template.hasResourceProperties('Custom::MeshAuthority', { CertificateAuthorityArn: CA, Name: 'corporate' });
  });
});

test.each([
  ['Mesh.envoy()', Mesh.envoy()],
  ['Mesh.appMesh()', Mesh.appMesh()],
])('with %s, an authority of your own below a default domain gives a warning', (_, mesh) => {
  const certificates = Certificates.privateCa({ authorityArns: { corporate: CA } });
  const found = (props: object): number =>
    Annotations.fromStack(build({ services, certificates, mesh, ...props }).stack).findWarning(
      '*',
      Match.stringLikeRegexp("each may call the other's services.*shared-authority"),
    ).length;
  expect([found({}), found({ domain: 'shop.example' })]).toEqual([1, 0]);
});

test.each<[string, Certificates]>([
  ['made here', Certificates.privateCa()],
  ['given by ARN', Certificates.privateCa({ authorityArns: { corporate: CA } })],
])('of an authority %s, the function that issues gets certificates of services, and no other authority', (_, certificates) => {
  const built = build({ services, certificates, domain: 'shop.example' });
  const document = JSON.stringify(
    Object.values(built.template.findResources('AWS::IAM::Role')).map((role) => (role as { readonly Properties: object }).Properties),
  );
  expect(document.match(/acm-pca:IssueCertificate/g)).toHaveLength(1);
  built.template.hasResourceProperties('AWS::IAM::Role', {
    Policies: [
      {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Action: 'acm-pca:IssueCertificate',
              Condition: {
                StringEquals: {
                  'acm-pca:TemplateArn': {
                    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':acm-pca:::template/EndEntityCertificate/V1']],
                  },
                },
              },
            }),
          ]),
        },
      },
    ],
  });
});

describe('with Certificates.none()', () => {
  const built = build({ services, certificates: Certificates.none() });

  test('nothing of certificates is there', () => {
    for (const type of ['AWS::KMS::Key', 'Custom::MeshAuthority', 'AWS::CloudWatch::Alarm']) built.template.resourceCountIs(type, 0);
    expect(built.system.certificateAlarm).toBeUndefined();
  });

  test('the agent is there all the same, since it lets tasks leave without losing a request', () => {
    expect([...containersOf(built.template, 'ui').keys()]).toEqual(['mesh-init', 'envoy', 'app', 'collector', 'mesh-agent']);
  });
});

/** The environment of the issuing function, with attributes filled in as CloudFormation does. */
/** By which the mesh is known; of its zone only CloudFormation has the ID. */
function scopeOf(built: Built): object {
  return { 'Fn::Join': ['', ['shop.internal/', { Ref: idsOf(built, 'AWS::Route53::HostedZone').join() }]] };
}

function environmentOf(built: Built, values: { readonly certificate: string; readonly keyArn: string }): Record<string, string> {
  const found = Object.values(resourcesOf(built.template))
    .map(({ Properties }) => (Properties?.['Environment'] as { readonly Variables?: Record<string, unknown> } | undefined)?.Variables)
    .find((variables) => variables?.['AUTHORITIES'] !== undefined);
  const fill = (value: unknown): string => {
    if (typeof value === 'string') return value;
    const {
      'Fn::Join': join,
      'Fn::GetAtt': attribute,
      Ref: id,
    } = value as {
      readonly 'Fn::Join'?: [string, unknown[]];
      readonly 'Fn::GetAtt'?: [string, string];
      readonly Ref?: string;
    };
    if (id !== undefined) return id;
    if (join !== undefined) return join[1].map(fill).join(join[0]);
    return { certificate: values.certificate, Arn: values.keyArn, issuer: 'main' }[attribute?.[1] ?? ''] ?? '';
  };
  return Object.fromEntries(Object.entries(found ?? {}).map(([name, value]) => [name, fill(value)]));
}

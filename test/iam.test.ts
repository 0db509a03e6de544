import type { Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-ecs';
import { FileSystem } from 'aws-cdk-lib/aws-efs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Secret as ManagedSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Authorizer, Certificates, Edge, Mesh, Shift, Volume } from '../lib';
import type { MicroservicesProps } from '../lib';
import type { Resource } from './support/stack';
import { build, resourcesOf, service } from './support/stack';

/** Why a statement may name everything. The key is its actions and conditions; whoever adds one has to write down why. */
const REASONS: Readonly<Record<string, string>> = {
  'xray:GetSamplingRules,xray:GetSamplingStatisticSummaries,xray:GetSamplingTargets,xray:PutTelemetryRecords,xray:PutTraceSegments':
    'X-Ray has no resources for these actions.',
  'servicediscovery:UpdateInstanceCustomHealthStatus if servicediscovery:ServiceArn':
    'Cloud Map has no resources for it; the condition names the one service.',
  ['servicediscovery:DiscoverInstances,servicediscovery:DiscoverInstancesRevision ' +
  'if servicediscovery:NamespaceName,servicediscovery:ServiceName']:
    'Cloud Map has no resources for them; the conditions name the callees.',
  'servicediscovery:DiscoverInstances,servicediscovery:DiscoverInstancesRevision if servicediscovery:NamespaceName':
    'The names of the callees take more than a policy has; the condition names the namespace of the mesh.',
  'cloudwatch:GetMetricData': 'CloudWatch has no resources for reading metrics.',
  'cloudwatch:DescribeAlarms,cloudwatch:GetMetricData':
    'CloudWatch has no resources for reading metrics; of alarms, the states of several are read in one call.',
  'ssm:DeleteParameter,ssm:GetParameter,ssm:PutParameter':
    'Parameters of this system and stack, by name, for any service: that of one that is removed is deleted after the role has changed.',
  'ecr:GetAuthorizationToken': 'A token is for the whole registry; ECR has no resource for it.',
  'ecs:TagResource if ecs:CreateAction':
    'The ID of a task is known only when it runs; the condition names the action that is just running it.',
  [`ecs:DescribeTasks,ecs:StopTask if ${['job-run', 'job', 'mesh'].map((of) => `aws:ResourceTag/cdk-ecs-microservices-${of}`).join(',')}`]:
    'The ID of a task is known only when it runs; the condition names the tags of the run, the job and the mesh.',
  'lambda:InvokeFunction': 'The provider framework of the CDK, and its task of a state machine: any version (`:*`) of one function.',
};

interface Statement {
  readonly Effect?: string;
  /** Of a policy of a resource. */
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Document {
  readonly Statement: readonly Statement[];
}

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? (value as readonly T[]) : [value as T]);
const actionsOf = (statement: Statement): readonly string[] => list(statement.Action);
const conditionsOf = ({ Condition: condition = {} }: Statement): readonly string[] =>
  Object.values(condition).flatMap((keys) => Object.keys(keys));

function keyOf(statement: Statement): string {
  const conditions = conditionsOf(statement);
  return `${actionsOf(statement).join()}${conditions.length === 0 ? '' : ` if ${conditions.join()}`}`;
}

/** Every statement of every role of a template, by the role's logical ID. */
function statements(resources: Readonly<Record<string, Resource>>): readonly (readonly [string, Statement])[] {
  return Object.entries(resources).flatMap(([id, { Type, Properties = {} }]): (readonly [string, Statement])[] => {
    const documents =
      Type === 'AWS::IAM::Role'
        ? ((Properties['Policies'] ?? []) as readonly { readonly PolicyDocument: Document }[]).map(({ PolicyDocument }) => PolicyDocument)
        : Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy'
          ? [Properties['PolicyDocument'] as Document]
          : [];
    return documents.flatMap(({ Statement }) => Statement.map((statement) => [id, statement] as const));
  });
}

/** Every statement of the policy of every key, by the key's logical ID. Their resource is always `*`, which is the key itself. */
function keyStatements(resources: Readonly<Record<string, Resource>>): readonly (readonly [string, Statement])[] {
  return Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::KMS::Key')
    .flatMap(([id, { Properties = {} }]) => {
      // Without one, KMS gives the key a policy by which everybody may do what IAM allows.
      const document = (Properties['KeyPolicy'] ?? {
        Statement: [{ Principal: { AWS: 'root' }, Action: 'kms:*', Resource: '*' }],
      }) as Document;
      return document.Statement.map((statement) => [id, statement] as const);
    });
}

/** What is wide about a statement of a key's policy: whom it allows, or what. */
function wideness({ Effect: effect, Principal: principal, ...statement }: Statement): readonly string[] {
  if (effect === 'Deny') return [];
  const principals =
    typeof principal === 'object' && principal !== null ? Object.values(principal).flatMap((names) => list(names as unknown)) : [principal];
  return [...principals.map((name) => (name === undefined ? '*' : shown(name))), ...actionsOf(statement)].filter((text) =>
    text.includes('*'),
  );
}

/** What a resource is, without what differs per account: `Ref ShopLogs…`, `*`, `GetAtt … + :*`. */
function shown(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const [[name, value] = ['', '']] = Object.entries(resource as Record<string, unknown>);
  if (name === 'Fn::Join') return (value as [string, unknown[]])[1].map(shown).join('');
  return Array.isArray(value) ? value.map(String).join('.') : String(value);
}

const SYSTEMS = {
  'behind an HTTP API': {
    services: { ui: service({ calls: ['orders'] }), orders: service({ scaling: { maxCapacity: 20 } }) },
    edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'ui' } } }),
  },
  'behind a REST API, with AWS Private CA': {
    services: { ui: service({ calls: ['orders'] }), orders: service() },
    edge: Edge.restApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } } }),
    certificates: Certificates.privateCa(),
  },
  'behind an HTTP API and a REST API': {
    services: { catalog: service(), orders: service(), shared: service({ versions: { v1: { weight: 9 }, v2: { weight: 1 } } }) },
    edges: {
      default: Edge.httpApi({
        authorizer: Authorizer.none(),
        routes: { 'GET /catalog': { service: 'catalog' }, 'GET /shared': { service: 'shared' } },
      }),
      partners: Edge.restApi({ authorizer: Authorizer.apiKey(), routes: { 'GET /orders': { service: 'orders' } } }),
    },
  },
  'with versions': {
    services: { ui: service({ calls: ['orders'] }), orders: service({ versions: { v1: { weight: 9 }, v2: { weight: 1 } } }) },
    edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'ui' }, 'GET /orders': { service: 'orders' } } }),
  },
  'with versions whose weights move by themselves': {
    services: {
      ui: service({ calls: ['orders'] }),
      orders: service({ versions: { v1: { weight: 90 }, v2: { weight: 10 } }, shift: Shift.linear() }),
    },
  },
  'on App Mesh, with a certificate of ACM': {
    services: { ui: service({ calls: ['orders'] }), orders: service() },
    edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'ui' } } }),
    mesh: Mesh.appMesh({
      serverCertificates: {
        certificateArns: { orders: 'arn:aws:acm:eu-west-1:111122223333:certificate/11111111-2222-3333-4444-555555555555' },
        authorityArns: ['arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555'],
      },
    }),
  },
  'in plain text': { services: { ui: service({ calls: ['orders'] }), orders: service() }, certificates: Certificates.none() },
  'with a worker, jobs, files and a client': (stack: Stack) => {
    const vpc = new Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false });
    const fileSystem = new FileSystem(stack, 'Files', { vpc });
    const { image } = service();
    return {
      vpc,
      services: {
        orders: service({ scaling: { maxCapacity: 4, requestsPerTask: 600 } }),
        labels: {
          image,
          calls: ['orders'],
          volumes: {
            labels: Volume.efs({ fileSystem, accessPoint: fileSystem.addAccessPoint('Labels') }),
            all: Volume.efs({ fileSystem }),
          },
          mountPoints: [
            { sourceVolume: 'labels', containerPath: '/labels', readOnly: false },
            { sourceVolume: 'all', containerPath: '/all', readOnly: true },
          ],
        },
      },
      jobs: {
        migrate: { image, beforeDeployment: true },
        nightly: { image, calls: ['orders'], schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }) },
      },
      clients: {
        report: {
          role: new Role(stack, 'Report', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
          connections: new SecurityGroup(stack, 'ReportGroup', { vpc }),
          calls: ['orders'],
        },
      },
    };
  },
} satisfies Readonly<Record<string, MicroservicesProps | ((stack: Stack) => MicroservicesProps)>>;

describe.each(Object.entries(SYSTEMS))('a system %s', (_, props) => {
  const resources = resourcesOf(build(props).template);
  const all = statements(resources);
  const keys = keyStatements(resources);

  test('names every action that a role may do, none by a wildcard', () => {
    expect(all.length).toBeGreaterThan(3);
    expect(
      all.flatMap(([id, statement]) =>
        actionsOf(statement)
          .filter((action) => action.includes('*'))
          .map((action) => `${id}: ${action}`),
      ),
    ).toEqual([]);
  });

  test('fails if a role may act on everything without a written reason', () => {
    const wide = all.filter(([, { Resource }]) => list(Resource).some((resource) => shown(resource).includes('*')));
    expect(wide.map(([id, statement]) => ({ id, key: keyOf(statement) })).filter(({ key }) => REASONS[key] === undefined)).toEqual([]);
  });

  test('fails if the policy of a key names everybody, or every action, without a written reason', () => {
    expect(
      keys.flatMap(([id, statement]) =>
        REASONS[keyOf(statement)] === undefined ? wideness(statement).map((text) => `${id}: ${text}`) : [],
      ),
    ).toEqual([]);
  });

  test('uses no policy of AWS but those that the CDK gives its own functions, and API Gateway needs', () => {
    const managed = Object.entries(resources).flatMap(([id, { Properties = {} }]) =>
      ((Properties['ManagedPolicyArns'] ?? []) as readonly unknown[])
        .filter((arn) => JSON.stringify(arn).includes(':policy/'))
        .map((arn) => `${id} ${JSON.stringify(arn)}`),
    );
    for (const each of managed) expect(each).toMatch(/^(CustomVpcRestrictDefaultSG|EcsMicroservicesApiGatewayLogging)/);
  });

  test('gives each role what is written here, and nothing else', () => {
    const listing = all.map(
      ([id, statement]) =>
        `${id.replace(/[0-9A-F]{8}$/, '')}: ${actionsOf(statement).join(', ')} on ${list(statement.Resource)
          .map(shown)
          .map((text) => text.replace(/[0-9A-F]{8}\b/g, ''))
          .join(
            ', ',
          )}${conditionsOf(statement).length === 0 ? '' : ` if ${JSON.stringify(statement.Condition).replace(/[0-9A-F]{8}\b/g, '')}`}`,
    );
    expect(listing.sort()).toMatchSnapshot();
  });

  test('gives keys policies as they are written here', () => {
    const without = (text: string): string => text.replace(/[0-9A-F]{8}\b/g, '');
    const listing = keys.map(
      ([id, statement]) =>
        `${without(id)}: ${statement.Effect === 'Deny' ? 'never ' : ''}${actionsOf(statement).join(', ')} by ${list(
          (statement.Principal as { readonly AWS?: unknown }).AWS,
        )
          .map((name) => without(shown(name)))
          .join(', ')}${conditionsOf(statement).length === 0 ? '' : ` if ${JSON.stringify(statement.Condition)}`}`,
    );
    expect(listing).toMatchSnapshot();
  });
});

test.each<[string, Statement, readonly string[]]>([
  ['everybody', { Principal: '*', Action: 'kms:Sign', Resource: '*' }, ['*']],
  ['everybody of AWS', { Principal: { AWS: ['*'] }, Action: 'kms:Sign', Resource: '*' }, ['*']],
  ['nobody in particular', { Action: 'kms:Sign', Resource: '*' }, ['*']],
  ['every action', { Principal: { AWS: { 'Fn::GetAtt': ['Role', 'Arn'] } }, Action: ['kms:Sign', 'kms:*'], Resource: '*' }, ['kms:*']],
  ['just what is needed', { Principal: { AWS: { 'Fn::GetAtt': ['Role', 'Arn'] } }, Action: 'kms:Sign', Resource: '*' }, []],
])("a key's policy for %s is found out", (_, statement, wide) => {
  expect(wideness(statement)).toEqual(wide);
});

test('a key without a policy counts as one whose policy allows everything', () => {
  expect(keyStatements({ Key: { Type: 'AWS::KMS::Key' } }).flatMap(([, statement]) => wideness(statement))).toEqual(['kms:*']);
});

/** Each with more tasks than DNS names. */
const callees = Array.from({ length: 63 }, (_, index) => `callee-${index}-`.padEnd(61, 'x'));
const HUB: MicroservicesProps = {
  services: { hub: service({ calls: callees }), ...Object.fromEntries(callees.map((name) => [name, service({ desiredCount: 9 })])) },
  certificates: Certificates.none(),
};

test('fails if tasks that list more services than a policy can name may list those of another namespace', () => {
  const resources = resourcesOf(build(HUB).template);
  const all = statements(resources);
  const wide = all.filter(([, { Resource }]) => list(Resource).some((resource) => shown(resource).includes('*')));
  expect(wide.map(([, statement]) => keyOf(statement)).filter((key) => REASONS[key] === undefined)).toEqual([]);
  const [name] = Object.entries(resources).filter(([, { Type }]) => Type === 'Custom::MeshNamespaceName');
  expect(all.filter(([, statement]) => actionsOf(statement).includes('servicediscovery:DiscoverInstances'))).toEqual([
    [
      expect.stringMatching(/^ShophubTaskRole/),
      {
        Effect: 'Allow',
        Action: ['servicediscovery:DiscoverInstances', 'servicediscovery:DiscoverInstancesRevision'],
        Resource: '*',
        Condition: { StringEquals: { 'servicediscovery:NamespaceName': { 'Fn::GetAtt': [name?.[0], 'httpName'] } } },
      },
    ],
  ]);
});

test('every reason is still needed', () => {
  const keys = [...Object.values(SYSTEMS), HUB]
    .flatMap((props) => statements(resourcesOf(build(props).template)))
    .map(([, statement]) => keyOf(statement));
  expect(Object.keys(REASONS).filter((key) => !keys.includes(key))).toEqual([]);
});

test('a task role proves its own identity alone, by context and by tags; no other role proves any', () => {
  const resources = resourcesOf(build(SYSTEMS['behind an HTTP API and a REST API']).template);
  const proving = statements(resources)
    .filter(([, statement]) => actionsOf(statement).some((action) => action.startsWith('kms:')))
    .map(([id, statement]) => [
      id.replace(/[0-9A-F]{8}$/, ''),
      actionsOf(statement).join(),
      statement.Condition?.['StringEquals']?.['kms:EncryptionContext:identity'],
      tagsOf(resources[id]),
    ]);
  expect(proving.sort()).toEqual(
    ['catalog', 'gateway', 'gateway-partners', 'orders', 'shared'].map((name) => {
      const identity = `spiffe://shop.internal/${name}`;
      const scope = '{"Fn::Join":["",["shop.internal/",{"Ref":"ShopZone81EBF790"}]]}';
      return [`Shop${name.replaceAll('-', '')}TaskRole`, 'kms:Encrypt', identity, `${JSON.stringify(identity)} of ${scope}`];
    }),
  );
});

function tagsOf(role: Resource | undefined): string {
  return (role?.Properties?.['Tags'] as readonly { readonly Value: unknown }[]).map(({ Value }) => JSON.stringify(Value)).join(' of ');
}

test('policies of functions and keys do not grow with the number of services', () => {
  const policiesOf = (count: number): unknown => {
    const services = Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, service()]));
    const resources = resourcesOf(build({ services }).template);
    return [statements(resources), keyStatements(resources)].map((all) => all.filter(([id]) => id.startsWith('ShopCertificates')));
  };
  expect(policiesOf(10)).toEqual(policiesOf(1));
});

test("the role of each edge's gateway service may prove its own identity, and ask for what its own routes lead to", () => {
  const all = statements(resourcesOf(build(SYSTEMS['behind an HTTP API and a REST API']).template));
  const may = (role: string): readonly string[] =>
    all
      .filter(([id]) => id.replace(/[0-9A-F]{8}$/, '') === role)
      .flatMap(([, statement]) =>
        actionsOf(statement).map((action) => `${action} ${JSON.stringify([statement.Resource, statement.Condition])}`),
      );
  const [open, partners] = [may('ShopgatewayTaskRole'), may('ShopgatewaypartnersTaskRole')];
  const of = (list: readonly string[], action: string): string => list.filter((text) => text.startsWith(action)).join();
  expect([open, partners].map((list) => list.length > 0)).toEqual([true, true]);
  expect(of(open, 'kms:Encrypt')).toContain('"spiffe://shop.internal/gateway"');
  expect(of(partners, 'kms:Encrypt')).toContain('"spiffe://shop.internal/gateway-partners"');
  expect(of(open, 'servicediscovery:UpdateInstanceCustomHealthStatus')).toMatch(/"ShopgatewayDiscovery/);
  expect(of(partners, 'servicediscovery:UpdateInstanceCustomHealthStatus')).toMatch(/"ShopgatewaypartnersDiscovery/);
  expect(open.join()).not.toMatch(/partners|orders/);
  expect(partners.join()).not.toMatch(/Shopgateway[A-Z]|gateway"|catalog|shared/);
  // Its agent polls the weights of versions to which a route leads.
  expect(of(open, 'ssm:')).toContain('ShopWeightsshared');
});

test('execution roles, which ECS itself uses, prove no identity and ask for no certificate', () => {
  const { template } = build((stack) => ({
    services: { ui: service({ secrets: { PASSWORD: Secret.fromSecretsManager(new ManagedSecret(stack, 'Password')) } }) },
  }));
  const execution = statements(resourcesOf(template)).filter(([id]) => id.includes('ExecutionRole'));
  expect(execution.length).toBeGreaterThan(0);
  expect(
    execution.flatMap(([, statement]) => list(statement.Resource).map(shown)).filter((resource) => resource.includes('Certificates')),
  ).toEqual([]);
});

import { CfnParameter } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-ecs';
import { Secret as SecretsManagerSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { parseTopology } from '../../../lib/core/parse/parse';
import { planSystem } from '../../../lib/core/plan-system';
import { taskDefinitionBytes } from '../../../lib/core/plan/task-definition-size';
import { IssueList } from '../../../lib/core/reading/issues';
import type { MicroservicesProps, ServiceProps } from '../../../lib';
import { readProps } from '../../../lib/props/read-props';
import type { Resource } from '../../support/stack';
import { build, resourcesOf, service } from '../../support/stack';

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': '111122223333',
  'AWS::Region': 'ap-southeast-1',
  'AWS::Partition': 'aws-us-gov',
  'AWS::URLSuffix': 'amazonaws.com',
};
const arn = (service: string, name: string): string => `arn:aws-us-gov:${service}:ap-southeast-1:111122223333:${name}`;
const named = (id: string): string => `Stack-${id}`.slice(0, 51) + '-AbCdEfGhIjKl';

/** What AWS gives to a resource, or one of its attributes. */
const GIVEN: Readonly<Record<string, (id: string) => string>> = {
  'AWS::SSM::Parameter': (id) => `CFN-${id}-AbCdEfGhIjKl`,
  'AWS::Lambda::Function Arn': (id) => arn('lambda', `function:${named(id)}`),
  'AWS::KMS::Key Arn': () => arn('kms', 'key/mrk-1234abcd12ab34cd56ef1234567890ab'),
  'AWS::IAM::Role Arn': (id) => `arn:aws-us-gov:iam::111122223333:role/${named(id)}`,
  'AWS::SecretsManager::Secret': (id) => arn('secretsmanager', `secret:${named(id)}-AbCdEf`),
  'AWS::ServiceDiscovery::Service Id': () => 'srv-e4anhexample0004',
  'AWS::Route53::HostedZone': () => 'Z0123456789ABCDEFGHIJ',
  'AWS::Logs::LogGroup': named,
};

/** A part of a template as a deployment fills it in. */
class Deployed {
  constructor(private readonly resources: Readonly<Record<string, Resource>>) {}

  fill(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.fill(item));
    if (typeof value !== 'object' || value === null) return value;
    const [[key, argument] = []] = Object.entries(value);
    if (key === 'Ref') return this.given(String(argument));
    if (key === 'Fn::GetAtt') return this.given(...(argument as readonly [string, string]));
    if (key === 'Fn::Join') {
      const [separator, parts] = argument as readonly [string, readonly unknown[]];
      return (this.fill(parts) as readonly string[]).join(separator);
    }
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.fill(item)]));
  }

  private given(id: string, attribute?: string): unknown {
    const resource = this.resources[id];
    // A value of the user's, as long as a host may be.
    if (resource === undefined) return PSEUDO[id] ?? 'x'.repeat(253);
    const { Type, Properties = {} } = resource;
    if (Type === 'AWS::SSM::Parameter' && attribute === 'Value') return this.fill(Properties['Value']);
    const give = GIVEN[attribute === undefined ? Type : `${Type} ${attribute}`];
    if (give !== undefined) return give(id);
    if (Type.startsWith('Custom::')) return `tasks.shop.internal-${id}`;
    throw new Error(`what is ${attribute ?? 'the ID'} of a ${Type}?`);
  }
}

const CALLEES = 70;
const VERSIONS = { stable: { weight: 95 }, next: { weight: 5 } };

/** A hub with so many callees. */
function hub(callees: number, of: Partial<ServiceProps>, more: Partial<ServiceProps> = {}): MicroservicesProps {
  const names = Array.from({ length: callees }, (_, index) => `the-service-of-team-number-${1000 + index}`);
  const services = Object.fromEntries(names.map((name) => [name, service(of)]));
  return { services: { ...services, hub: service({ calls: names, ...more }) } };
}

/** What synthesis takes the task definition of the hub to have, and what it has when it is deployed. */
function bytesOf(props: Parameters<typeof build>[0]): { readonly estimated: number; readonly deployed: number } {
  let read: unknown;
  const { template } = build((stack) => {
    stack.node.setContext('@aws-cdk/core:stackResourceLimit', 0);
    const made = typeof props === 'function' ? props(stack) : props;
    read = readProps(made);
    return made;
  });
  const issues = new IssueList();
  const { workloads } = planSystem(parseTopology({ props: read, defaultName: 'shop' }, issues), issues);
  const workload = workloads.find(({ name }) => name === 'hub');
  if (workload === undefined) throw new Error('there is no hub');
  const resources = resourcesOf(template);
  const [definition] = Object.entries(resources)
    .filter(([id, { Type }]) => Type === 'AWS::ECS::TaskDefinition' && id.startsWith('Shophub'))
    .map(([, { Properties }]) => Properties);
  return {
    estimated: taskDefinitionBytes(workload),
    deployed: JSON.stringify(new Deployed(resources).fill(definition)).length,
  };
}

test.each<[string, number, Parameters<typeof build>[0]]>([
  ['one that calls nobody', 0, hub(0, {})],
  ['the names of the parameters of callees with versions', 4000, hub(CALLEES, { versions: VERSIONS })],
  [
    'hosts of external services',
    2000,
    (stack) => ({
      ...hub(1, {}, { calls: Array.from({ length: 20 }, (_, index) => `db-${index}`) }),
      external: Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [`db-${index}`, { host: new CfnParameter(stack, `Host${index}`).valueAsString }]),
      ),
    }),
  ],
  [
    'secrets',
    3000,
    (stack) => {
      const secret = new SecretsManagerSecret(stack, 'ASecretWithALongNameThatCloudFormationMakes');
      const names = Array.from({ length: 50 }, (_, index) => `PASSWORD_${index}`);
      return hub(0, {}, { secrets: Object.fromEntries(names.map((name) => [name, Secret.fromSecretsManager(secret, 'password')])) });
    },
  ],
  [
    'variables that a deployment fills in',
    2000,
    (stack) => {
      const { secretArn } = new SecretsManagerSecret(stack, 'Secret');
      return hub(0, {}, { environment: Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`ARN_${index}`, secretArn])) });
    },
  ],
])('fails if a task definition has more bytes when it is deployed than at synth: %s', (_, least, props) => {
  const { estimated, deployed } = bytesOf(props);
  expect(deployed).toBeGreaterThan(least);
  expect(estimated).toBeGreaterThanOrEqual(deployed);
  // By no more than what it allows for each container and for what all tasks share, and for a name that is shorter than it may be.
  expect(estimated).toBeLessThan(deployed * 1.2 + 4500);
});

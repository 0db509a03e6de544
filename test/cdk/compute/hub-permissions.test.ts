import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { IService } from 'aws-cdk-lib/aws-servicediscovery';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { taskRole } from '../../../lib/cdk/compute/task-permissions';
import { IAM } from '../../../lib/core/limits/security';
import type { Resource } from '../../support/stack';
import { resourcesOf } from '../../support/stack';

/** As long as names of services may be. */
const nameOf = (index: number): string => `${'service-with-a-long-name-'.repeat(2)}${String(index).padStart(3, '0')}`;
/** Of a parameter that CloudFormation names: `CFN-<logical ID>-<12 characters>`. */
const ARN = 'arn:aws:ssm:ap-southeast-1:111122223333:parameter/';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: { readonly StringEquals: Readonly<Record<string, unknown>> };
}
interface Document {
  readonly Statement: readonly Statement[];
}

/** The policies of the role of a service with so many callees with more tasks than DNS names, of which each has versions. */
function policies(callees: number, versioned = true): { readonly inline: readonly Document[]; readonly managed: readonly Document[] } {
  const stack = new Stack(new App(), 'Stack');
  const names = Array.from({ length: callees }, (_, index) => nameOf(index));
  taskRole(stack, 'Role', {
    service: 'hub',
    discoveryServices: [{ serviceArn: 'arn:aws:servicediscovery:ap-southeast-1:111122223333:service/srv-1' } as IService],
    discovers: names,
    weights: versioned ? names.map((name) => new StringParameter(stack, name, { stringValue: '{}' })) : [],
    namespaceHttpName: 'tasks.shop.internal',
    tasksPolicy: undefined,
    fileSystems: [],
    endpoints: [],
  });
  const resources = resourcesOf(Template.fromStack(stack));
  const ofType = (type: string): readonly Resource[] => Object.values(resources).filter(({ Type }) => Type === type);
  const [role] = ofType('AWS::IAM::Role');
  return {
    inline: (role?.Properties?.['Policies'] as readonly { readonly PolicyDocument: Document }[]).map(
      ({ PolicyDocument }) => PolicyDocument,
    ),
    managed: ofType('AWS::IAM::ManagedPolicy').map(({ Properties }) => Properties?.['PolicyDocument'] as Document),
  };
}

/** As AWS counts it, with the ARNs of parameters that a deployment fills in. */
const characters = (document: Document): number =>
  JSON.stringify(document, (_key, value: unknown) => {
    const join = (value as { readonly 'Fn::Join'?: readonly unknown[] } | null)?.['Fn::Join'];
    if (join === undefined) return value;
    const [, id = ''] = /"Ref":"([^"]*name[^"]*)"/.exec(JSON.stringify(join)) ?? [];
    return `${ARN}CFN-${id}-AbCdEfGhIjKl`;
  }).length;
const parametersIn = ({ Statement }: Document): number =>
  Statement.filter(({ Action }) => Action === 'ssm:GetParameters').reduce((sum, { Resource }) => sum + [Resource].flat().length, 0);
const namesIn = ({ inline }: ReturnType<typeof policies>): unknown =>
  inline.flatMap(({ Statement }) => Statement).find(({ Action }) => Action.includes('servicediscovery:DiscoverInstances'))?.Condition
    ?.StringEquals;

test('a few callees are named', () => {
  expect(namesIn(policies(10))).toEqual({
    'servicediscovery:NamespaceName': 'tasks.shop.internal',
    'servicediscovery:ServiceName': Array.from({ length: 10 }, (_, index) => nameOf(index)),
  });
});

test('of 300 the namespace is, since their names would not fit into the policies of a role', () => {
  expect(namesIn(policies(300))).toEqual({ 'servicediscovery:NamespaceName': 'tasks.shop.internal' });
});

test.each([1, 20, 21, 76, 300])('the policies of a service with %i callees fit, with room for grants', (callees) => {
  for (const versioned of [true, false]) {
    const { inline, managed } = policies(callees, versioned);
    expect(inline.reduce((sum, document) => sum + characters(document), 0)).toBeLessThan(IAM.inlinePolicies.value - 2000);
    for (const document of managed) expect(characters(document)).toBeLessThan(IAM.managedPolicy.value);
    // One more is that of the collector.
    expect(managed.length).toBeLessThan(IAM.managedPolicies.value);
    expect([...inline, ...managed].reduce((sum, document) => sum + parametersIn(document), 0)).toBe(versioned ? callees : 0);
  }
});

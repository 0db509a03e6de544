import { App, Duration, NestedStack, PermissionsBoundary as ContextBoundary, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Authorizer, Edge, Microservices, Placement } from '../../../lib';
import flags from '../../../cdk.json';
import { resourcesOf, service } from '../../support/stack';

const image = ecs.ContainerImage.fromRegistry('example/job');

/** With every kind of role that the library makes: of tasks, to start them, of functions, of the CDK's provider framework, of schedules. */
function whole(stack: Stack): Microservices {
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const role = new iam.Role(stack, 'ClientRole', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  return new Microservices(stack, 'Shop', {
    vpc,
    services: { ui: service({ calls: ['orders'], group: 'back' }), orders: service({ scaling: { maxCapacity: 2 } }) },
    jobs: {
      nightly: { image, schedule: ScheduleExpression.rate(Duration.days(1)) },
      migrate: { image, beforeDeployment: true },
    },
    groups: { back: Placement.nestedStack() },
    clients: {
      report: { role, connections: new ec2.SecurityGroup(stack, 'ClientGroup', { vpc, allowAllOutbound: false }), calls: ['orders'] },
    },
    edge: Edge.restApi({ authorizer: Authorizer.iam(), routes: { 'GET /': { service: 'ui' } } }),
  });
}

/** The roles of all stacks below one, by whether they have the boundary. */
function rolesOf(stack: Stack): { readonly bounded: readonly string[]; readonly unbounded: readonly string[] } {
  const stacks = stack.node.findAll().filter((each): each is Stack => each instanceof Stack);
  const roles = stacks.flatMap((each) =>
    Object.entries(resourcesOf(Template.fromStack(each))).filter(([, { Type }]) => Type === 'AWS::IAM::Role'),
  );
  const names = (isBounded: boolean): readonly string[] =>
    roles
      .filter(([, { Properties }]) => JSON.stringify(Properties?.['PermissionsBoundary'] ?? '').includes('boundary') === isBounded)
      .map(([id]) => id);
  return { bounded: names(true), unbounded: names(false) };
}

const newStack = (context: Record<string, unknown> = {}): Stack =>
  new Stack(new App({ context: { ...flags.context, ...context } }), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });

test('a permissions boundary of the system reaches every role that stands below it, in nested stacks as well', () => {
  const stack = newStack();
  const shop = whole(stack);
  iam.PermissionsBoundary.of(shop).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
  const { bounded, unbounded } = rolesOf(stack);
  // What is not below the system: the user's own, that of the CDK for VPCs, and that of API Gateway, of which a stack has one.
  expect(unbounded.map((id) => id.slice(0, 12)).sort()).toEqual(['ClientRole91', 'CustomVpcRes', 'EcsMicroserv']);
  expect(stack.node.findAll().some((each) => each instanceof NestedStack)).toBe(true);
  for (const kind of [
    'ordersTaskRole',
    'uiTaskRole',
    'ExecutionRole',
    'Issuer',
    'nightlyScheduleRole',
    'BeforeDeploymentRunner',
    'clientgateway',
  ])
    expect(bounded).toContainEqual(expect.stringContaining(kind));
});

test.each<[string, Stack]>([
  ['the stack', new Stack(new App({ context: flags.context }), 'Stack', { permissionsBoundary: ContextBoundary.fromName('boundary') })],
  ['the context', newStack({ '@aws-cdk/core:permissionsBoundary': { name: 'boundary' } })],
])('a permissions boundary of %s reaches every role', (_, stack) => {
  whole(stack);
  const { bounded, unbounded } = rolesOf(stack);
  expect(unbounded).toEqual([]);
  expect(bounded.length).toBeGreaterThan(10);
});

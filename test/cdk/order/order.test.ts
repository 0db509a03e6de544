import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { InterfaceVpcEndpoint, InterfaceVpcEndpointAwsService } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BoutiqueStack } from '../../../examples/boutique-stack';
import { ObservedStack } from '../../../examples/observed-stack';
import { ShopStack } from '../../../examples/shop-stack';
import { teamsApp } from '../../../examples/teams';
import { ChatStack } from '../../../examples/chat-stack';
import { WarehouseStack } from '../../../examples/warehouse-stack';
import { Authorizer, Edge, Mesh } from '../../../lib';
import type { Template as PlainTemplate } from '../../../programs/emulator/template/intrinsics';
import { flatten } from '../../../programs/emulator/assembly/flatten';
import { SHAPES, newApp, quiet, stackOf } from '../../support/shapes';
import { service } from '../../support/stack';
import { behindLoadBalancers } from '../../support/behind-load-balancers';
import { Graph, without } from './graph';
import type { Need, Rule } from './needs';
import { RULES } from './needs';

const STACKS: Readonly<Record<string, () => Stack>> = {
  'the retail store': () => new ShopStack(newApp(), 'Shop'),
  'the retail store on App Mesh': () => quiet(new ShopStack(newApp(), 'Shop', { mesh: Mesh.appMesh(), partners: false })),
  'services behind load balancers of the user': () => behindLoadBalancers(newApp()),
  'Online Boutique': () => new BoutiqueStack(newApp(), 'Boutique'),
  'the chat': () => new ChatStack(newApp(), 'Chat'),
  'the warehouse': () => new WarehouseStack(newApp(), 'Warehouse'),
  'the ticket office': () => new ObservedStack(newApp(), 'Tickets'),
  ...Object.fromEntries(Object.entries(SHAPES).map(([name, props]) => [`a system ${name}`, () => stackOf(props).stack])),
};

/** Several stacks as one, in which what waits for a stack waits for all that is in it. */
function inStacks(): PlainTemplate {
  const app = newApp();
  teamsApp(app);
  return flatten(app.synth(), { main: 'Teams' });
}

const GRAPHS: ReadonlyMap<string, Graph> = new Map([
  ...Object.entries(STACKS).map(([name, create]) => [name, new Graph(Template.fromStack(create()).toJSON() as PlainTemplate)] as const),
  ['teams with stacks of their own', new Graph(inStacks())],
]);

const missing = (graph: Graph, needs: readonly Need[]): readonly string[] =>
  needs.filter(({ later, earlier }) => !graph.isAfter(later, earlier)).map(({ later, earlier }) => `${later} does not wait for ${earlier}`);

describe.each([...GRAPHS])('%s', (_, graph) => {
  test.each(Object.entries(RULES))('%s', (__, rule) => {
    expect(missing(graph, rule(graph))).toEqual([]);
  });
});

interface Found extends Need {
  readonly graph: Graph;
}

/** A need of the rule in each graph that has one. */
const examplesOf = (rule: Rule): readonly Found[] =>
  [...GRAPHS.values()].flatMap((graph) => {
    const [first] = rule(graph);
    return first === undefined ? [] : [{ ...first, graph }];
  });

const isHeld = ({ graph, later, earlier }: Found, reference: 'everywhere' | 'in DependsOn'): boolean =>
  missing(new Graph(without(graph.template, earlier, reference)), [{ later, earlier }]).length === 0;

describe('a rule that nothing breaks is none', () => {
  test.each(Object.entries(RULES))('fails if a template no longer says: %s', (_, rule) => {
    const found = examplesOf(rule);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((each) => isHeld(each, 'everywhere'))).toEqual([]);
  });

  /** What no reference holds: whoever removes such a dependency sees no other test fail. */
  const BY_DEPENDENCY = [
    "a function's permission is there before routes and methods that call it",
    'a listener leads to a target group before the tasks that it gets',
    'a policy is there before what acts under its role',
    'a route is there before the stage that limits it',
    'a rule of a security group is there before what sends through it',
    'a virtual name is there before the tasks that call it',
    'addresses are mapped only while the internet gateway is attached',
    'an authority is active before anybody asks it',
    'capacity providers belong to the cluster before services use them',
    'endpoints are there before tasks',
    'every method, authorizer and gateway response is there before the deployment that freezes them',
    'load balancer, listener, VPC link and discovery are there before what API Gateway sends to them',
    'the account may log before a stage of a REST API does',
    'the tasks of a gateway run before API Gateway sends to them',
    'the way to images and to AWS is there before tasks',
  ];

  test.each(BY_DEPENDENCY)('fails if an explicit dependency is removed: %s', (name) => {
    const broken = [...GRAPHS.values()].flatMap((graph) => {
      const needs = RULES[name]?.(graph) ?? [];
      return needs.filter(({ later, earlier }) => !isHeld({ graph, later, earlier }, 'in DependsOn'));
    });
    expect(broken.length).toBeGreaterThan(0);
  });
});

test.each([
  ['HTTP', Edge.httpApi({ authorizer: Authorizer.iam(), stageName: 'live', routes: { 'GET /': { service: 'ui' } } })],
  ['REST', Edge.restApi({ authorizer: Authorizer.iam(), routes: { 'GET /': { service: 'ui' } } })],
])('a service for which the gateway waits may know the URL of its %s API, and call it', (_, edge) => {
  const { stack, shop } = stackOf(() => ({ services: { ui: service({ versions: { v1: { weight: 1 } } }) }, edge }));
  shop.service('ui').workload().container.addEnvironment('URL', shop.edge().url);
  shop.edge().grantInvoke(shop.service('ui'));
  // Fails if resources wait for each other in a cycle.
  expect(Template.fromStack(stack).toJSON()).toBeDefined();
});

test('an endpoint that is added after the system is there before its tasks, and may name their roles', () => {
  const { stack, shop } = stackOf(() => ({ services: { ui: service() } }));
  const endpoint = new InterfaceVpcEndpoint(stack, 'Kms', { vpc: shop.vpc, service: InterfaceVpcEndpointAwsService.KMS });
  const { executionRole } = shop.service('ui').workload().taskDefinition;
  for (const grantee of [shop.service('ui').taskRole, executionRole])
    endpoint.addToPolicy(
      new PolicyStatement({ actions: ['kms:Encrypt'], resources: ['*'], principals: grantee === undefined ? [] : [grantee] }),
    );
  const graph = new Graph(Template.fromStack(stack).toJSON());
  expect(missing(graph, RULES['endpoints are there before tasks']?.(graph) ?? [])).toEqual([]);
  expect(graph.ofType('AWS::EC2::VPCEndpoint')).toHaveLength(2);
});

/** Properties that CloudFormation calls updatable, and AWS does not. https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateService.html */
test('an edge may become one of the other kind: what its gateway is registered as stays', () => {
  const options = { authorizer: Authorizer.iam(), routes: { 'GET /': { service: 'ui' } } };
  const records = [Edge.httpApi(options), Edge.restApi(options)].map((edge) => {
    const { stack } = stackOf(() => ({ services: { ui: service() }, edge }));
    const names = Template.fromStack(stack).findResources('AWS::ServiceDiscovery::Service', { Properties: { Name: 'gateway' } });
    expect(Object.keys(names)).toHaveLength(1);
    return names;
  });
  expect(records[0]).toEqual(records[1]);
});

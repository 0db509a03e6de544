import { Template } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BoutiqueStack } from '../../../examples/boutique-stack';
import { ObservedStack } from '../../../examples/observed-stack';
import { ShopStack } from '../../../examples/shop-stack';
import { teamsApp } from '../../../examples/teams';
import { WarehouseStack } from '../../../examples/warehouse-stack';
import type { JsonObject, Template as PlainTemplate } from '../../../programs/emulator/template/intrinsics';
import { SHAPES, newApp, stackOf } from '../../support/shapes';
import { service } from '../../support/stack';

/**
 * Names that templates give. CloudFormation makes a new resource before it deletes the one that it replaces, so a name must be free
 * for two at once, and in an account with two stacks of the same app for both.
 */
const NAMED: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::Authorizer Name': 'one of its API, updated in place',
  'AWS::ApiGateway::DomainName DomainName': 'one of a Region: a new name is a new domain, and two edges cannot share one (CONFLICT)',
  'AWS::ApiGateway::RequestValidator Name': 'one of its API, and replaced only with it',
  'AWS::ApiGateway::Stage StageName': 'part of the construct ID: another name is another resource',
  'AWS::ApiGateway::UsagePlan UsagePlanName': 'usage plans may share one',
  'AWS::ApiGateway::VpcLink Name': 'VPC links of version 1 may share one; another name is set in place',
  'AWS::ApiGatewayV2::Api Name': 'APIs may share one',
  'AWS::ApiGatewayV2::Authorizer Name': 'one of its API, updated in place',
  'AWS::ApiGatewayV2::DomainName DomainName': 'one of a Region: a new name is a new domain, and two edges cannot share one (CONFLICT)',
  'AWS::ApiGatewayV2::Stage StageName': '$default, or that of another resource',
  'AWS::ApiGatewayV2::VpcLink Name': 'VPC links may share one; a link is replaced by one of the same name',
  'AWS::AppMesh::GatewayRoute GatewayRouteName': 'one of its gateway: another name is another resource',
  'AWS::AppMesh::Route RouteName': 'one of its router: another name is another resource',
  'AWS::AppMesh::VirtualGateway VirtualGatewayName': 'one of its mesh: another name is another resource',
  'AWS::AppMesh::VirtualNode VirtualNodeName': 'one of its mesh: another name is another resource',
  'AWS::AppMesh::VirtualRouter VirtualRouterName': 'one of its mesh: another name is another resource',
  'AWS::AppMesh::VirtualService VirtualServiceName': 'one of its mesh: another name is another resource',
  'AWS::ApplicationAutoScaling::ScalingPolicy PolicyName': 'one of its service',
  'AWS::CertificateManager::Certificate DomainName': 'certificates may share one',
  'AWS::CloudWatch::Alarm MetricName': 'of a metric',
  'AWS::CloudWatch::Dashboard DashboardName': 'one of an account, where the props give it one: another name is another dashboard',
  'AWS::ECS::TaskDefinition Family': "the CDK's, with the path of the construct and of its stack; revisions share it",
  'Custom::MeshAuthority Name': 'that of the authority in the mesh',
  'AWS::IAM::Policy PolicyName': 'one of its role',
  'AWS::Logs::QueryDefinition Name': 'several may share one; with that of the stack and of the system',
  'AWS::Route53::HostedZone Name': 'one of its VPC: DOMAIN_CLASH where it can be known',
  'AWS::Route53::RecordSet Name': 'one of its zone',
  'AWS::ServiceDiscovery::PrivateDnsNamespace Name': 'one of its VPC: DOMAIN_CLASH where it can be known',
  'AWS::ServiceDiscovery::Service Name': 'one of its namespace',
  'AWS::SSM::Parameter Name': 'of what stacks hand out to each other: with those of the stack and of the system, so that no other has it',
};

const stacks = [
  teamsApp(newApp()).root,
  new ShopStack(newApp(), 'Shop'),
  new BoutiqueStack(newApp(), 'Boutique'),
  new WarehouseStack(newApp(), 'Warehouse'),
  new ObservedStack(newApp(), 'Tickets'),
  ...Object.values(SHAPES).map((props) => stackOf(props).stack),
];
/** What the user has beside the system is not ours. */
const resources = stacks
  .flatMap((stack) => Object.entries((Template.fromStack(stack).toJSON() as PlainTemplate).Resources ?? {}))
  .filter(([id]) => /^(Shop|Boutique|Warehouse|Tickets|EcsMicroservices)/.test(id));

// A name with a reference is that of what it refers to.
const namesOf = (properties: JsonObject): readonly string[] =>
  Object.entries(properties).flatMap(([key, value]) => (/(Name|Family)$/.test(key) && typeof value === 'string' ? [key] : []));

test('fails if a template names something that nobody has thought about', () => {
  const named = new Set(resources.flatMap(([, { Type, Properties = {} }]) => namesOf(Properties).map((key) => `${Type} ${key}`)));
  expect([...named].filter((each) => NAMED[each] === undefined).sort()).toEqual([]);
  expect(Object.keys(NAMED).filter((each) => !named.has(each))).toEqual([]);
});

test('names of another resource take another logical ID with them', () => {
  const idsOf = (name: string): readonly string[] =>
    Object.keys(
      Template.fromStack(stackOf(() => ({ services: { [name]: service() } })).stack).findResources('AWS::ServiceDiscovery::Service'),
    );
  expect(idsOf('ui')).not.toEqual(idsOf('web'));
});

test('docs/deployment-review.md has a line for every type of resource', () => {
  const page = readFileSync(join(__dirname, '../../../docs/deployment-review.md'), 'utf8');
  const types = new Set(resources.map(([, { Type }]) => Type));
  const listed = new Set(
    [...page.matchAll(/^\|(.*?)\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([A-Za-z0-9]+::[A-Za-z0-9]+(?:::[A-Za-z0-9]+)?)`/g)].map(([, type = '']) => type),
    ),
  );
  const short = (type: string): string => type.replace(/^AWS::/, '');
  expect([...types].map(short).filter((type) => !listed.has(type))).toEqual([]);
  expect([...listed].filter((type) => ![...types].map(short).includes(type))).toEqual([]);
});

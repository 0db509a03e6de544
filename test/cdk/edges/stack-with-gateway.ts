import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { defined } from '../../../lib/core/defined';
import type { EdgeTarget } from '../../../lib/cdk/edges/model';
import { RenderedEdge } from '../../../lib/cdk/edges/rendered-edge';
import { userApiKeys, userAuthorizers } from '../../../lib/cdk/edges/user-authorizers';
import { planEdge } from '../../../lib/core/edges/select-kind';
import type { IMicroservice } from '../../../lib/microservice';
import type { Edge } from '../../../lib/props/edge/edge';
import { GATEWAY_PORT } from '../../../lib/core/model/constants';
import { systemWith } from '../../core/edges/edge-of';

export interface RenderedStack {
  readonly app: App;
  readonly stack: Stack;
  readonly edge: RenderedEdge;
  readonly template: () => Template;
}

/** A stack with as much of a gateway service as the edge needs, and the edge. */
export function stackWithEdge(makeEdge: (stack: Stack) => Edge, options: { readonly traced?: boolean } = {}): RenderedStack {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const target = gatewayOf(stack);
  const logGroup = new logs.LogGroup(stack, 'Logs', { removalPolicy: RemovalPolicy.DESTROY, retention: logs.RetentionDays.ONE_MONTH });
  const edge = makeEdge(stack);
  const { topology, edge: parsed } = systemWith(edge, options);
  const context = {
    authorizers: userAuthorizers(edge),
    apiKeys: userApiKeys(edge),
    target,
    logGroup,
    ...defined({
      domain: edge._options.domain,
      vpcEndpoints: edge._options.privateApi?.vpcEndpoints,
      statements: edge._options.resourcePolicyStatements,
    }),
  };
  // The edge only hands the gateway out.
  const rendered = new RenderedEdge(stack, planEdge(topology, parsed), context, undefined as unknown as IMicroservice);
  return { app, stack, edge: rendered, template: () => Template.fromStack(stack) };
}

function gatewayOf(stack: Stack): EdgeTarget {
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1, flowLogs: { All: {} } });
  const cluster = new ecs.Cluster(stack, 'Cluster', { vpc, containerInsightsV2: ecs.ContainerInsights.ENABLED });
  const namespace = new servicediscovery.PrivateDnsNamespace(stack, 'Namespace', { vpc, name: 'tasks.shop.internal' });
  const taskDefinition = new ecs.FargateTaskDefinition(stack, 'TaskDefinition');
  const container = taskDefinition.addContainer('envoy', {
    image: ecs.ContainerImage.fromRegistry('envoyproxy/envoy'),
    logging: ecs.LogDrivers.awsLogs({ streamPrefix: 'gateway' }),
    portMappings: [{ containerPort: GATEWAY_PORT }],
  });
  const securityGroup = new ec2.SecurityGroup(stack, 'GatewaySecurityGroup', { vpc });
  const discoveryService = new servicediscovery.Service(stack, 'Discovery', {
    namespace,
    dnsRecordType: servicediscovery.DnsRecordType.SRV,
  });
  const service = new ecs.FargateService(stack, 'Gateway', { cluster, taskDefinition, securityGroups: [securityGroup] });
  service.associateCloudMapService({ service: discoveryService, container, containerPort: GATEWAY_PORT });
  return { vpc, vpcSubnets: undefined, service, containerName: 'envoy', containerPort: GATEWAY_PORT, securityGroup, discoveryService };
}

/** An authorizer's function, made elsewhere. */
export function functionIn(stack: Stack): lambda.IFunction {
  return lambda.Function.fromFunctionAttributes(stack, 'Function', {
    functionArn: stack.formatArn({ service: 'lambda', resource: 'function:check' }),
  });
}

import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { EdgePlan } from '../../core/plan/edge-plan';
import type { IEdgeClient } from '../../edge';
import type { Authorizer } from '../../props/edge/authorizer';
import type { DomainProps } from '../../props/edge/domain';
import type { LoadBalancerOptions } from '../../props/edge/load-balancer';
import type { LogProps } from '../../props/microservices-props';

/** Where an edge sends requests: its gateway service in the mesh. */
export interface EdgeTarget {
  readonly vpc: ec2.IVpc;
  /** The VPC's default if undefined. */
  readonly vpcSubnets: ec2.SubnetSelection | undefined;
  readonly service: ecs.BaseService;
  readonly containerName: string;
  readonly containerPort: number;
  /** Of the gateway's tasks. */
  readonly securityGroup: ec2.ISecurityGroup;
  /** Has SRV records where the VPC link needs the port, as that of an HTTP API does. */
  readonly discoveryService: servicediscovery.Service;
}

/** What an edge needs beside its plan. */
export interface EdgeContext {
  /** What the user chose, by the id of the plan's authorizers: user pools, functions and keys are no plain data. */
  readonly authorizers: ReadonlyMap<string, Authorizer>;
  /** Those that the user brings, by the names of clients. */
  readonly apiKeys: ReadonlyMap<string, apigateway.IApiKey>;
  /** What the user says of a domain: its certificate, zone and bucket are no plain data. */
  readonly domain?: DomainProps;
  /** Those of the user's, by which clients reach a private API. */
  readonly vpcEndpoints?: readonly ec2.IInterfaceVpcEndpoint[];
  /** The user's own, of a resource policy. */
  readonly statements?: readonly iam.PolicyStatement[];
  /** What the user says of a load balancer, where it is no plain data. */
  readonly balancer?: Partial<Pick<LoadBalancerOptions, 'certificate' | 'sslPolicy' | 'loadBalancer' | 'listener' | 'accessLogBucket'>>;
  readonly target: EdgeTarget;
  /** That of the mesh. */
  readonly logGroup: logs.ILogGroup;
  /** What the user says of log groups. */
  readonly logProps?: LogProps;
}

/** Makes what a kind of edge has planned, below the construct of the edge. The counterpart of `EdgeKind`, which is pure. */
export type EdgeRenderer = (scope: Construct, plan: EdgePlan, context: EdgeContext) => RenderedApi;

/** The metrics of an API, as both kinds of API Gateway have them in the CDK. */
export type ApiMetrics = Pick<
  apigwv2.HttpApi,
  'metric' | 'metricCount' | 'metricClientError' | 'metricServerError' | 'metricLatency' | 'metricIntegrationLatency'
>;

/** The API of an edge. */
export interface RenderedApi {
  /** No slash at its end. */
  readonly url: string;
  readonly httpApi?: apigwv2.HttpApi;
  readonly restApi?: apigateway.RestApi;
  readonly loadBalancer?: elbv2.IApplicationLoadBalancer;
  readonly listener?: elbv2.ApplicationListener;
  /** Of a WebSocket API, with what it is called by. */
  readonly webSocket?: { readonly api: apigwv2.WebSocketApi; readonly stage: apigwv2.WebSocketStage; readonly callbackUrl: string };
  readonly httpApiDomain?: apigwv2.DomainName;
  readonly restApiDomain?: apigateway.DomainName;
  readonly webSocketApiDomain?: apigwv2.DomainName;
  /** Gets the access log; absent if there is none. */
  readonly accessLogGroup?: logs.ILogGroup;
  /** Of the API keys, if a route asks for one. */
  readonly usagePlan?: apigateway.UsagePlan;
  /** By which clients reach a private API: the one of its URL. */
  readonly vpcEndpoint?: ec2.IInterfaceVpcEndpoint;
  /** That of the edge's own firewall. */
  readonly webAcl?: wafv2.CfnWebACL;
  /** Whom it knows by API keys, by name; absent where there is no such thing. */
  readonly clients?: ReadonlyMap<string, IEdgeClient>;
  /** The ARN by which policies name requests; absent where no policy decides about them. */
  readonly invocationArn?: (method: string, path: string) => string;
  /** What API Gateway measures; absent where it measures nothing. */
  readonly metrics?: ApiMetrics;
}

import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { Authorizer } from '../../props/edge/authorizer';
import type { EdgeTopology } from '../../core/model/topology';

/** Where the edge sends requests: the gateway service of the mesh. */
export interface EdgeTarget {
  readonly vpc: ec2.IVpc;
  /** The VPC's default if undefined. */
  readonly vpcSubnets: ec2.SubnetSelection | undefined;
  readonly service: ecs.FargateService;
  readonly containerName: string;
  readonly containerPort: number;
  /** Of the gateway's tasks. */
  readonly securityGroup: ec2.ISecurityGroup;
  /** Has SRV records, since the VPC link of an HTTP API needs the port; a REST API does not look at it. */
  readonly discoveryService: servicediscovery.Service;
}

export interface RenderEdgeOptions {
  readonly edge: EdgeTopology;
  /** What the user chose, by the id of `EdgeAuthorizer`: user pools, functions and keys are no plain data. */
  readonly authorizers: ReadonlyMap<string, Authorizer>;
  readonly target: EdgeTarget;
  /** Gets the access logs. */
  readonly logGroup: logs.ILogGroup;
  readonly traced: boolean;
  /** The name of the mesh. */
  readonly name: string;
}

export interface RenderedEdge {
  /** No slash at its end. */
  readonly url: string;
  readonly httpApi?: apigwv2.HttpApi;
  readonly restApi?: apigateway.RestApi;
  /** Of the API keys, if a route asks for one. */
  readonly usagePlan?: apigateway.UsagePlan;
}

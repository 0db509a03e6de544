import type { RestApi, DomainName as RestApiDomain, UsagePlan } from 'aws-cdk-lib/aws-apigateway';
import type { HttpApi, DomainName as HttpApiDomain, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IInterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ApplicationListener, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { writeAssemblyFile } from '../assembly-file';
import { defined } from '../../core/defined';
import type { EdgePlan, EdgeRoutePlan } from '../../core/plan/edge-plan';
import { displayValue } from '../../core/reading/input';
import { suggest } from '../../core/reading/reader';
import type { IEdge, IEdgeClient } from '../../edge';
import type { IMicroservice } from '../../microservice';
import { throwIssue } from '../throw-issue';
import type { ApiMetrics, EdgeContext, RenderedApi } from './model';
import { EDGE_RENDERERS } from './renderers';

/** What stands in front, and its way into the VPC. */
export class RenderedEdge extends Construct implements IEdge {
  readonly edgeName: string;
  readonly url: string;
  readonly httpApi?: HttpApi;
  readonly restApi?: RestApi;
  readonly loadBalancer?: IApplicationLoadBalancer;
  readonly listener?: ApplicationListener;
  readonly webSocketApi?: WebSocketApi;
  readonly webSocketStage?: WebSocketStage;
  readonly callbackUrl?: string;
  readonly httpApiDomain?: HttpApiDomain;
  readonly restApiDomain?: RestApiDomain;
  readonly webSocketApiDomain?: HttpApiDomain;
  readonly usagePlan?: UsagePlan;
  readonly webAcl?: CfnWebACL;
  readonly vpcEndpoint?: IInterfaceVpcEndpoint;
  readonly accessLogGroup?: ILogGroup;
  private readonly api: RenderedApi;
  private readonly routes: readonly EdgeRoutePlan[];
  private readonly document: { readonly text?: string; readonly none?: string };

  constructor(
    scope: Construct,
    plan: EdgePlan,
    context: EdgeContext,
    readonly gateway: IMicroservice,
  ) {
    super(scope, plan.constructId);
    const render = EDGE_RENDERERS[plan.kind];
    if (render === undefined) throw new Error(`bug: nothing renders edges of the kind "${plan.kind}"`);
    this.api = render(this, plan, context);
    this.routes = plan.routes;
    this.edgeName = plan.name;
    this.url = this.api.url;
    const text = plan.openApi === undefined ? undefined : `${JSON.stringify(plan.openApi, undefined, 2)}\n`;
    this.document = defined({ text, none: plan.undocumented });
    if (text !== undefined) writeAssemblyFile(this, [plan.name], 'openapi.json', () => text);
    if (this.api.httpApi !== undefined) this.httpApi = this.api.httpApi;
    if (this.api.restApi !== undefined) this.restApi = this.api.restApi;
    if (this.api.loadBalancer !== undefined) this.loadBalancer = this.api.loadBalancer;
    if (this.api.listener !== undefined) this.listener = this.api.listener;
    if (this.api.webSocket !== undefined) {
      const { api, stage, callbackUrl } = this.api.webSocket;
      this.webSocketApi = api;
      this.webSocketStage = stage;
      this.callbackUrl = callbackUrl;
    }
    if (this.api.httpApiDomain !== undefined) this.httpApiDomain = this.api.httpApiDomain;
    if (this.api.restApiDomain !== undefined) this.restApiDomain = this.api.restApiDomain;
    if (this.api.webSocketApiDomain !== undefined) this.webSocketApiDomain = this.api.webSocketApiDomain;
    if (this.api.usagePlan !== undefined) this.usagePlan = this.api.usagePlan;
    if (this.api.webAcl !== undefined) this.webAcl = this.api.webAcl;
    if (this.api.vpcEndpoint !== undefined) this.vpcEndpoint = this.api.vpcEndpoint;
    if (this.api.accessLogGroup !== undefined) this.accessLogGroup = this.api.accessLogGroup;
  }

  get openApiDocument(): string {
    const { text, none = '' } = this.document;
    return text ?? throwIssue(this, 'openApiDocument', 'UNSUPPORTED_BY_EDGE', `there is no such document: ${none}`, { got: null });
  }

  grantManageConnections(grantee: IGrantable): Grant {
    if (this.webSocketStage !== undefined) return this.webSocketStage.grantManagementApiAccess(grantee);
    return throwIssue(this, 'grantManageConnections()', 'UNSUPPORTED_BY_EDGE', 'this edge has no WebSocket connections', {
      got: null,
      fix: 'use Edge.webSocketApi(), or remove the grant',
    });
  }

  client(name: string): IEdgeClient {
    const { clients = new Map<string, IEdgeClient>() } = this.api;
    const client = clients.get(name);
    if (client !== undefined) return client;
    return throwIssue(this, 'client()', 'UNKNOWN_CLIENT', `there is no client ${displayValue(name)}`, {
      got: null,
      ...(clients.size === 0 ? { fix: 'name the clients of a REST API in clients of the edge' } : suggest(name, [...clients.keys()])),
    });
  }

  grantInvoke(grantee: IGrantable, route?: string): Grant {
    // From JavaScript, null may stand where nothing is meant.
    const routes = route === undefined || route === null ? this.signedRoutes() : [this.signedRoute(route)];
    const { invocationArn } = this.api;
    if (invocationArn === undefined) throw new Error(`bug: "${this.edgeName}" has signed routes, and no ARN for them`);
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      // Messages need the permission to connect, all the same one.
      resourceArns: [...new Set(routes.map(({ method, path }) => invocationArn(method === 'ANY' ? '*' : method, policyPath(path))))],
    });
  }

  private signedRoutes(): readonly EdgeRoutePlan[] {
    const signed = this.routes.filter(({ authorizer }) => authorizer === 'iam');
    if (signed.length > 0) return signed;
    return throwIssue(
      this,
      'grantInvoke()',
      'UNSUPPORTED_AUTHORIZER',
      'no route of this edge has Authorizer.iam(), so nobody needs a grant',
      {
        got: null,
        fix: 'give routes Authorizer.iam(), or remove the grant',
      },
    );
  }

  private signedRoute(key: string): EdgeRoutePlan {
    const route = this.routes.find((each) => each.key === key);
    if (route === undefined)
      return throwIssue(this, 'grantInvoke()', 'UNKNOWN_ROUTE', `there is no route ${displayValue(key)}`, {
        got: null,
        ...suggest(
          key,
          this.routes.map((each) => each.key),
        ),
      });
    if (route.authorizer === 'iam') return route;
    return throwIssue(
      this,
      'grantInvoke()',
      'UNSUPPORTED_AUTHORIZER',
      `${displayValue(key)} has Authorizer.${route.authorizer}(), which asks for no permission of IAM`,
      { got: null, fix: 'give the route Authorizer.iam(), or remove the grant' },
    );
  }

  metric(metricName: string, props?: MetricOptions): Metric {
    return this.metrics.metric(metricName, props);
  }

  metricCount(props?: MetricOptions): Metric {
    return this.metrics.metricCount(props);
  }

  metricClientError(props?: MetricOptions): Metric {
    return this.metrics.metricClientError(props);
  }

  metricServerError(props?: MetricOptions): Metric {
    return this.metrics.metricServerError(props);
  }

  metricLatency(props?: MetricOptions): Metric {
    return this.metrics.metricLatency(props);
  }

  metricIntegrationLatency(props?: MetricOptions): Metric {
    return this.metrics.metricIntegrationLatency(props);
  }

  private get metrics(): ApiMetrics {
    const { metrics } = this.api;
    return (
      metrics ??
      throwIssue(this, 'metric()', 'UNSUPPORTED_BY_EDGE', `the edge "${this.edgeName}" has no metrics of API Gateway`, { got: null })
    );
  }
}

/** In a policy `*` stands for any text. The default route takes every path. */
function policyPath(path: string): string {
  return path === '$default' ? '/*' : path.replaceAll(/\{[^}]*\}/g, '*');
}

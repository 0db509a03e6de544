import type { RestApi, UsagePlan } from 'aws-cdk-lib/aws-apigateway';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { EdgePlan, EdgeRoutePlan } from '../../core/plan/edge-plan';
import { displayValue } from '../../core/reading/input';
import { suggest } from '../../core/reading/reader';
import type { IEdge } from '../../edge';
import type { IMicroservice } from '../../microservice';
import { throwIssue } from '../throw-issue';
import type { EdgeContext, RenderedApi } from './model';
import { EDGE_RENDERERS } from './renderers';

/** API Gateway and its way into the VPC. */
export class RenderedEdge extends Construct implements IEdge {
  readonly edgeName: string;
  readonly url: string;
  readonly httpApi?: HttpApi;
  readonly restApi?: RestApi;
  readonly usagePlan?: UsagePlan;
  private readonly api: RenderedApi;
  private readonly routes: readonly EdgeRoutePlan[];

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
    if (this.api.httpApi !== undefined) this.httpApi = this.api.httpApi;
    if (this.api.restApi !== undefined) this.restApi = this.api.restApi;
    if (this.api.usagePlan !== undefined) this.usagePlan = this.api.usagePlan;
  }

  grantInvoke(grantee: IGrantable, route?: string): Grant {
    const routes = route === undefined ? this.signedRoutes() : [this.signedRoute(route)];
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: routes.map(({ method, path }) => this.api.invocationArn(method === 'ANY' ? '*' : method, policyPath(path))),
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

  metricCount(props?: MetricOptions): Metric {
    return this.api.metrics.count(props);
  }

  metricClientError(props?: MetricOptions): Metric {
    return this.api.metrics.clientError(props);
  }

  metricServerError(props?: MetricOptions): Metric {
    return this.api.metrics.serverError(props);
  }

  metricLatency(props?: MetricOptions): Metric {
    return this.api.metrics.latency(props);
  }

  metricIntegrationLatency(props?: MetricOptions): Metric {
    return this.api.metrics.integrationLatency(props);
  }
}

/** In a policy `*` stands for any text. The default route takes every path. */
function policyPath(path: string): string {
  return path === '$default' ? '/*' : path.replaceAll(/\{[^}]*\}/g, '*');
}

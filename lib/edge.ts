import type { RestApi, UsagePlan } from 'aws-cdk-lib/aws-apigateway';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { IMicroservice } from './microservice';

/**
 * Handle of an edge: its API, and the gateway service behind it.
 *
 * @example
 * new CfnOutput(this, 'Url', { value: shop.edge().url });
 * shop.edge().metricServerError().createAlarm(this, 'Errors', { threshold: 10, evaluationPeriods: 3 });
 */
export interface IEdge extends IConstruct {
  /** The name of the edge in `edges`; `default` for the edge of the prop `edge`. */
  readonly edgeName: string;
  /** The URL of the API, without a slash at its end. */
  readonly url: string;
  /** The gateway service behind the API. */
  readonly gateway: IMicroservice;
  /** The HTTP API, if the edge is one. */
  readonly httpApi?: HttpApi;
  /** The REST API, if the edge is one. */
  readonly restApi?: RestApi;
  /** The usage plan of the API keys, if a route of a REST API asks for one. */
  readonly usagePlan?: UsagePlan;

  /**
   * Lets a principal call routes that have `Authorizer.iam()`. In the resource that the permission names, a path parameter is `*`.
   *
   * @param route one of these routes, as in `routes`; absent: all of them
   * @throws if there is no such route, or it has another authorizer
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
   */
  grantInvoke(grantee: IGrantable, route?: string): Grant;

  /**
   * Metric of the number of requests to the API.
   *
   * @default - sum over 5 minutes
   */
  metricCount(props?: MetricOptions): Metric;

  /**
   * Metric of the number of requests that API Gateway or a service answered with a status of 4xx.
   *
   * @default - sum over 5 minutes
   */
  metricClientError(props?: MetricOptions): Metric;

  /**
   * Metric of the number of requests that API Gateway or a service answered with a status of 5xx.
   *
   * @default - sum over 5 minutes
   */
  metricServerError(props?: MetricOptions): Metric;

  /**
   * Metric of the milliseconds from when API Gateway gets a request to when it returns the response.
   *
   * @default - average over 5 minutes
   */
  metricLatency(props?: MetricOptions): Metric;

  /**
   * Metric of the milliseconds from when API Gateway passes a request on to when it gets the response.
   *
   * @default - average over 5 minutes
   */
  metricIntegrationLatency(props?: MetricOptions): Metric;
}

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
   * Returns a metric that API Gateway measures of the API: its average over 5 minutes, unless `props` say otherwise.
   *
   * A REST API is measured by its name, which is that of the mesh and of the edge: two systems of one name in an account and region
   * share its metrics.
   *
   * @param metricName such as `Count`, `Latency`, or `DataProcessed` of an HTTP API
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
   */
  metric(metricName: string, props?: MetricOptions): Metric;

  /** Returns the metric of the number of requests to the API, over 5 minutes unless `props` say otherwise. */
  metricCount(props?: MetricOptions): Metric;

  /**
   * Returns the metric of the number of requests that API Gateway or a service answered with a status of 4xx: its sum over 5 minutes,
   * unless `props` say otherwise.
   */
  metricClientError(props?: MetricOptions): Metric;

  /**
   * Returns the metric of the number of requests that API Gateway or a service answered with a status of 5xx: its sum over 5 minutes,
   * unless `props` say otherwise.
   */
  metricServerError(props?: MetricOptions): Metric;

  /**
   * Returns the metric of the milliseconds from when API Gateway gets a request to when it returns the response: its average over
   * 5 minutes, unless `props` say otherwise.
   */
  metricLatency(props?: MetricOptions): Metric;

  /**
   * Returns the metric of the milliseconds from when API Gateway passes a request on to when it gets the response: its average over
   * 5 minutes, unless `props` say otherwise.
   */
  metricIntegrationLatency(props?: MetricOptions): Metric;
}

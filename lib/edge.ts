import type { IApiKey, RestApi, DomainName as RestApiDomain, UsagePlan } from 'aws-cdk-lib/aws-apigateway';
import type { HttpApi, DomainName as HttpApiDomain, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IInterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ApplicationListener, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
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
  /** Name of the edge in `edges`; `default` for the edge of the prop `edge`. */
  readonly edgeName: string;
  /** URL of the API and its stage, or of its `domain`, or of the load balancer, without a slash at its end. */
  readonly url: string;
  /**
   * OpenAPI 3.1 document of the edge, as JSON: paths, methods, parameters, security, limits and schemas. It holds no CDK tokens. Synthesis
   * also writes it into the cloud assembly, as `<stack>.<path of the construct>.<edge>.openapi.json`. A WebSocket API has none, since
   * OpenAPI says nothing of messages: to read it is an error.
   *
   * @see https://spec.openapis.org/oas/v3.1.0
   */
  readonly openApiDocument: string;
  /** The gateway service behind the API. */
  readonly gateway: IMicroservice;
  /** The HTTP API, if the edge is one. */
  readonly httpApi?: HttpApi;
  /** The REST API, if the edge is one. */
  readonly restApi?: RestApi;
  /** The load balancer, if the edge has one: its metrics are `loadBalancer.metrics`. */
  readonly loadBalancer?: IApplicationLoadBalancer;
  /** The listener that the edge has made, if it has a load balancer. Its rules have the priorities from 1 on; with `hosts`, 1 to 100. */
  readonly listener?: ApplicationListener;
  /** The WebSocket API, if the edge is one. */
  readonly webSocketApi?: WebSocketApi;
  /** The stage of a WebSocket API, if the edge is one. */
  readonly webSocketStage?: WebSocketStage;
  /**
   * URL by which messages are sent to connections of a WebSocket API, if the edge is one: the endpoint of a client of the API Gateway
   * Management API. Services get it in the header `x-websocket-callback-url`. It is that of the `domain` where the name that AWS gives the
   * API is switched off; `webSocketStage.callbackUrl` never is.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
   */
  readonly callbackUrl?: string;
  /** The domain of an HTTP API, if the edge has `domain`. Records of your own lead to its `regionalDomainName`. */
  readonly httpApiDomain?: HttpApiDomain;
  /** The domain of a REST API, if the edge has `domain`. Records of your own lead to its `domainNameAliasDomainName`. */
  readonly restApiDomain?: RestApiDomain;
  /** The domain of a WebSocket API, if the edge has `domain`. Records of your own lead to its `regionalDomainName`. */
  readonly webSocketApiDomain?: HttpApiDomain;
  /** The usage plan of the API keys of `Authorizer.apiKey()`, if a route of a REST API has it. Each client has one of its own. */
  readonly usagePlan?: UsagePlan;
  /** The web ACL of `Firewall.managed()`, if the edge has it: for rules or logs of your own. */
  readonly webAcl?: CfnWebACL;
  /**
   * The interface endpoint of `url`, if the edge is a private API: the one that is made, which lets in whom you name by
   * `vpcEndpoint.connections.allowDefaultPortFrom()`, or the first of `vpcEndpoints`.
   */
  readonly vpcEndpoint?: IInterfaceVpcEndpoint;
  /** The log group of the access log of API Gateway, if there is one. */
  readonly accessLogGroup?: ILogGroup;

  /**
   * Returns the handle of a client of a REST API.
   *
   * @param name name of the client, as in `clients` of the edge
   * @throws if there is no client of that name
   */
  client(name: string): IEdgeClient;

  /**
   * Grants a principal `execute-api:ManageConnections` on the stage of a WebSocket API: to send messages to connections, to look them up
   * and to close them.
   *
   * @param grantee principal that may do so, such as a service
   * @throws if the edge is no WebSocket API
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
   */
  grantManageConnections(grantee: IGrantable): Grant;

  /**
   * Grants a principal `execute-api:Invoke` on the routes that have `Authorizer.iam()`. In the resources of the permission, `*`
   * stands for each path parameter.
   *
   * @param grantee principal that may call the routes
   * @param route route to which the grant is limited, as in `routes`; all routes with `Authorizer.iam()` if it is left out
   * @throws if there is no such route, or if it has another authorizer
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
   */
  grantInvoke(grantee: IGrantable, route?: string): Grant;

  /**
   * Returns a metric of API Gateway for the API. By default, it is the average over 5 minutes.
   *
   * @param metricName such as `Count`, `Latency`, or `DataProcessed` of an HTTP API
   * @param props statistic, period, and more
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
   */
  metric(metricName: string, props?: MetricOptions): Metric;

  /**
   * Returns the metric of the number of requests to the API. By default, it is the number in 5 minutes.
   *
   * @param props statistic, period, and more
   */
  metricCount(props?: MetricOptions): Metric;

  /**
   * Returns the metric of the number of requests that API Gateway or a service answered with a status of 4xx. By default, it is
   * the sum over 5 minutes.
   *
   * @param props statistic, period, and more
   */
  metricClientError(props?: MetricOptions): Metric;

  /**
   * Returns the metric of the number of requests that API Gateway or a service answered with a status of 5xx. By default, it is
   * the sum over 5 minutes.
   *
   * @param props statistic, period, and more
   */
  metricServerError(props?: MetricOptions): Metric;

  /**
   * Returns the metric of the time from when API Gateway receives a request to when it returns the response, in milliseconds. By
   * default, it is the average over 5 minutes.
   *
   * @param props statistic, period, and more
   */
  metricLatency(props?: MetricOptions): Metric;

  /**
   * Returns the metric of the time from when API Gateway passes a request on to when it receives the response, in milliseconds. By
   * default, it is the average over 5 minutes.
   *
   * @param props statistic, period, and more
   */
  metricIntegrationLatency(props?: MetricOptions): Metric;
}

/**
 * Handle of a client of a REST API: its API key, and the usage plan with its limits.
 *
 * @example
 * const acme = shop.edge().client('acme');
 * portal.addEnvironment('API_KEY_ID', acme.apiKey.keyId);
 * acme.grantRead(portal);
 */
export interface IEdgeClient extends IConstruct {
  /** Name of the client, as in `clients` of the edge. */
  readonly clientName: string;

  /** The API key of the client, its ID and ARN. Its value is in API Gateway alone. */
  readonly apiKey: IApiKey;

  /** The usage plan of the client. More keys that it gets by `addApiKey()` have the same limits, each for itself. */
  readonly usagePlan: UsagePlan;

  /**
   * Grants a principal `apigateway:GET` on the API key, by which it can read the value: `GetApiKey` with `includeValue`.
   *
   * @param grantee principal that may read the key
   * @see https://docs.aws.amazon.com/apigateway/latest/api/API_GetApiKey.html
   */
  grantRead(grantee: IGrantable): Grant;
}

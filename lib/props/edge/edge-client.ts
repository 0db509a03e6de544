import type { IApiKey, Period } from 'aws-cdk-lib/aws-apigateway';
import type { ThrottleProps } from './edge';

/**
 * Number of requests that a client may send in a period of time. API Gateway answers 429 to more.
 *
 * @example
 * const quota: ClientQuotaProps = { limit: 100_000, period: Period.MONTH };
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
 */
export interface ClientQuotaProps {
  /** Number of requests in each period, a whole number from 1 to 2,147,483,647. */
  readonly limit: number;

  /** Day, week or month, after which the client has all of `limit` again. */
  readonly period: Period;
}

/**
 * Client of a REST API: a usage plan of its own, and an API key, by which API Gateway knows the client on the routes that ask for a key.
 *
 * A key identifies a client, for its limits. It does not prove who the client is: give routes an authorizer, too. API Gateway applies the
 * limits on a best-effort basis.
 *
 * @example
 * const acme: EdgeClientProps = {
 *   throttle: { rateLimit: 10, burstLimit: 20 },
 *   quota: { limit: 100_000, period: Period.MONTH },
 * };
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
 */
export interface EdgeClientProps {
  /**
   * Limit on the requests of the client to all routes that ask for a key, together. The limits of the edge and of its routes, which all
   * clients share, hold as well.
   *
   * @default - none: only the limits of the edge and of its routes
   */
  readonly throttle?: ThrottleProps;

  /**
   * Number of requests that the client may send in a day, week or month.
   *
   * @default - none
   */
  readonly quota?: ClientQuotaProps;

  /**
   * API key of the client, such as `ApiKey.fromApiKeyId()`. A key can belong to one client of an edge. To move a key
   * from one client to another takes two deployments: the key must be free before the second one gets it.
   *
   * @default - a key is created, whose value API Gateway generates: `IEdge.client()` has it
   */
  readonly apiKey?: IApiKey;
}

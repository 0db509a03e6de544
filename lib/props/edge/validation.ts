import type { BodySchema } from './body-schema';

/**
 * What requests of a route must have. API Gateway answers 400 to those that have it not, before it calls a service.
 *
 * @example
 * const search: RestApiRouteProps = { service: 'catalog', validation: { query: ['page'], headers: ['x-tenant'] } };
 * const order: RestApiRouteProps = { service: 'orders', validation: { body: BodySchema.fromFile('schemas/order.json') } };
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */
export interface ValidationProps {
  /**
   * Names of parameters of the query string that must be there and not blank. Their values are for the service to check.
   *
   * @default - none
   */
  readonly query?: string[];

  /**
   * Names of request headers that must be there and not blank. Their values are for the service to check.
   *
   * @default - none
   */
  readonly headers?: string[];

  /**
   * Schema of the body, of routes of the methods `POST`, `PUT`, `PATCH` and `DELETE`. It holds for bodies of every `Content-Type`, so that
   * what is no JSON is refused, too; a request without a body has an empty object. Not with `web` of a gRPC route.
   *
   * @default - none: any body will do
   */
  readonly body?: BodySchema;
}

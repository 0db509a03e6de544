/**
 * What requests of a route must have. API Gateway answers 400 to those that have it not, before it calls a service.
 *
 * @example
 * const route: RestApiRouteProps = { service: 'catalog', validation: { query: ['page'], headers: ['x-tenant'] } };
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
}

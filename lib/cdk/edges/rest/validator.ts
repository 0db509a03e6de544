import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { RestMethodPlan } from '../../../core/edges/rest/plan';

/** One for the API, however many methods use it; undefined: no method asks for it. */
export function renderValidator(api: apigateway.RestApi, methods: readonly RestMethodPlan[]): apigateway.RequestValidator | undefined {
  if (methods.every(({ validator }) => validator === undefined)) return undefined;
  return new apigateway.RequestValidator(api, 'Validator-parameters', {
    restApi: api,
    requestValidatorName: 'parameters',
    validateRequestParameters: true,
  });
}

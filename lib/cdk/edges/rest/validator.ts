import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { ValidatorKind } from '../../../core/edges/rest/cache';
import type { RestMethodPlan } from '../../../core/edges/rest/plan';

const LOOKS_AT: Readonly<Record<ValidatorKind, Omit<apigateway.RequestValidatorOptions, 'requestValidatorName'>>> = {
  parameters: { validateRequestParameters: true },
  body: { validateRequestBody: true },
  bodyAndParameters: { validateRequestBody: true, validateRequestParameters: true },
};

/** One of each kind for the API, however many methods use it; none that no method asks for. */
export function renderValidators(
  api: apigateway.RestApi,
  methods: readonly RestMethodPlan[],
): ReadonlyMap<ValidatorKind, apigateway.RequestValidator> {
  const kinds = (Object.keys(LOOKS_AT) as ValidatorKind[]).filter((kind) => methods.some(({ validator }) => validator === kind));
  return new Map(
    kinds.map((kind) => [
      kind,
      new apigateway.RequestValidator(api, `Validator-${kind}`, { restApi: api, requestValidatorName: kind, ...LOOKS_AT[kind] }),
    ]),
  );
}

/**
 * "If no matching content type is found, request validation is not performed. To use the same model regardless of the content type, set the
 * content type for your data model to $default."
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */
const EVERY_TYPE = '$default';

/** Beside its method, so that it is in the same stack. No part of a path has a tilde, so none has this ID. */
export function renderModel(
  resource: apigateway.ResourceBase,
  { httpMethod, path }: RestMethodPlan,
  schema: NonNullable<RestMethodPlan['bodySchema']>,
): Record<string, apigateway.IModel> {
  const model = new apigateway.Model(resource, `~${httpMethod}Body`, {
    restApi: resource.api,
    contentType: 'application/json',
    description: `Body of ${httpMethod} ${path}`,
    schema,
  });
  return { [EVERY_TYPE]: model };
}

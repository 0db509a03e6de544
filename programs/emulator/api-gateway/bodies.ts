import Ajv from 'ajv';
import * as draft4 from 'ajv/lib/refs/json-schema-draft-04.json';
import type { JsonObject } from '../template/template';
import type { ClientRequest } from './client-request';
import type { Refused } from './gateway-response';
import { refused } from './gateway-response';
import type { Wired, Wiring } from './wiring';

/** Schemas of bodies, by content type; `$default` is for all that are not there. */
export type BodySchemas = ReadonlyMap<string, (body: unknown) => boolean>;

/** Empty if the validator of the method does not look at bodies. */
export function bodySchemas(wiring: Wiring, method: Wired): BodySchemas {
  const validator = wiring.behind(method, 'RequestValidatorId');
  if (validator === undefined || validator.properties['ValidateRequestBody'] !== true) return new Map();
  const models = { id: method.id, properties: (method.properties['RequestModels'] ?? {}) as JsonObject };
  return new Map(
    Object.keys(models.properties).flatMap((type) => {
      const schema = wiring.behind(models, type)?.properties['Schema'];
      if (schema === undefined) throw new Error(`${method.id}: no model for ${type}`);
      const valid = new Ajv({ schemaId: 'id', meta: draft4, logger: false }).compile(schema as object);
      return [[type, (body: unknown): boolean => valid(body) === true] as const];
    }),
  );
}

/**
 * "If no matching content type is found, request validation is not performed. To use the same model regardless of the content type, set the
 * content type for your data model to $default."
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 *
 * An empty body is taken for an empty object, as has been seen
 * (https://github.com/localstack/localstack/blob/main/localstack-core/localstack/services/apigateway/next_gen/execute_api/handlers/method_request.py).
 */
export function wrongBody(schemas: BodySchemas, { headers = {}, body, bodyBase64 }: ClientRequest): Refused | undefined {
  const given = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'application/json';
  const [type = ''] = String(given).split(';');
  const valid = schemas.get(type.trim()) ?? schemas.get('$default');
  if (valid === undefined) return undefined;
  const text = bodyBase64 === undefined ? (body ?? '') : Buffer.from(bodyBase64, 'base64').toString();
  const content = parsed(text);
  return content !== undefined && valid(content) ? undefined : refused(400, 'BAD_REQUEST_BODY', 'Invalid request body');
}

/** Undefined: it is no JSON. */
function parsed(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}

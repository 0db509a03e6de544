import { defined } from '../../defined';
import type { CorsPlan } from './cors';

/** Errors of API Gateway itself, of every status. */
export interface ErrorsPlan {
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: API Gateway's own. */
  readonly template?: string;
}

/**
 * No logic is to be had here, only variables. `messageString` is the message in quotes, escaped; what failed in a body
 * (`validationErrorString`) is neither, and so would be no JSON.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#context-variable-reference
 */
const TEMPLATE = '{"message":$context.error.messageString,"type":"$context.error.responseType","requestId":"$context.requestId"}';

export function planErrors(cors: CorsPlan | undefined, detailed: true | undefined): ErrorsPlan | undefined {
  if (cors === undefined && detailed === undefined) return undefined;
  return { headers: cors?.errorHeaders ?? {}, ...defined({ template: detailed === undefined ? undefined : TEMPLATE }) };
}

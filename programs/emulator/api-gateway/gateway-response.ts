import type { Fields } from '../template/fields';
import type { ClientRequest } from './client-request';
import { requestId } from './client-request';
import type { Answered } from './model';

/** An error of API Gateway itself, with the type that it has in the list of gateway responses. */
export interface Refused extends Answered {
  readonly type: string;
}

/** What a template says of the errors of one class, such as `DEFAULT_4XX`. */
export interface GatewayResponse {
  readonly responseType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly template: string;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
export function refused(status: number, type: string, text: string): Refused {
  return { kind: 'answered', status, type, headers: {}, body: text };
}

const DEFAULT_TEMPLATE = '{"message":$context.error.messageString}';
const HEADER = 'gatewayresponse.header.';

export function readGatewayResponse(fields: Fields): GatewayResponse {
  return {
    responseType: fields.text('ResponseType'),
    headers: Object.fromEntries(
      Object.entries(fields.child('ResponseParameters')?.allTexts() ?? {}).map(([name, value]) => [name.slice(HEADER.length), value]),
    ),
    template: fields.child('ResponseTemplates')?.allTexts()['application/json'] ?? DEFAULT_TEMPLATE,
  };
}

/**
 * "Whenever API Gateway returns a response of this type, the header mappings and payload mapping templates defined in the gateway response
 * are applied to return the mapped results to the API caller." "[T]he customization is rendered in a non-VTL mapping template supporting
 * only simple variable substitutions."
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
export function asResponse({ status, type, body }: Refused, responses: readonly GatewayResponse[], request: ClientRequest): Answered {
  const found = responses.find(({ responseType }) => responseType === (status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'));
  const variables: Readonly<Record<string, string>> = {
    '$context.error.messageString': JSON.stringify(body),
    '$context.error.responseType': type,
    '$context.requestId': requestId(),
  };
  const headers = Object.entries(found?.headers ?? {}).flatMap(([name, value]): [string, string][] => {
    const literal = /^'(.*)'$/.exec(value)?.[1];
    const given = request.headers?.[value.replace('method.request.header.', '')];
    const mapped = literal ?? (typeof given === 'string' ? given : undefined);
    return mapped === undefined ? [] : [[name.toLowerCase(), mapped]];
  });
  return {
    kind: 'answered',
    status,
    headers: { 'content-type': 'application/json', ...Object.fromEntries(headers) },
    body: (found?.template ?? DEFAULT_TEMPLATE).replace(/\$context\.[A-Za-z.]+/g, (name) => variables[name] ?? ''),
  };
}

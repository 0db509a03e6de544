import { TRACE_HEADER } from '../../model/pass-through-headers';
import type { HeaderMutation } from '../api/header-mutation';

/**
 * X-Ray's trace ID has the digits of one of W3C Trace Context, with hyphens between them. Without a parent and a decision, API Gateway
 * records nothing, and nothing is made of the header.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 * https://www.w3.org/TR/trace-context/#traceparent-header
 */
/** With no numbers of digits, of which Envoy's CEL takes no more than a program of 100 steps has room for. */
const X_RAY = 'Root=1-([0-9a-f]+)-([0-9a-f]+);Parent=([0-9a-f]+);Sampled=([01])';
const W3C = String.raw`00-\\1\\2-\\3-0\\4`;

/** Makes `traceparent` of what API Gateway says of its own trace. What is empty sets nothing. */
export function continueTraceOfApiGateway(): readonly HeaderMutation[] {
  return [
    {
      append: {
        header: { key: 'traceparent', value: `%CEL(re.extract(request.headers["${TRACE_HEADER}"], "${X_RAY}", "${W3C}"))%` },
        append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
      },
    },
  ];
}

import type { EdgeKind } from '../../edges/kind';
import { REST_API } from '../../limits/api-gateway';
import { rangeOf } from '../../limits/limit';
import type { EdgeRoute } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { defined } from '../../defined';

/** How a route waits for responses and passes them on. */
export type ResponseSettings = Partial<Pick<EdgeRoute, 'timeout' | 'streamed'>>;

/** Names of the options, of an edge and of each of its routes. */
export const RESPONSE_FIELDS = ['timeout', 'responseTransferMode'] as const;

export function parseResponse(at: Reader, { gatewayTimeout = REST_API.streamedResponse }: EdgeKind): ResponseSettings {
  const timeoutAt = at.field('timeout');
  const seconds = timeoutAt.seconds({ ...rangeOf(gatewayTimeout), integer: false });
  const mode = at
    .field('responseTransferMode')
    .oneOf(['BUFFERED', 'STREAM'], 'a way to pass on a response', ['ResponseTransferMode.BUFFERED', 'ResponseTransferMode.STREAM']);
  return defined({
    timeout: seconds === undefined ? undefined : { path: timeoutAt.path, seconds },
    streamed: mode === undefined ? undefined : mode === 'STREAM',
  });
}

/** Each of them is the route's own, or else that of the edge. */
export function responseOf(own: ResponseSettings, edge: ResponseSettings): Pick<EdgeRoute, 'timeout' | 'streamed'> {
  return { ...defined({ timeout: own.timeout ?? edge.timeout }), streamed: own.streamed ?? edge.streamed ?? false };
}

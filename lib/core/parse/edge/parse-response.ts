import { defined } from '../../defined';
import type { EdgeKind } from '../../edges/kind';
import { REST_API } from '../../limits/api-gateway';
import type { Limit } from '../../limits/limit';
import { rangeOf } from '../../limits/limit';
import type { EdgeRoute } from '../../model/topology';
import { counted } from '../../reading/input';
import type { Reader } from '../../reading/reader';

/** How a route waits for responses and passes them on. */
export type ResponseSettings = Partial<Pick<EdgeRoute, 'timeout' | 'streamed'>>;

/** Names of the options, of an edge and of each of its routes. */
export const RESPONSE_FIELDS = ['timeout', 'responseTransferMode'] as const;

/** @param edge what a route has from its edge, unless it says otherwise */
export function parseResponse(at: Reader, kind: EdgeKind, edge: ResponseSettings = {}): ResponseSettings {
  const { gatewayTimeout = REST_API.streamedResponse, bufferedTimeout } = kind;
  const timeoutAt = at.field('timeout');
  const modeAt = at.field('responseTransferMode');
  const seconds = timeoutAt.seconds({ ...rangeOf(gatewayTimeout), integer: false });
  const mode = modeAt.oneOf(['BUFFERED', 'STREAM'], 'a way to pass on a response', [
    'ResponseTransferMode.BUFFERED',
    'ResponseTransferMode.STREAM',
  ]);
  const own: ResponseSettings = defined({
    timeout: seconds === undefined ? undefined : { path: timeoutAt.path, seconds },
    streamed: mode === undefined ? undefined : mode === 'STREAM',
  });
  const all = { ...edge, ...own };
  const isLonger = bufferedTimeout !== undefined && all.streamed !== true && (all.timeout?.seconds ?? 0) > bufferedTimeout.value;
  if (!isLonger || Object.keys(own).length === 0) return all;
  failBuffered(own.timeout === undefined ? modeAt : timeoutAt, all.timeout?.seconds ?? 0, bufferedTimeout);
  // Said once, and not of each route of the edge.
  return defined({ streamed: all.streamed });
}

function failBuffered(at: Reader, seconds: number, { value, least = 0 }: Limit): void {
  at.fail('OUT_OF_RANGE', `the API cannot wait ${counted(seconds, 'second')} for a response that it passes on when it is complete`, {
    got: null,
    allowed: `${least} to ${counted(value, 'second')}, of which all above ${REST_API.integrationTimeout.value} need a quota to be raised`,
    fix: 'use a shorter timeout, or stream the response with responseTransferMode: ResponseTransferMode.STREAM',
  });
}

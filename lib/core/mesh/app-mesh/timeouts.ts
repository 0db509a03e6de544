import type { Timeout } from './resources';
import type { ProtocolId } from '../../model/topology';
import type { Timeouts } from '../../model/traffic-policy';
import { NO_LIMIT, duration } from './duration';
import { defined } from '../../defined';

/** App Mesh's own default for requests. https://docs.aws.amazon.com/app-mesh/latest/userguide/routes.html */
const DEFAULT_REQUEST_SECONDS = 15;

/** Envoy's default for a stream on which nothing moves. */
const SILENCE_SECONDS = 300;

/** What differs from what App Mesh does by itself; undefined if nothing does. */
export function timeout({ requestSeconds, idleSeconds }: Timeouts, protocol: ProtocolId): Timeout | undefined {
  const idle = idleSeconds ?? silenceSeconds(requestSeconds, protocol);
  const request = protocol === 'tcp' || requestSeconds === DEFAULT_REQUEST_SECONDS ? undefined : (requestSeconds ?? 0);
  if (idle === undefined && request === undefined) return undefined;
  return defined({ perRequest: request === undefined ? undefined : limit(request), idle: idle === undefined ? undefined : limit(idle) });
}

/** Where silence would end a stream before its time is over. */
function silenceSeconds(requestSeconds: number | undefined, protocol: ProtocolId): number | undefined {
  if (protocol === 'tcp') return undefined;
  if (requestSeconds === undefined) return 0;
  return requestSeconds > SILENCE_SECONDS ? requestSeconds : undefined;
}

function limit(seconds: number): Timeout['idle'] & object {
  return seconds === 0 ? NO_LIMIT : duration(seconds);
}

/** The listener of a virtual node must not cut in before any route to it does. */
export function longest(all: readonly Timeouts[]): Timeouts {
  const requestSeconds = max(all.map((each) => each.requestSeconds));
  const idleSeconds = max(all.map((each) => each.idleSeconds));
  return defined({ requestSeconds, idleSeconds });
}

/** Undefined, "no limit", is the longest. */
function max(seconds: readonly (number | undefined)[]): number | undefined {
  return seconds.reduce((longer, each) => (longer === undefined || each === undefined ? undefined : Math.max(longer, each)));
}

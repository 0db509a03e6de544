import { counted } from '../../reading/input';
import type { ProtocolId } from '../../model/topology';
import { defaultTimeouts } from '../../model/defaults';
import type { Reader } from '../../reading/reader';
import type { Timeouts } from '../../model/traffic-policy';

export const TIMEOUT_FIELDS = ['perRequest', 'perTry', 'idle', 'stream'] as const;
const TCP_FIELDS: readonly string[] = ['idle', 'stream'];
const RANGE = { min: 0.001, max: 86_400, integer: false };

/** `timeout` of a called service, or of what a caller overrides; undefined if it says nothing. */
export function parseTimeouts(at: Reader, protocol: ProtocolId): Timeouts | undefined {
  if (!at.checkFactory('Timeout', 'Timeout.perRequest() or Timeout.of()') || !at.checkFields(TIMEOUT_FIELDS)) return undefined;
  if (protocol === 'tcp') return parseTcp(at);
  if (TIMEOUT_FIELDS.every((name) => at.field(name).absent))
    at.field('perRequest').required('the duration', 'such as Timeout.perRequest(Duration.seconds(2))');
  const given = {
    requestSeconds: at.field('perRequest').seconds(RANGE),
    perTrySeconds: at.field('perTry').seconds(RANGE),
    idleSeconds: at.field('idle').seconds(RANGE),
    streamSeconds: at.field('stream').seconds(RANGE),
  };
  // Who limits the life of streams means that they live so long.
  const requestSeconds = given.requestSeconds ?? (given.streamSeconds === undefined ? defaultTimeouts(protocol).requestSeconds : undefined);
  const timeouts = withoutUndefined({ ...given, requestSeconds });
  checkOrder(at, timeouts);
  return timeouts;
}

/** Nothing but a part of another limit can be longer than it. */
function checkOrder(at: Reader, { requestSeconds, perTrySeconds, streamSeconds }: Timeouts): void {
  if (requestSeconds !== undefined && streamSeconds !== undefined && requestSeconds > streamSeconds)
    tooLong(at, 'perRequest', requestSeconds, 'stream', streamSeconds);
  if (perTrySeconds === undefined) return;
  if (requestSeconds !== undefined && perTrySeconds > requestSeconds) tooLong(at, 'perTry', perTrySeconds, 'perRequest', requestSeconds);
  else if (streamSeconds !== undefined && perTrySeconds > streamSeconds) tooLong(at, 'perTry', perTrySeconds, 'stream', streamSeconds);
}

function tooLong(at: Reader, part: string, partSeconds: number, whole: string, wholeSeconds: number): void {
  const byDefault = at.field(whole).absent ? ', the default' : '';
  at.field(part).fail(
    'OUT_OF_RANGE',
    `${part} is longer than ${whole} (${counted(wholeSeconds, 'second')}${byDefault}), so it would never end anything`,
    {
      got: counted(partSeconds, 'second'),
      allowed: `at most ${counted(wholeSeconds, 'second')}`,
      fix: `shorten it, or raise ${whole}`,
    },
  );
}

function parseTcp(at: Reader): Timeouts | undefined {
  const others = TIMEOUT_FIELDS.filter((name) => !TCP_FIELDS.includes(name) && !at.field(name).absent);
  if (others.length > 0) {
    return at.fail('UNSUPPORTED_BY_PROTOCOL', `a TCP service has no requests, so it has no ${others.join(' and no ')}`, {
      allowed: 'Timeout.of({ idle, stream })',
      fix: 'remove timeout, or give only idle or stream',
    });
  }
  if (TCP_FIELDS.every((name) => at.field(name).absent))
    at.field('idle').required('the duration', 'such as Timeout.of({ idle: Duration.minutes(5) })');
  return withoutUndefined({ idleSeconds: at.field('idle').seconds(RANGE), streamSeconds: at.field('stream').seconds(RANGE) });
}

function withoutUndefined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

import { counted, displayValue } from '../../reading/input';
import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { DEFAULT_LIVENESS_CHECK } from '../../model/defaults';
import type { ActiveHealthCheck, CallPolicy, LivenessCheck } from '../../model/traffic-policy';
import { defined } from '../../defined';

export const HEALTH_CHECK_FIELDS = ['path', 'interval', 'timeout', 'healthyThreshold', 'unhealthyThreshold'] as const;
const STANDARD = { intervalSeconds: 5, timeoutSeconds: 2, healthyThreshold: 2, unhealthyThreshold: 3 };

/** A path that can be read in one way only, since it becomes a rule of authorization: see parse-allow.ts. */
const PATH = /^\/([A-Za-z0-9._~!$&'()+,;=:@-]+(\/[A-Za-z0-9._~!$&'()+,;=:@-]+)*\/?)?$/;

type Checks = Pick<CallPolicy, 'activeHealthCheck' | 'livenessCheck'>;

/** `activeHealthCheck` of a called service, or of what a caller overrides; nothing if it says nothing. */
export function parseActiveHealthCheck(at: Reader, protocol: ProtocolId): Checks {
  if (
    !at.checkFactory('ActiveHealthCheck', 'ActiveHealthCheck.of(), ActiveHealthCheck.proxy() or ActiveHealthCheck.none()') ||
    !at.checkFields(HEALTH_CHECK_FIELDS, 'kind')
  )
    return {};
  // One in place of the other: a field that is there with no value says "none".
  switch (at.field('kind').value) {
    case 'none':
      return { activeHealthCheck: undefined, livenessCheck: undefined };
    case 'proxy':
      return { activeHealthCheck: undefined, livenessCheck: parseLivenessCheck(at, protocol) };
    default:
      return { activeHealthCheck: parseApplicationCheck(at, protocol), livenessCheck: undefined };
  }
}

function parseLivenessCheck(at: Reader, protocol: ProtocolId): LivenessCheck | undefined {
  if (protocol === 'tcp')
    return at.fail('UNSUPPORTED_BY_PROTOCOL', 'the Envoy of a TCP service answers nothing by itself: it can only be connected to', {
      got: 'ActiveHealthCheck.proxy()',
      fix: 'use ActiveHealthCheck.of()',
    });
  for (const name of ['path', 'healthyThreshold'] as const) {
    if (!at.field(name).absent)
      at.field(name).fail('NO_EFFECT', "the task's Envoy answers by itself, and the first answer will do", {
        got: null,
        fix: `remove ${name}, or use ActiveHealthCheck.of()`,
      });
  }
  return {
    ...parseTimes(at, DEFAULT_LIVENESS_CHECK),
    unhealthyThreshold: at.field('unhealthyThreshold').number({ min: 1, max: 10 }) ?? DEFAULT_LIVENESS_CHECK.unhealthyThreshold,
  };
}

function parseApplicationCheck(at: Reader, protocol: ProtocolId): ActiveHealthCheck {
  const path = parsePath(at.field('path'), protocol);
  return {
    ...defined({ path }),
    ...parseTimes(at, STANDARD),
    healthyThreshold: at.field('healthyThreshold').number({ min: 1, max: 10 }) ?? STANDARD.healthyThreshold,
    unhealthyThreshold: at.field('unhealthyThreshold').number({ min: 1, max: 10 }) ?? STANDARD.unhealthyThreshold,
  };
}

type Times = Pick<ActiveHealthCheck, 'intervalSeconds' | 'timeoutSeconds'>;

function parseTimes(at: Reader, standard: Times): Times {
  const intervalSeconds = at.field('interval').seconds({ min: 0.5, max: 300, integer: false }) ?? standard.intervalSeconds;
  const timeoutSeconds =
    at.field('timeout').seconds({ min: 0.1, max: 60, integer: false }) ?? Math.min(standard.timeoutSeconds, intervalSeconds);
  if (timeoutSeconds > intervalSeconds) {
    at.field('timeout').fail('OUT_OF_RANGE', `a check may last longer than the interval of ${counted(intervalSeconds, 'second')}`, {
      allowed: `at most ${counted(intervalSeconds, 'second')}`,
      fix: 'raise interval or lower timeout',
    });
  }
  return { intervalSeconds, timeoutSeconds };
}

function parsePath(at: Reader, protocol: ProtocolId): string | undefined {
  if (protocol === 'tcp' || protocol === 'grpc') {
    if (at.absent) return undefined;
    return at.fail(
      'UNSUPPORTED_BY_PROTOCOL',
      protocol === 'tcp'
        ? 'a TCP service has no paths: it is checked by connecting to it'
        : 'a gRPC service is checked by grpc.health.v1.Health',
      { fix: 'remove path' },
    );
  }
  const path = at
    .required('the path that the application answers with 200 while it is healthy', "such as ActiveHealthCheck.of({ path: '/health' })")
    .string();
  if (path === undefined || (PATH.test(path) && !/\/\.{1,2}(;|\/|$)/.test(path))) return path;
  return at.fail('INVALID_FORMAT', `${displayValue(path)} is not a path that can be requested`, {
    got: null,
    allowed: "a path without query string, dot segments or escapes, such as '/health'",
    ...(/^[A-Za-z0-9]/.test(path) ? { fix: `write '/${path}'` } : {}),
  });
}

import { counted } from '../reading/input';
import type { EdgeRoute, Service, Warning } from '../model/topology';
import type { Timeouts } from '../model/traffic-policy';
import type { EdgeLimits, LongerWaits } from './kind';
import { mayMatch, takesAll } from './reached-routes';

type LimitsOf = (route: EdgeRoute) => EdgeLimits;

/** A timeout of a service that requests of a route of the edge can meet. */
interface PlacedTimeouts {
  readonly path: string;
  readonly timeouts: Timeouts;
  /** Where callers in the mesh that need longer get it; ends a sentence. */
  readonly inside: string;
}

interface Met extends PlacedTimeouts {
  readonly route: EdgeRoute;
  /** How long the API waits. */
  readonly limit: number;
  readonly longerWaits: LongerWaits;
}

/** A stream that its API ends if nothing is sent. */
interface Silent extends PlacedTimeouts {
  /** After how long. */
  readonly idle: number;
  /** For how long a stream may last. */
  readonly limit: number;
  /** What a user can do about that at the edge. */
  readonly longerSilence: string | undefined;
}

/** Where a service may take longer than the API waits, and where the API was told to wait for longer than the service may take. */
export function ofTimeouts(routes: readonly EdgeRoute[], limitsOf: LimitsOf, service: Service, api: string): readonly Warning[] {
  const met = routes.flatMap((route): Met[] => {
    const { requestSeconds: limit, longerWaits = { choices: [] } } = limitsOf(route);
    return limit === undefined ? [] : timeoutsOf(service, route).map((placed) => ({ ...placed, route, limit, longerWaits }));
  });
  const streams = routes.flatMap((route): Silent[] => {
    const { requestSeconds: limit = Infinity, streamIdleSeconds: idle, longerSilence } = limitsOf(route);
    return idle === undefined ? [] : timeoutsOf(service, route).map((placed) => ({ ...placed, idle, limit, longerSilence }));
  });
  // The shortest wait of a path is what counts.
  const slow = met.filter(({ timeouts, limit }) => !isWithin(timeouts, limit)).sort((a, b) => b.limit - a.limit);
  const short = met.filter(
    ({ timeouts, limit, route }) => isMeant(route) && lengthOf(timeouts) !== undefined && !isAtLeast(timeouts, limit),
  );
  const silent = streams.flatMap((each) => tooSilent(each, service, api));
  return [
    ...new Map(slow.map((each) => [each.path, tooSlow(each, service, api)])).values(),
    ...new Map(silent.map((each) => [each.path, each])).values(),
    ...new Map(short.map((each) => [`${each.path} ${each.limit}`, tooShort(each, service, api)])).values(),
  ];
}

function lengthOf({ requestSeconds, streamSeconds }: Timeouts): number | undefined {
  return requestSeconds ?? streamSeconds;
}

function isWithin(timeouts: Timeouts, limit: number): boolean {
  const seconds = lengthOf(timeouts);
  return seconds !== undefined && seconds <= limit;
}

function isAtLeast(timeouts: Timeouts, limit: number): boolean {
  const { requestSeconds = limit, streamSeconds = limit } = timeouts;
  return Math.min(requestSeconds, streamSeconds) >= limit;
}

/** Whether the user has said something of how long the API waits. */
function isMeant({ timeout, streamed }: EdgeRoute): boolean {
  return timeout !== undefined || streamed;
}

function tooSlow({ path, timeouts, inside, limit, longerWaits, route }: Met, { name }: Service, api: string): Warning {
  const seconds = lengthOf(timeouts);
  const given = seconds === undefined ? 'there is no time limit' : `"${name}" may take ${counted(seconds, 'second')}`;
  const most = counted(limit, 'second');
  const happens = route.streamed
    ? `${api} ends every response after ${most}, while the service still works on it. Let clients ask again for what is missing`
    : `${api} waits ${most} for a response: after that its clients get an error, while the service still works on the request. ` +
      helpFor(longerWaits);
  const meant = `If the longer time is meant for callers in the mesh alone, set a timeout of at most ${most} here, and ${inside}`;
  return { id: 'edge-timeout', path, message: `${given}, but ${happens}. ${meant}` };
}

function helpFor({ choices, note }: LongerWaits): string {
  const all = ['Answer in time', ...choices, 'answer long work with 202 at once and let clients fetch the result later'];
  return `${all.join(', or ')}${note === undefined ? '' : `. ${note}`}`;
}

function tooShort({ path, timeouts, limit, route }: Met, { name }: Service, api: string): Warning {
  const { requestSeconds = Infinity, streamSeconds = Infinity } = timeouts;
  const seconds = counted(Math.min(requestSeconds, streamSeconds), 'second');
  const what = route.streamed ? 'ends a stream' : 'gives up (504)';
  const example = route.streamed ? ', such as Timeout.of({ stream: … })' : '';
  return {
    id: 'edge-timeout-unused',
    path,
    message:
      `${api} waits ${counted(limit, 'second')} for a response of "${name}" to ${route.key}, but its gateway service ${what} after ` +
      `${seconds}, the timeout of the service. Give the service a longer one${example}, ` +
      `or the route of the edge a timeout of ${seconds}`,
  };
}

/** Of a limit that the user has set: by default a stream has about the same, or none, and what it sends is not known. */
function tooSilent(
  { path, timeouts: { idleSeconds }, limit, idle, longerSilence }: Silent,
  { name }: Service,
  api: string,
): readonly Warning[] {
  if (idleSeconds === undefined || idleSeconds <= idle || limit <= idle) return [];
  const most = counted(idle, 'second');
  return [
    {
      id: 'edge-stream-idle',
      path,
      message:
        `"${name}" may send nothing for ${counted(idleSeconds, 'second')}, but ${api} ends a stream on which nothing is sent for ${most}.` +
        ' Let the service send something more often, such as a comment of server-sent events (":"), ' +
        `${longerSilence === undefined ? '' : `or ${longerSilence}, `}or set Timeout.of({ idle: … }) to at most ${most}`,
    },
  ];
}

/** What works only where AWS has raised a quota: without it the deployment fails, after a while. */
export function ofQuota(routes: readonly EdgeRoute[], limitsOf: LimitsOf, api: string): readonly Warning[] {
  const asked = routes.flatMap((route) => {
    const { quotaSeconds } = limitsOf(route);
    const { timeout } = route;
    return timeout === undefined || quotaSeconds === undefined || timeout.seconds <= quotaSeconds ? [] : [{ ...timeout, quotaSeconds }];
  });
  return [...new Map(asked.map((each) => [each.path, each])).values()].map(({ path, seconds, quotaSeconds }) => ({
    id: 'edge-timeout-quota',
    path,
    message:
      `${counted(seconds, 'second')} are more than the ${counted(quotaSeconds, 'second')} that ${api} can wait in every account: the ` +
      'deployment fails unless AWS has raised the quota "Maximum integration timeout in milliseconds" of the account and Region, for ' +
      'which it may lower the quota of requests. Acknowledge this where it has; or stream the response, which needs no quota ' +
      '(responseTransferMode: ResponseTransferMode.STREAM)',
  }));
}

/** The timeouts that requests of a route of the edge can meet, in the order in which the service's own routes are tried. */
function timeoutsOf({ path, policy, callPolicy }: Service, route: EdgeRoute): readonly PlacedTimeouts[] {
  const inside = 'theirs in callPolicies';
  const own = { path: `${path}.timeout`, timeouts: callPolicy.timeouts, inside };
  const used: PlacedTimeouts[] = [];
  for (const [index, { match, timeouts }] of policy.routes.entries()) {
    if (!mayMatch(match, route)) continue;
    const ofRoute = 'give them a route of their own with the longer timeout';
    used.push(timeouts === undefined ? own : { path: `${path}.routes[${index}].timeout`, timeouts, inside: ofRoute });
    if (takesAll(match, route)) return used;
  }
  return [...used, own];
}

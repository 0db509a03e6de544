import type { ServiceDescription, SystemDescription } from '../../../lib/core/description/system-description';
import { callsOf, waitOf } from '../call-policy';
import type { Finding } from './finding';

/**
 * Callers that wait less than what they call waits for what that calls. Timeouts that are off, as of streams, are left out: who sets
 * that means it. What an API waits for its services is for synthesis to say.
 */
export function checkTimeouts(system: SystemDescription): readonly Finding[] {
  const services = new Map(system.services.map((service) => [service.name, service]));
  return system.services.flatMap((caller) => [
    ...caller.calls.flatMap((name) => {
      const callee = services.get(name);
      return callee === undefined ? [] : checkCall(caller, callee, services);
    }),
    ...checkTries(caller),
  ]);
}

function checkCall(
  caller: ServiceDescription,
  callee: ServiceDescription,
  services: ReadonlyMap<string, ServiceDescription>,
): readonly Finding[] {
  const wait = waitOf(caller, callee);
  if (wait === undefined) return [];
  const longer = callsOf(callee, [...services.values()]).flatMap((name) => {
    const next = services.get(name);
    const seconds = next === undefined || name === caller.name ? undefined : waitOf(callee, next);
    return seconds !== undefined && seconds > wait ? [{ name, seconds }] : [];
  });
  const [longest] = longer.sort((a, b) => b.seconds - a.seconds);
  if (longest === undefined) return [];
  return [
    {
      ...{ code: 'timeouts', severity: 'warning', where: `${callee.path}.timeout` },
      what: `${caller.name} waits ${wait} s for ${callee.name}, which waits up to ${longest.seconds} s for ${longest.name}`,
      why: `${caller.name} gives up while ${callee.name} may still get an answer, which nobody wants any more`,
      fix: `a timeout of ${longest.name} below ${wait} s, or a longer one of ${callee.name}`,
    },
  ];
}

/** A try that may last as long as the whole request leaves no time for another. */
function checkTries({ name, path, callPolicy: { timeouts, retry } }: ServiceDescription): readonly Finding[] {
  const { requestSeconds, perTrySeconds } = timeouts;
  if (requestSeconds === undefined || perTrySeconds === undefined || retry.maxRetries === 0 || perTrySeconds < requestSeconds) return [];
  return [
    {
      ...{ code: 'timeouts', severity: 'warning', where: `${path}.timeout` },
      what: `a try of a call to ${name} may take ${perTrySeconds} s, and the call with all its tries ${requestSeconds} s`,
      why: 'a try that hangs takes all the time that there is, so that none follows',
      fix: 'a shorter perTry, or a longer request',
    },
  ];
}

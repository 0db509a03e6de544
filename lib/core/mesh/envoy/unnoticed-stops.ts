import { CLOUD_MAP } from '../../limits/discovery';
import { ECS } from '../../limits/ecs';
import type { Warning } from '../../model/topology';
import type { AgentPace } from '../../plan/workload/agent';
import { fitsStopTimeout, refreshSecondsOf, waitSecondsOf } from '../../plan/workload/agent';
import { counted } from '../../reading/input';
import { workloadsOf } from './agent-pace';
import { howToSetDiscoveryRate } from './slow-agents';
import type { EnvoyTopology } from './settings';

/** So many names are listed. */
const NAMES = 5;

/** Tasks whose callers keep lists for longer than ECS lets a task that stops serve. */
export function unnoticedStops(topology: EnvoyTopology, pace: AgentPace): readonly Warning[] {
  const names = topology.services
    .filter((service) => workloadsOf(service).some((workload) => !fitsStopTimeout(refreshSecondsOf(topology, pace, workload))))
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const { silentListSeconds: seconds } = pace;
  const more = names.length > NAMES ? ` and ${names.length - NAMES} more` : '';
  const { stopTimeout } = ECS;
  const message =
    `callers do not notice when a task of ${names.slice(0, NAMES).join(', ')}${more} stops, and keep lists of its tasks for up to ` +
    `${counted(seconds, 'second')}, so that it has to go on serving for ${counted(waitSecondsOf(seconds), 'second')}. Amazon ECS ` +
    `gives it ${counted(stopTimeout.value, 'second')} at most, with the time for its last requests (${stopTimeout.source}): ` +
    'after that, calls to it fail until their callers have listed its service anew';
  const isEnough = ({ silentListSeconds }: AgentPace): boolean => fitsStopTimeout(silentListSeconds);
  const advice = howToSetDiscoveryRate('For lists that are new enough', topology, isEnough);
  const fewer =
    `Or let fewer tasks call these services, or let each of them have at most ${CLOUD_MAP.dnsAnswers.value} tasks: DNS finds those. If ` +
    'such services are not called while they are deployed, acknowledge this warning';
  return [{ id: 'unnoticed-stop', path: 'mesh', message: `${message}. ${advice}. ${fewer}` }];
}

import { idlePollSeconds, MAX_JITTER, meanSilentListSeconds } from '../../contract/agent';
import { CLOUD_MAP } from '../../limits/discovery';
import { howToRaise } from '../../limits/limit';
import { SSM } from '../../limits/security';
import type { Warning } from '../../model/topology';
import type { AgentPace } from '../../plan/workload/agent';
import { waitSecondsOf } from '../../plan/workload/agent';
import { counted, numberText } from '../../reading/input';
import { largestRequestCounts, leastRate, leastSilentListSeconds } from './agent-pace';
import { howToSetRate } from './rate-advice';
import type { EnvoyTopology } from './settings';

/** How long a caller may take to learn of a task that has come: until it looks, or until it may list again. */
export function learnSeconds({ pollSeconds, listSeconds }: Pick<AgentPace, 'pollSeconds' | 'listSeconds'>): number {
  return Math.ceil(Math.max(MAX_JITTER * idlePollSeconds(pollSeconds), listSeconds));
}

/** What the rate makes slower, and how to have it faster. */
export function slowDiscovery(topology: EnvoyTopology, pace: AgentPace): readonly Warning[] {
  const { discoveryIntervalSeconds: meant, discoveryRateLimit } = topology.mesh;
  const { lists, silentLists } = largestRequestCounts(topology);
  const leastSilent = leastSilentListSeconds(meant);
  const isMeant = ({ pollSeconds, listSeconds, silentListSeconds }: AgentPace): boolean =>
    pollSeconds <= meant && listSeconds <= meant && (silentLists === 0 || silentListSeconds <= leastSilent);
  if (isMeant(pace)) return [];
  const [learn, leastLearn] = [learnSeconds(pace), learnSeconds({ pollSeconds: meant, listSeconds: meant })];
  const slower = [
    ...(pace.pollSeconds > meant ? [`looks for changes every ${counted(pace.pollSeconds, 'second')} instead of every ${meant}`] : []),
    ...(pace.listSeconds > meant
      ? [`lists tasks of a service every ${counted(pace.listSeconds, 'second')} at most instead of every ${meant}`]
      : []),
    ...(silentLists > 0 && pace.silentListSeconds > leastSilent
      ? [
          `keeps a list of a callee whose stop it does not notice, such as a TCP service, for up to ` +
            `${counted(pace.silentListSeconds, 'second')} instead of ${leastSilent}, so that a task of it that stops has to go on ` +
            `serving for ${counted(waitSecondsOf(pace.silentListSeconds), 'second')}`,
        ]
      : []),
    ...(learn > leastLearn ? [`may take ${counted(learn, 'second')} instead of ${leastLearn} to find a task that has started`] : []),
  ];
  const revisions = Math.ceil((lists + silentLists) / pace.pollSeconds);
  const listed = Math.ceil(lists / pace.listSeconds + silentLists / meanSilentListSeconds(pace.silentListSeconds));
  const message =
    `all tasks together look at ${numberText(lists + silentLists)} services of Cloud Map, so that each agent ${sequence(slower)}. ` +
    `Together they send up to ${numberText(revisions)} DiscoverInstancesRevision and ${numberText(listed)} DiscoverInstances ` +
    `requests a second; discoveryRateLimit allows ${numberText(discoveryRateLimit)}, and a third of it`;
  const advice = howToSetDiscoveryRate('For the shortest intervals', topology, isMeant);
  return [{ id: 'cloud-map-requests', path: 'mesh', message: `${message}. ${advice}. ${ACKNOWLEDGE}` }];
}

const ACKNOWLEDGE = 'If this pace will do, acknowledge this warning';

/** What to set, and to raise before, for a pace that is enough. */
export function howToSetDiscoveryRate(purpose: string, topology: EnvoyTopology, isEnough: (pace: AgentPace) => boolean): string {
  const { revisions, lists } = CLOUD_MAP;
  return howToSetRate({
    purpose,
    option: 'discoveryRateLimit',
    set: topology.mesh.discoveryRateLimit,
    needed: leastRate(topology, isEnough),
    limit: revisions,
    raise: (quota) => {
      const listQuota = Math.ceil((quota * lists.value) / revisions.value);
      return `${howToRaise(revisions)} to ${numberText(quota)} a second, ${howToRaise(lists)} to ${numberText(listQuota)} a second`;
    },
  });
}

export function slowWeights(topology: EnvoyTopology, { weightsSeconds }: AgentPace): readonly Warning[] {
  const { weightsIntervalSeconds: meant, weightsRateLimit } = topology.mesh;
  if (weightsSeconds <= meant) return [];
  const { weights } = largestRequestCounts(topology);
  const message =
    `agents read weights ${numberText(weights)} times in a turn, so that each reads them every ` +
    `${counted(weightsSeconds, 'second')} instead of every ${meant}, and callers follow a change of weights within that time. Together ` +
    `they send up to ${counted(Math.ceil(weights / weightsSeconds), 'request')} a second; weightsRateLimit allows ` +
    numberText(weightsRateLimit);
  const advice = howToSetRate({
    purpose: 'For the shortest interval',
    option: 'weightsRateLimit',
    set: weightsRateLimit,
    needed: Math.ceil(weights / meant),
    limit: SSM.requests,
    raise: () => howToRaise(SSM.requests),
  });
  return [{ id: 'ssm-requests', path: 'mesh', message: `${message}. ${advice}. ${ACKNOWLEDGE}` }];
}

/** `a, b, and c` */
function sequence(parts: readonly string[]): string {
  return [...parts.slice(0, -1), `${parts.length > 1 ? 'and ' : ''}${parts.at(-1) ?? ''}`].join(parts.length > 2 ? ', ' : ' ');
}

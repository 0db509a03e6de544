import type fc from 'fast-check';
import { describeSystem } from '../../../../lib/core/description/describe-system';
import type { SystemDescription } from '../../../../lib/core/description/system-description';
import type { Question } from '../../../../programs/cli/explain/explanation';
import { hostOf } from '../../../../programs/cli/explain/system';
import type { Request } from '../../../../programs/simulator/simulate';
import { generatedRequests } from '../../../simulator/generated-requests';
import type { Planned } from '../../../simulator/planned';

export function describedOf({ topology, plan }: Planned): SystemDescription {
  return describeSystem(topology, plan, 'Stack/Shop');
}

/** Of declared calls, TCP among them, of clients of edges, and of messages to WebSocket APIs. */
export function generatedQuestions(planned: Planned): fc.Arbitrary<Question> {
  const system = describedOf(planned);
  return generatedRequests(planned, sendersOf(planned, system)).map((request) => questionOf(system, request));
}

function sendersOf({ plan }: Planned, system: SystemDescription): readonly Request['from'][] {
  const calls = system.services.flatMap(({ name, calls: callees, portOf }): Request['from'][] => {
    const task = plan.workloads.find((workload) => (system.workloads.find((each) => each.name === workload.name) ?? {}).service === name);
    if (task === undefined || portOf !== undefined) return [];
    return callees.flatMap((callee): Request['from'][] => {
      const { url } = system.services.find((service) => service.name === callee) ?? {};
      return url === undefined ? [] : [{ kind: 'service', task: task.name, to: hostOf(url) }];
    });
  });
  const edges = system.edges
    .filter(({ kind }) => ['http', 'rest', 'alb', 'webSocket'].includes(kind))
    .map(({ name }): Request['from'] => ({ kind: 'edge', edge: name }));
  const each = Math.max(1, Math.ceil(calls.length / Math.max(1, edges.length)));
  return [...calls, ...edges.flatMap((edge) => Array.from({ length: each }, () => edge))];
}

function questionOf(system: SystemDescription, { from, method = 'GET', path, headers = {} }: Request): Question {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith('x-edge-'));
  const asked = { method, path, headers: Object.fromEntries(own.map(([name, value]) => [name, [value].flat()])) };
  if (from.kind === 'edge') {
    const { name, kind, routes } = system.edges.find((edge) => edge.name === from.edge)!;
    if (kind !== 'webSocket') return { ...asked, from: 'client', edge: name };
    // A path of a route stands for it, and any other for a message that no route has.
    const { key } = routes.find((route) => route.path === path) ?? routes[path.length % (routes.length + 1)] ?? { key: 'other' };
    return { from: 'message', edge: name, route: key, method: '', path: '', headers: {} };
  }
  if (from.kind === 'outsider') throw new Error('nobody asks for outsiders');
  const caller = system.workloads.find(({ name }) => name === from.task)?.service ?? from.task;
  const callee = system.services.find(({ url }) => url !== undefined && hostOf(url) === from.to)?.name ?? from.to;
  const isTcp = system.services.some((service) => service.name === callee && service.protocol === 'tcp');
  return isTcp ? { from: 'connection', caller, callee, method: '', path: '', headers: {} } : { ...asked, from: 'service', caller, callee };
}

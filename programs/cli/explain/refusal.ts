import type { SystemDescription } from '../../../lib/core/description/system-description';
import type { Outcome, Step } from '../../simulator/simulate';
import type { Refusal } from './explanation';
import { calleeAt, isClientGateway, sendingOf } from './hops';
import { Names } from './names';

/** Who has answered in place of the service, or has not let the request in; undefined if it has arrived. */
export function refusalOf({ end, steps }: Outcome, system: SystemDescription): Refusal | undefined {
  const names = new Names(system);
  const own = steps.filter(({ copy }) => !copy);
  const last = own.at(-1);
  switch (end.kind) {
    case 'delivered':
      return undefined;
    case 'refused':
      return { by: 'the network', why: end.why };
    case 'answered': {
      const { status, grpcStatus, why } = end;
      const numbers = { status, ...(grpcStatus === undefined ? {} : { grpcStatus }) };
      const step = [...own].reverse().find(({ task }) => task === end.by) ?? last;
      if (step === undefined) return { ...numbers, by: end.by, why };
      return { ...numbers, ...sourceOf(step, why, names, system) };
    }
  }
}

/** The word of the props by which Envoy has answered. */
function sourceOf(step: Step, why: string, names: Names, system: SystemDescription): Pick<Refusal, 'by' | 'why'> {
  const edge = system.edges.find(({ name }) => name === names.ofTask(step.task).edge);
  const sending = sendingOf(step, system);
  if (why === 'response_timeout')
    return { by: sending?.timeoutPath ?? step.task, why: 'the answer comes too late: a fault keeps the request back' };
  if (why.startsWith('upstream_reset')) return { by: 'the network', why: 'the connection to the service fails' };
  const filter = [...step.notes].reverse().find((note) => note.kind === 'answered')?.filter;
  if (isClientGateway(step, system) && why.startsWith('rbac_access_denied')) return CLIENT_REFUSED;
  if (edge !== undefined) return ofEdge(edge.path, filter, why);
  const callee = calleeAt(step, names) ?? sending?.callee;
  const place = callee?.path ?? step.task;
  const [, kind, name = ''] = /^(limit|fault)\.(.+)$/.exec(filter ?? '') ?? [];
  if (kind === 'limit')
    return { by: `${place}.rateLimits[${callee?.rateLimits.findIndex((limit) => limit.name === name) ?? 0}]`, why: `rate limit "${name}"` };
  if (kind === 'fault') return { by: `${place}.faults[${callee?.faults.indexOf(name) ?? 0}]`, why: `fault "${name}"` };
  if (why.startsWith('rbac_access_denied'))
    return callee?.allow === undefined
      ? { by: place, why: 'whoever sends it is no declared caller' }
      : { by: `${place}.allow`, why: `none of its ${callee.allow.length} rules has this caller, method and path` };
  return { by: place, why: REASONS[why] ?? why };
}

/** Whoever asks knows which client, and which service it wants. */
const CLIENT_REFUSED = {
  by: 'clients',
  why: 'no client may send it: none lists the service, or none of its rules has this method and path',
};

function ofEdge(path: string, filter: string | undefined, why: string): Pick<Refusal, 'by' | 'why'> {
  if (why === 'local_rate_limited')
    return { by: filter?.startsWith('throttle.') === true ? `${path}.throttle` : `${path}.clientThrottle`, why: 'too many requests' };
  if (why === 'cors_preflight') return { by: `${path}.cors`, why: 'the gateway answers the preflight request of a browser' };
  if (why.startsWith('jwt_authn')) return { by: `${path}.authorizer`, why: 'there is no token' };
  if (why === 'direct_response') return { by: `${path}.routes`, why: 'the gateway does not let the path pass as one of this route' };
  return { by: `${path}.routes`, why: REASONS[why] ?? why };
}

const REASONS: Readonly<Record<string, string>> = {
  route_not_found: 'no route has this method and path',
  path_normalization_failed: 'the path cannot be read in one way',
  absolute_path_rejected: 'the path does not begin with a slash',
  upgrade_failed: 'the connection may not be upgraded',
  cluster_not_found: 'nothing is known of where it should go',
  no_healthy_upstream: 'no task takes it',
  early_grpc_json_transcode_failure: 'no method of the gRPC service has this method and path',
  request_payload_too_large: 'the body is too large',
};

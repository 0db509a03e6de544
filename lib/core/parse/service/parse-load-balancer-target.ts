import { LOAD_BALANCER_NAME, LOAD_BALANCER_PORT } from '../../model/constants';
import { LOAD_BALANCER_REMOVAL } from '../../model/pass-through-headers';
import type { TaskFootprint } from '../../model/task-footprint';
import type { LoadBalancerTarget, ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import type { DraftRule } from '../security/parse-allow';
import { parsePassThroughHeaders } from '../security/parse-pass-through-headers';

export const LOAD_BALANCER_TARGET_FIELDS = ['passThroughHeaders'] as const;

const FACTORIES = 'LoadBalancerTarget.application() or LoadBalancerTarget.network()';

/** @param rules those of the service: none of them speaks of load balancers unless it names them */
export function parseLoadBalancerTarget(
  at: Reader,
  protocol: ProtocolId,
  rules: readonly DraftRule[] | undefined,
): LoadBalancerTarget | undefined {
  if (!at.checkFactory('LoadBalancerTarget', FACTORIES) || !at.checkFields(LOAD_BALANCER_TARGET_FIELDS, 'kind')) return undefined;
  const kind = at
    .field('kind')
    .required('the kind of the load balancer', `use ${FACTORIES}`)
    .oneOf(['application', 'network'], 'a LoadBalancerTarget');
  if (kind === undefined) return undefined;
  if (protocol === 'tcp') return parseOfTcp(at, kind, rules);
  const passThroughHeaders = parsePassThroughHeaders(at.field('passThroughHeaders'), LOAD_BALANCER_REMOVAL[kind]);
  checkRules(at, rules);
  return { kind, passThroughHeaders };
}

function parseOfTcp(at: Reader, kind: LoadBalancerTarget['kind'], rules: readonly DraftRule[] | undefined): LoadBalancerTarget | undefined {
  if (kind === 'application')
    return at.fail('UNSUPPORTED_BY_PROTOCOL', 'an Application Load Balancer passes on requests, and a TCP service has none', {
      got: null,
      fix: 'use LoadBalancerTarget.network()',
    });
  const headers = at.field('passThroughHeaders');
  if (!headers.absent) headers.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no headers', { fix: 'remove passThroughHeaders' });
  checkRules(at, rules);
  return { kind, passThroughHeaders: [] };
}

/** Clients behind a load balancer have no identity, so a rule that was written for callers does not let them in. */
function checkRules(at: Reader, rules: readonly DraftRule[] | undefined): void {
  if (rules === undefined || rules.length === 0) return;
  if (rules.some(({ callers = [] }) => callers.some(({ name }) => name === LOAD_BALANCER_NAME))) return;
  at.fail('CONFLICT', `no rule in allow names "${LOAD_BALANCER_NAME}", so nothing that a load balancer sends would be accepted`, {
    got: null,
    fix: `add a rule to allow, such as { callers: ['${LOAD_BALANCER_NAME}'] }, or remove loadBalancerTarget`,
  });
}

/** What stands in the tasks of a service to which load balancers may lead. */
export function footprintWith(target: LoadBalancerTarget | undefined, footprint: TaskFootprint): TaskFootprint {
  if (target === undefined) return footprint;
  return { ...footprint, ports: new Map([...footprint.ports, [LOAD_BALANCER_PORT, "Envoy's listener for load balancers"]]) };
}

import type { LimitDescription, SystemDescription } from '../../../lib/core/description/system-description';
import { FARGATE } from '../../../lib/core/limits/ecs';
import type { Finding } from './finding';

/** Of each limit, the place that takes the most of it, sorted by share. */
export function largestUses(limits: readonly LimitDescription[]): readonly LimitDescription[] {
  const largest = new Map<string, LimitDescription>();
  for (const use of limits) {
    const other = largest.get(use.id);
    if (other === undefined || shareOf(use) > shareOf(other)) largest.set(use.id, use);
  }
  return [...largest.values()].sort((a, b) => shareOf(b) - shareOf(a) || (a.id < b.id ? -1 : 1));
}

export function shareOf({ used, limit }: LimitDescription): number {
  return limit === 0 ? Infinity : used / limit;
}

/** Limits that the system is above. Those of vCPUs have findings of their own, which know what takes them when. */
export function checkLimits({ limits }: SystemDescription): readonly Finding[] {
  const above = limits.filter((use) => use.used > use.limit && !use.id.startsWith('fargate.'));
  return above.map((use) => ({
    code: 'limit',
    severity: use.adjustable ? 'warning' : 'error',
    what: `${amountOf(use)} of ${use.service} for each ${use.scope}: ${use.counts}`,
    where: use.path,
    why: use.adjustable
      ? 'a new account does not have as much, so that the deployment fails there, or requests are refused'
      : 'no account can have more',
    fix: use.adjustable ? `ask for more before you deploy (${use.source})` : `use less of it (${use.source})`,
  }));
}

export function amountOf({ used, limit, unit }: LimitDescription): string {
  const text = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 2 });
  return `${text(used)} of ${text(limit)}${unit === undefined ? '' : ` ${unit}`}`;
}

const KINDS = { onDemand: 'on demand', spot: 'of Spot' } as const;

/**
 * What a deployment into a new account meets. A first one that does not start is a warning; that a later one may not is a note, since
 * accounts grow with what they run.
 */
export function checkFargate({ fargateVcpus, limits }: SystemDescription): readonly Finding[] {
  return (['onDemand', 'spot'] as const).flatMap((kind): readonly Finding[] => {
    const quota = limits.find(({ id }) => id === `fargate.${kind}`);
    const sum = fargateVcpus?.[kind];
    if (quota === undefined || sum === undefined) return [];
    const limit = quota.limit;
    const where = quota.path;
    const most = Math.max(sum.deployment, sum.maximumDeployment);
    const raise = FARGATE[kind].raise;
    const code = raise !== undefined && 'code' in raise ? ` --quota-code ${raise.code ?? ''}` : '';
    const request =
      `ask for ${Math.ceil(most)}, or make tasks smaller: ` +
      `aws service-quotas request-service-quota-increase --service-code fargate${code} --desired-value ${Math.ceil(most)}`;
    if (sum.desired > limit)
      return [
        {
          ...{ code: 'fargate-vcpus', severity: 'warning', where },
          what: `a first deployment takes ${sum.desired} vCPUs ${KINDS[kind]}, and a new account has ${limit} or fewer`,
          why: 'tasks above the quota do not start, and Amazon ECS rolls the deployment back',
          fix: request,
        },
      ];
    if (most <= limit) return [];
    return [
      {
        ...{ code: 'fargate-vcpus', severity: 'note', where },
        what: `a first deployment takes ${sum.desired} of the ${limit} vCPUs ${KINDS[kind]} of a new account, later ones up to ${most}`,
        why: 'while a deployment replaces tasks, or at the largest number of tasks, those above the quota do not start',
        fix: request,
      },
    ];
  });
}

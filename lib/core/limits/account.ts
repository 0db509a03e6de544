import { numberText } from '../reading/input';
import { AUTO_SCALING } from './cloudformation';
import { ROUTE_53 } from './discovery';
import { ECS } from './ecs';
import type { Limit } from './limit';
import { VPC } from './network';
import { CLOUD_WATCH } from './observability';
import { IAM, SSM } from './security';
import type { LimitUse } from './use';

interface AccountQuota {
  readonly limit: Limit;
  readonly what: string;
  readonly advice: string;
}

const OTHER_ACCOUNT = 'deploy a part of the services as a system of its own, in another account';

/** Quotas on resources of which each service has some, by the type of the resource. */
export const ACCOUNT_QUOTAS: ReadonlyMap<string, AccountQuota> = new Map([
  ['AWS::IAM::Role', { limit: IAM.roles, what: 'IAM roles', advice: OTHER_ACCOUNT }],
  ['AWS::EC2::SecurityGroup', { limit: VPC.groups, what: 'security groups', advice: OTHER_ACCOUNT }],
  ['AWS::ECS::Service', { limit: ECS.services, what: 'ECS services', advice: 'use two systems, each with a cluster of its own' }],
  ['AWS::Route53::RecordSet', { limit: ROUTE_53.records, what: 'records', advice: 'use two systems, each with a domain of its own' }],
  ['AWS::ApplicationAutoScaling::ScalableTarget', { limit: AUTO_SCALING.targets, what: 'scalable targets', advice: OTHER_ACCOUNT }],
  ['AWS::CloudWatch::Alarm', { limit: CLOUD_WATCH.alarms, what: 'alarms', advice: OTHER_ACCOUNT }],
  ['AWS::SSM::Parameter', { limit: SSM.parameters, what: 'parameters of AWS Systems Manager', advice: OTHER_ACCOUNT }],
]);

/** What stacks with resources of such types take of the quotas of their account. */
export function accountUses(types: Iterable<string>): readonly LimitUse[] {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...ACCOUNT_QUOTAS].map(([type, { limit, what, advice }]) => {
    const used = counts.get(type) ?? 0;
    return { limit, used, path: 'services', subject: `the stacks of the system have ${numberText(used)} ${what}`, advice };
  });
}

import { CfnResource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AUTO_SCALING } from '../../core/limits/cloudformation';
import { ROUTE_53 } from '../../core/limits/discovery';
import { ECS } from '../../core/limits/ecs';
import type { Limit } from '../../core/limits/limit';
import { VPC } from '../../core/limits/network';
import { CLOUD_WATCH } from '../../core/limits/observability';
import { IAM, SSM } from '../../core/limits/security';
import { limitWarnings } from '../../core/limits/use';
import { numberText } from '../../core/reading/input';
import { elementsOf } from '../stack-elements';
import { warn } from '../warn';
import type { SystemStack } from './stack-size';

interface AccountQuota {
  readonly limit: Limit;
  readonly what: string;
  readonly advice: string;
}

const OTHER_ACCOUNT = 'deploy a part of the services as a system of its own, in another account';

/** Quotas on resources of which each service has some, by type. */
const QUOTAS: ReadonlyMap<string, AccountQuota> = new Map([
  ['AWS::IAM::Role', { limit: IAM.roles, what: 'IAM roles', advice: OTHER_ACCOUNT }],
  ['AWS::EC2::SecurityGroup', { limit: VPC.groups, what: 'security groups', advice: OTHER_ACCOUNT }],
  ['AWS::ECS::Service', { limit: ECS.services, what: 'ECS services', advice: 'use two systems, each with a cluster of its own' }],
  ['AWS::Route53::RecordSet', { limit: ROUTE_53.records, what: 'records', advice: 'use two systems, each with a domain of its own' }],
  ['AWS::ApplicationAutoScaling::ScalableTarget', { limit: AUTO_SCALING.targets, what: 'scalable targets', advice: OTHER_ACCOUNT }],
  ['AWS::CloudWatch::Alarm', { limit: CLOUD_WATCH.alarms, what: 'alarms', advice: OTHER_ACCOUNT }],
  ['AWS::SSM::Parameter', { limit: SSM.parameters, what: 'parameters of AWS Systems Manager', advice: OTHER_ACCOUNT }],
]);

/** At synth, when the stacks are complete: warns of more resources than an account has by default. */
export function warnOfAccountQuotas(scope: Construct, stacks: readonly SystemStack[]): void {
  scope.node.addValidation({
    validate: () => {
      const counts = new Map<string, number>();
      for (const stack of new Set(stacks.map((each) => each.stack)))
        for (const child of elementsOf(stack))
          if (CfnResource.isCfnResource(child)) counts.set(child.cfnResourceType, (counts.get(child.cfnResourceType) ?? 0) + 1);
      const uses = [...QUOTAS].map(([type, { limit, what, advice }]) => {
        const used = counts.get(type) ?? 0;
        return { limit, used, path: 'services', subject: `the stacks of the system have ${numberText(used)} ${what}`, advice };
      });
      warn(scope, limitWarnings(uses));
      return [];
    },
  });
}

import { Aws } from 'aws-cdk-lib';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { FirewallPlan, ManagedGroup } from '../../core/plan/edge-plan';

/** The web ACL, if it is none of the user's, and what puts it in front. */
export interface RenderedFirewall {
  readonly webAcl?: wafv2.CfnWebACL;
  readonly association: wafv2.CfnWebACLAssociation;
}

/** @param resourceArn a stage, or a load balancer */
export function renderFirewall(scope: Construct, plan: FirewallPlan, apiName: string, resourceArn: string): RenderedFirewall {
  if ('webAclArn' in plan) return { association: associate(scope, plan.webAclArn, resourceArn) };
  const webAcl = renderWebAcl(scope, plan.groups, apiName);
  return { webAcl, association: associate(scope, webAcl.attrArn, resourceArn) };
}

function associate(scope: Construct, webAclArn: string, resourceArn: string): wafv2.CfnWebACLAssociation {
  return new wafv2.CfnWebACLAssociation(scope, 'WebAclAssociation', { resourceArn, webAclArn });
}

function renderWebAcl(scope: Construct, groups: readonly ManagedGroup[], apiName: string): wafv2.CfnWebACL {
  return new wafv2.CfnWebACL(scope, 'WebAcl', {
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    // With the stack's name: environments of an app would share metrics.
    visibilityConfig: visible(`${Aws.STACK_NAME}-${apiName}`),
    rules: groups.map(({ name, counted }, priority) => ({
      name,
      priority,
      overrideAction: { none: {} },
      statement: {
        managedRuleGroupStatement: {
          vendorName: 'AWS',
          name,
          ...(counted.length === 0 ? {} : { ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })) }),
        },
      },
      visibilityConfig: visible(name),
    })),
  });
}

function visible(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName };
}

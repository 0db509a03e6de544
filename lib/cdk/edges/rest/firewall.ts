import { Aws } from 'aws-cdk-lib';
import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { FirewallPlan, ManagedGroup } from '../../../core/edges/rest/firewall';

/** What AWS WAF does before a stage; returns the web ACL, if it is none of the user's. */
export function renderFirewall(
  scope: Construct,
  plan: FirewallPlan,
  apiName: string,
  stage: apigateway.Stage,
): wafv2.CfnWebACL | undefined {
  if ('webAclArn' in plan) {
    associate(scope, plan.webAclArn, stage);
    return undefined;
  }
  const own = renderWebAcl(scope, plan.groups, apiName);
  associate(scope, own.attrArn, stage);
  return own;
}

function associate(scope: Construct, webAclArn: string, stage: apigateway.Stage): void {
  new wafv2.CfnWebACLAssociation(scope, 'WebAclAssociation', { resourceArn: stage.stageArn, webAclArn });
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

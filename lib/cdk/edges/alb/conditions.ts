import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { PathPatterns, RuleConditions } from '../../../core/edges/alb/rules';

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html */
export function conditionsOf({ hosts, methods, paths, preflight }: RuleConditions): elbv2.ListenerCondition[] {
  return [
    ...(hosts === undefined ? [] : [elbv2.ListenerCondition.hostHeaders([...hosts])]),
    ...(methods === undefined ? [] : [elbv2.ListenerCondition.httpRequestMethods([...methods])]),
    ...(paths === undefined
      ? []
      : [paths.kind === 'values' ? elbv2.ListenerCondition.pathPatterns([...paths.patterns]) : new RegexPaths(paths)]),
    ...(preflight === true ? [elbv2.ListenerCondition.httpHeader('access-control-request-method', ['*'])] : []),
  ];
}

/** The CDK's own class has no regular expressions. */
class RegexPaths extends elbv2.ListenerCondition {
  constructor(private readonly paths: PathPatterns) {
    super();
  }

  renderRawCondition(): elbv2.CfnListenerRule.RuleConditionProperty {
    return { field: 'path-pattern', pathPatternConfig: { regexValues: [...this.paths.patterns] } };
  }
}

import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { SystemPlan } from '../../core/plan/system-plan';

/**
 * A parameter for each service with versions: nothing else changes with weights. They wait for nothing, so that services
 * that call each other make no cycle.
 */
export function renderWeights(scope: Construct, { weights = [] }: SystemPlan): ReadonlyMap<string, ssm.IStringParameter> {
  if (weights.length === 0) return new Map();
  const own = new Construct(scope, 'Weights');
  return new Map(
    weights.map(({ service, text, pattern }) => [
      service,
      new ssm.StringParameter(own, service, {
        description: `Weights of the versions of ${service}, which callers follow while they run`,
        stringValue: text,
        allowedPattern: pattern,
      }),
    ]),
  );
}

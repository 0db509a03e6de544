import { Names } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import type { Throttle } from '../../../core/plan/edge-plan';
import { defined } from '../../../core/defined';

/**
 * The keys that the stage accepts. The limit holds for each key by itself.
 *
 * @param given the user's keys; absent: one is created
 */
export function renderUsagePlan(
  scope: Construct,
  name: string,
  stage: apigateway.Stage,
  throttle: Throttle | undefined,
  given: readonly apigateway.IApiKey[] | undefined,
): apigateway.UsagePlan {
  const plan = new apigateway.UsagePlan(scope, 'UsagePlan', { name, apiStages: [{ stage }], ...defined({ throttle }) });
  const keys = given ?? [new apigateway.ApiKey(scope, 'ApiKey', { description: `Clients of ${name}` })];
  for (const key of new Set(keys)) addKey(plan, `Key-${Names.nodeUniqueId(key.node)}`, plan, key);
  return plan;
}

/** Not `addApiKey`, whose ids depend on the order of the keys unless the user has set a feature flag. */
export function addKey(scope: Construct, id: string, { usagePlanId }: apigateway.UsagePlan, { keyId }: apigateway.IApiKey): void {
  new apigateway.CfnUsagePlanKey(scope, id, { usagePlanId, keyId, keyType: 'API_KEY' });
}

import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ClientPlan } from '../../../core/edges/rest/plan';
import { defined } from '../../../core/defined';
import type { IEdgeClient } from '../../../edge';
import { addKey } from './usage-plan';

/** A client of a REST API: its usage plan for the stage, and its key. */
export class RenderedClient extends Construct implements IEdgeClient {
  readonly clientName: string;
  readonly apiKey: apigateway.IApiKey;
  readonly usagePlan: apigateway.UsagePlan;

  /**
   * @param given the user's key; absent: one is created
   */
  constructor(
    scope: Construct,
    { name, throttle, quota }: ClientPlan,
    { apiName, stage, given }: { readonly apiName: string; readonly stage: apigateway.Stage; readonly given?: apigateway.IApiKey },
  ) {
    super(scope, `Client-${name}`);
    this.clientName = name;
    this.usagePlan = new apigateway.UsagePlan(this, 'UsagePlan', {
      name: `${apiName}-${name}`,
      apiStages: [{ stage }],
      ...defined({ throttle, quota: quota === undefined ? undefined : { limit: quota.limit, period: apigateway.Period[quota.period] } }),
    });
    // No value: what stands in a template is no secret.
    this.apiKey = given ?? new apigateway.ApiKey(this, 'ApiKey', { description: `Client "${name}" of ${apiName}` });
    addKey(this, 'UsagePlanKey', this.usagePlan, this.apiKey);
  }

  grantRead(grantee: IGrantable): Grant {
    return apigateway.ApiKeyGrants.fromApiKey(this.apiKey).read(grantee);
  }
}

/** Those of the plan, by name. */
export function renderClients(
  scope: Construct,
  plans: readonly ClientPlan[],
  apiName: string,
  stage: apigateway.Stage,
  keys: ReadonlyMap<string, apigateway.IApiKey>,
): ReadonlyMap<string, IEdgeClient> {
  return new Map(
    plans.map((plan) => {
      const given = keys.get(plan.name);
      if (plan.ownKey && given === undefined) throw new Error(`bug: no key for the client "${plan.name}"`);
      return [plan.name, new RenderedClient(scope, plan, { apiName, stage, ...defined({ given }) })];
    }),
  );
}

import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ResourcePolicyPlan } from '../../../core/edges/rest/resource-policy';

/**
 * A refusal that no authorizer overrides, and the permission that routes need which no identity policy and no function decides about.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html#apigateway-resource-policies-source-ip-address-example
 */
export function resourcePolicy({ ipRanges, open }: ResourcePolicyPlan, stage: string): PolicyDocument {
  const invoke = { principals: [new AnyPrincipal()], actions: ['execute-api:Invoke'] };
  const resources = open.map((resource) => (resource === '*' ? 'execute-api:/*' : `execute-api:/${stage}/${resource}`));
  return new PolicyDocument({
    statements: [
      ...(resources.length === 0 ? [] : [new PolicyStatement({ ...invoke, resources })]),
      new PolicyStatement({
        ...invoke,
        effect: Effect.DENY,
        resources: ['execute-api:/*'],
        conditions: { NotIpAddress: { 'aws:SourceIp': ipRanges } },
      }),
    ],
  });
}

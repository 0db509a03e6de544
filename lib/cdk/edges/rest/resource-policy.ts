import type { IInterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ResourcePolicyPlan } from '../../../core/edges/rest/resource-policy';

/** What of a policy is no plain data. */
interface Given {
  readonly vpcEndpoints: readonly IInterfaceVpcEndpoint[];
  readonly statements: readonly PolicyStatement[];
}

/**
 * Refusals that no authorizer and no statement of the user's overrides, and the permission that routes need which no identity policy and no
 * function decides about.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
 */
export function resourcePolicy(
  { ipRanges, isPrivate, open }: ResourcePolicyPlan,
  stage: string,
  { vpcEndpoints, statements }: Given,
): PolicyDocument {
  const invoke = { principals: [new AnyPrincipal()], actions: ['execute-api:Invoke'] };
  const resources = open.map((resource) => (resource === '*' ? 'execute-api:/*' : `execute-api:/${stage}/${resource}`));
  const refuse = (conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>): PolicyStatement =>
    new PolicyStatement({ ...invoke, effect: Effect.DENY, resources: ['execute-api:/*'], conditions });
  return new PolicyDocument({
    statements: [
      ...(resources.length === 0 ? [] : [new PolicyStatement({ ...invoke, resources })]),
      ...(ipRanges === undefined
        ? []
        : [refuse({ NotIpAddress: { [isPrivate === true ? 'aws:VpcSourceIp' : 'aws:SourceIp']: ipRanges } })]),
      ...(isPrivate === true
        ? [refuse({ StringNotEquals: { 'aws:SourceVpce': vpcEndpoints.map(({ vpcEndpointId }) => vpcEndpointId) } })]
        : []),
      // As they were checked: what is added to them later does not count.
      ...statements.map((statement) => statement.copy()),
    ],
  });
}

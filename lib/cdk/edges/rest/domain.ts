import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { CfnApiMapping } from 'aws-cdk-lib/aws-apigatewayv2';
import { ApiGatewayDomain } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import { defined } from '../../../core/defined';
import type { DomainPlan, TlsPolicy } from '../../../core/plan/edge-plan';
import { certificateOf, givenDomain, renderRecords, trustStore } from '../domain';
import type { EdgeContext } from '../model';

export function renderRestApiDomain(
  scope: Construct,
  plan: DomainPlan,
  stage: apigateway.Stage,
  context: EdgeContext,
): apigateway.DomainName {
  const props = givenDomain(context.domain);
  const { securityPolicy, endpointAccessMode } = plan.tls;
  const domain = new apigateway.DomainName(scope, 'Domain', {
    domainName: plan.name,
    certificate: certificateOf(scope, plan, props),
    endpointType: apigateway.EndpointType.REGIONAL,
    ...defined({
      securityPolicy: Object.values(apigateway.SecurityPolicy).find((each: string) => each === securityPolicy),
      endpointAccessMode: Object.values(apigateway.EndpointAccessMode).find((each: string) => each === endpointAccessMode),
      mtls: trustStore(plan, props.mutualTls),
    }),
  });
  const resource = domain.node.defaultChild as apigateway.CfnDomainName;
  // The L2 construct knows neither.
  const { ownershipCertificate } = props.mutualTls ?? {};
  if (ownershipCertificate !== undefined) resource.ownershipVerificationCertificateArn = ownershipCertificate.certificateArn;
  if (plan.ipAddressType !== undefined)
    resource.endpointConfiguration = { types: [apigateway.EndpointType.REGIONAL], ipAddressType: plan.ipAddressType };
  // Of version 2, which takes paths of more than one part; and by one ID, so that a change of the path is an update of the mapping.
  const mapping = new CfnApiMapping(scope, 'DomainMapping', {
    apiId: stage.restApi.restApiId,
    stage: stage.stageName,
    domainName: domain.domainName,
    ...defined({ apiMappingKey: plan.mappingKey }),
  });
  renderRecords(scope, plan, props, new ApiGatewayDomain(domain), mapping);
  return domain;
}

/**
 * The API's own policy counts in the handshake, whatever that of the domain is. Its default stays where the domain has one of the old ones.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-update.html
 */
export function applyTls(api: apigateway.RestApi, { securityPolicy, endpointAccessMode }: TlsPolicy): void {
  if (endpointAccessMode === undefined) return;
  const resource = api.node.defaultChild as apigateway.CfnRestApi;
  resource.securityPolicy = securityPolicy;
  resource.endpointAccessMode = endpointAccessMode;
}

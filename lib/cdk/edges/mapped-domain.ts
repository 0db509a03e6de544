import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import { defined } from '../../core/defined';
import type { DomainPlan } from '../../core/plan/edge-plan';
import { certificateOf, givenDomain, renderRecords, trustStore } from './domain';
import type { EdgeContext } from './model';

const IP_ADDRESS_TYPES = { ipv4: apigwv2.IpAddressType.IPV4, dualstack: apigwv2.IpAddressType.DUAL_STACK };

/** What clients of a domain get: HTTP and WebSocket APIs have domains of one type. */
interface Mapped {
  readonly api: apigwv2.IApi;
  readonly stage: apigwv2.IStage;
}

export function renderMappedDomain(scope: Construct, plan: DomainPlan, { api, stage }: Mapped, context: EdgeContext): apigwv2.DomainName {
  const props = givenDomain(context.domain);
  const domain = new apigwv2.DomainName(scope, 'Domain', {
    domainName: plan.name,
    certificate: certificateOf(scope, plan, props),
    endpointType: apigwv2.EndpointType.REGIONAL,
    securityPolicy: apigwv2.SecurityPolicy.TLS_1_2,
    ...defined({
      mtls: trustStore(plan, props.mutualTls),
      ownershipCertificate: props.mutualTls?.ownershipCertificate,
      ipAddressType: plan.ipAddressType === undefined ? undefined : IP_ADDRESS_TYPES[plan.ipAddressType],
    }),
  });
  // By one ID, whatever its path: a change of the path is an update, and not a second mapping beside the first.
  const mapping = new apigwv2.ApiMapping(scope, 'DomainMapping', {
    api,
    stage,
    domainName: domain,
    ...defined({ apiMappingKey: plan.mappingKey }),
  });
  const target = new ApiGatewayv2DomainProperties(domain.regionalDomainName, domain.regionalHostedZoneId);
  renderRecords(scope, plan, props, target, mapping);
  return domain;
}

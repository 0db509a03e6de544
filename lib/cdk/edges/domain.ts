import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as route53 from 'aws-cdk-lib/aws-route53';
import type { Construct, IDependable } from 'constructs';
import type { DomainPlan } from '../../core/plan/edge-plan';
import { defined } from '../../core/defined';
import type { DomainProps, MutualTlsProps } from '../../props/edge/domain';

/** What the plan names, and only the props have. */
export function givenDomain(domain: DomainProps | undefined): DomainProps {
  if (domain === undefined) throw new Error('bug: the plan has a domain that no props have');
  return domain;
}

/** The user's, or one for which a record in the hosted zone shows that the name is theirs. */
export function certificateOf(scope: Construct, plan: DomainPlan, { certificate, hostedZone }: DomainProps): acm.ICertificate {
  if (!plan.makesCertificate && certificate !== undefined) return certificate;
  if (hostedZone === undefined) throw new Error('bug: there is no zone for a certificate');
  return new acm.Certificate(scope, 'Certificate', {
    domainName: plan.name,
    validation: acm.CertificateValidation.fromDns(hostedZone),
  });
}

/** The trust store, as both kinds of API take it. */
export function trustStore(
  { mutualTls: plan }: DomainPlan,
  mutualTls: MutualTlsProps | undefined,
): { readonly bucket: MutualTlsProps['bucket']; readonly key: string; readonly version?: string } | undefined {
  if (plan === undefined) return undefined;
  if (mutualTls === undefined) throw new Error('bug: there is no bucket for the trust store');
  return { bucket: mutualTls.bucket, key: plan.key, ...defined({ version: plan.version }) };
}

/** After the mapping: clients that find the name find the API. */
export function renderRecords(
  scope: Construct,
  { name, records }: DomainPlan,
  { hostedZone }: DomainProps,
  target: route53.IAliasRecordTarget,
  mapping: IDependable,
): void {
  if (hostedZone === undefined) return;
  for (const type of records) {
    // With the dot at its end it is whole, whatever the name of the zone is.
    const props = { zone: hostedZone, recordName: `${name}.`, target: route53.RecordTarget.fromAlias(target) };
    const record = type === 'A' ? new route53.ARecord(scope, 'ARecord', props) : new route53.AaaaRecord(scope, 'AaaaRecord', props);
    record.node.addDependency(mapping);
  }
}

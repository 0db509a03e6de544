import type { ClientPolicy, FileCertificate, FileTrust, ListenerTls, TlsValidation } from './resources';
import { everyCaller } from '../../model/callers';
import { identityOf, trustPrefix } from '../../contract/identity';
import type { Service } from '../../model/topology';
import type { AppMeshTopology } from './settings';
import { IDENTITY_PEM, TRUST_PEM } from './constants';

const OWN_CERTIFICATE: FileCertificate = { certificateChain: IDENTITY_PEM, privateKey: IDENTITY_PEM };
const OWN_TRUST: FileTrust = { file: { certificateChain: TRUST_PEM } };

/** The service's certificate in ACM; undefined if it has one of the mesh, or none. */
export function acmCertificateOf(topology: AppMeshTopology, service: Pick<Service, 'name'>): string | undefined {
  const arns = topology.mesh.serverCertificates?.certificateArns ?? {};
  return Object.hasOwn(arns, service.name) ? arns[service.name] : undefined;
}

function haveCertificates({ certificates }: AppMeshTopology): boolean {
  return certificates.kind !== 'none';
}

/**
 * TLS of a task towards its callers. App Mesh has no authorization, but the handshake admits declared callers only.
 * https://docs.aws.amazon.com/app-mesh/latest/userguide/mutual-tls.html
 */
export function listenerTls(topology: AppMeshTopology, service: Service): ListenerTls | undefined {
  const certificateArn = acmCertificateOf(topology, service);
  if (certificateArn === undefined && !haveCertificates(topology)) return undefined;
  return {
    mode: 'STRICT',
    certificate: certificateArn === undefined ? { file: OWN_CERTIFICATE } : { acm: { certificateArn } },
    ...(haveCertificates(topology) ? { validation: { trust: OWN_TRUST, ...names(callersOf(topology, service)) } } : {}),
  };
}

/** Without callers, the bare prefix, which is no identity; an empty list would admit everyone. */
function callersOf({ trustDomain }: AppMeshTopology, service: Service): readonly string[] {
  const callers = [...everyCaller(service)].sort();
  return callers.length === 0 ? [trustPrefix(trustDomain)] : callers.map((caller) => identityOf(trustDomain, caller));
}

/**
 * TLS of a caller. Without names, App Mesh requires the name by which the task is discovered, which differs by version: a
 * certificate of ACM holds that of the service, for all of its versions. All callees are of one kind.
 */
export function clientPolicy(
  topology: AppMeshTopology,
  callees: readonly Pick<Service, 'name' | 'discoveryHost'>[],
): ClientPolicy | undefined {
  const acm = callees.some((callee) => acmCertificateOf(topology, callee) !== undefined) ? topology.mesh.serverCertificates : undefined;
  if (acm === undefined && !haveCertificates(topology)) return undefined;
  return {
    tls: {
      enforce: true,
      ...(haveCertificates(topology) ? { certificate: { file: OWN_CERTIFICATE } } : {}),
      validation:
        acm === undefined
          ? { trust: OWN_TRUST, ...names(callees.map((callee) => identityOf(topology.trustDomain, callee.name))) }
          : {
              trust: { acm: { certificateAuthorityArns: acm.authorityArns } },
              ...names(callees.map(({ discoveryHost }) => discoveryHost)),
            },
    },
  };
}

function names(exact: readonly string[]): Pick<TlsValidation<FileTrust>, 'subjectAlternativeNames'> {
  return { subjectAlternativeNames: { match: { exact } } };
}

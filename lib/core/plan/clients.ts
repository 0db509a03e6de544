import { identityOf } from '../contract/identity';
import { PRIVATE_CA_RENEW_AFTER_SECONDS } from '../contract/issuing';
import { allNamed } from '../model/by-name';
import { CLIENT_GATEWAY_PORT, clientHost } from '../model/clients';
import type { ProtocolId, Topology } from '../model/topology';
import type { ClientsPlan } from './system-plan';

/** Clients speak TLS to the client gateway. gRPC clients take a target without a scheme. */
const SCHEMES: Readonly<Record<ProtocolId, string>> = { http: 'https://', http2: 'https://', grpc: '', tcp: '' };

/** How long resolvers remember where the client gateway is: its name never changes, and the addresses stand at that name. */
const RECORD_TTL_SECONDS = 60;

export function clientsPlan({ clientGateway, services, trustDomain, discoveryDomain, certificates }: Topology): ClientsPlan | undefined {
  if (clientGateway === undefined) return undefined;
  const { name: gateway, domain, clients } = clientGateway;
  return {
    gateway,
    port: CLIENT_GATEWAY_PORT,
    record: { host: `*.${domain}`, target: `${gateway}.${discoveryDomain}`, ttlSeconds: RECORD_TTL_SECONDS },
    clients: clients.map(({ name, path, calls }) => ({
      name,
      path,
      identity: { uri: identityOf(trustDomain, name) },
      urls: Object.fromEntries(
        allNamed(services, calls).map((callee) => [
          callee.name,
          `${SCHEMES[callee.protocol]}${clientHost(clientGateway, callee.name)}:${CLIENT_GATEWAY_PORT}`,
        ]),
      ),
      ...(certificates.kind === 'privateCa' ? { renewSeconds: PRIVATE_CA_RENEW_AFTER_SECONDS } : {}),
    })),
  };
}

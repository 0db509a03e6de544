import type { RegistrationPlan } from '../system-plan';
import { HTTP_API } from '../../limits/api-gateway';
import { DISCOVERY_TTL_SECONDS, GATEWAY_PORT, PROXY_CONTAINER } from '../../model/constants';
import type { EdgeTopology } from '../../model/topology';

/**
 * API Gateway goes on sending to a task that ECS stops until it asks Cloud Map again, and waits for an answer for up
 * to 30 seconds. The agent waits for twice this and a second.
 */
export const EDGE_REFRESH_SECONDS = 17;
export const EDGE_REQUEST_SECONDS = HTTP_API.integrationTimeout.value;

/**
 * A client finds the tasks of the client gateway by DNS, and may remember them for longer than it should: Java for 30 seconds. The agent
 * waits for twice this and a second. https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/net/doc-files/net-properties.html
 */
export const CLIENT_REFRESH_SECONDS = 15;

/** The VPC link of an HTTP API asks Cloud Map for address and port, and ECS registers a port only with SRV. */
export function gatewayRegistration({ api }: EdgeTopology): RegistrationPlan {
  return api.gatewayRecord === 'SRV'
    ? { recordType: 'SRV', ttlSeconds: DISCOVERY_TTL_SECONDS, container: PROXY_CONTAINER, port: GATEWAY_PORT }
    : { recordType: 'A', ttlSeconds: DISCOVERY_TTL_SECONDS };
}

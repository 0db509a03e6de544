import { AGGREGATOR_ENTRY_POINT, AGGREGATOR_HEALTH_COMMAND } from '../../contract/aggregation';
import { AGGREGATOR_CONTAINER, AGGREGATOR_MEMORY_MIB, INIT_CONTAINER, PROXY_CONTAINER } from '../../model/constants';
import type { ContainerPlan } from '../system-plan';
import { program } from './agent';
import { EDGE_REQUEST_SECONDS } from './gateway';

/**
 * Makes one answer of several. ECS stops it after the agent, which has waited for the requests under way, and before Envoy, by which it
 * reaches services: what is still under way then can end. It is essential, but restarted in place. In the volume, it has the socket by
 * which its health check asks.
 */
export function aggregator(): ContainerPlan {
  return {
    ...program(),
    name: AGGREGATOR_CONTAINER,
    role: 'aggregator',
    essential: true,
    entryPoint: AGGREGATOR_ENTRY_POINT,
    environment: {},
    healthCheck: {
      command: ['CMD', ...AGGREGATOR_HEALTH_COMMAND],
      intervalSeconds: 10,
      timeoutSeconds: 5,
      retries: 3,
      startPeriodSeconds: 30,
    },
    dependsOn: [
      { container: INIT_CONTAINER, condition: 'SUCCESS' },
      { container: PROXY_CONTAINER, condition: 'START' },
    ],
    memoryLimitMiB: AGGREGATOR_MEMORY_MIB,
    stopTimeoutSeconds: EDGE_REQUEST_SECONDS + STOP_SECONDS,
    restart: true,
  };
}

/** What it takes to end beside waiting for requests. */
const STOP_SECONDS = 5;

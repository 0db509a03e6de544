import { AGGREGATOR_PORT, PARTS_PORT } from '../../model/aggregation';
import { CLIENT_GATEWAY_PORT } from '../../model/clients';
import { FIRST_UNPRIVILEGED_PORT, GATEWAY_PORT, LOAD_BALANCER_PORT } from '../../model/constants';
import { DEFAULT_PROMETHEUS_PORT } from '../../model/observability/prometheus';
import type { PrometheusSettings } from '../../model/observability/settings';
import { isInboundPortOfName } from '../../model/service-ports';
import type { TaskFootprint } from '../../model/task-footprint';
import type { EdgeTopology } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { parsePort } from '../workload/parse-port';
import { checkOpenTo } from '../workload/check-open-to';

/** Where some tasks of the mesh listen, beside what all of them do. */
const OF_SOME_TASKS: readonly number[] = [GATEWAY_PORT, LOAD_BALANCER_PORT, CLIENT_GATEWAY_PORT, AGGREGATOR_PORT, PARTS_PORT];

/** @param footprint of tasks without the endpoint */
export function parsePrometheus(at: Reader, footprint: TaskFootprint): PrometheusSettings | undefined {
  if (!at.checkFields(['openTo', 'port'])) return undefined;
  checkOpenTo(at.field('openTo').required('who may connect', 'list the security groups of the scrapers'), {
    nobody: 'the endpoint would be open to nobody',
    fix: `remove ${at.path}, or list who may connect`,
  });
  return { port: parseOwnPort(at.field('port'), footprint) ?? DEFAULT_PROMETHEUS_PORT };
}

function parseOwnPort(at: Reader, footprint: TaskFootprint): number | undefined {
  const port = parsePort(at, footprint, FIRST_UNPRIVILEGED_PORT);
  if (port === undefined || !(port === footprint.virtualPort || OF_SOME_TASKS.includes(port) || isInboundPortOfName(port))) return port;
  return at.fail('RESERVED_PORT', `Envoy listens on port ${port} in tasks of the mesh`, { fix: 'choose another port' });
}

/** Of an edge behind a load balancer, each authorizer has a port. */
export function checkPrometheusPort(at: Reader, settings: PrometheusSettings | undefined, edges: readonly EdgeTopology[]): void {
  const clash = edges.find(({ api }) => api.ports?.some(({ port }) => port === settings?.port));
  if (settings !== undefined && clash !== undefined)
    at.field('port').fail('RESERVED_PORT', `the gateway service of ${clash.path} takes requests on port ${settings.port}`, {
      fix: 'choose another port',
    });
}

import { isObject } from '../../../lib/core/readable/json';
import type { ComposeFile } from './engine/compose-file';
import type { SynthesizedWorkload } from './read-local-system';
import { envoysOf, valuesIn } from './read-local-system';

/** What the library, or the user, gives to applications: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
/** Where Envoys send their spans. */
const CLUSTER = '_collector';

/** Collectors outside of the tasks to which applications or Envoys send their spans, also from a laptop. */
export function collectorsOf({ services }: ComposeFile, workloads: readonly SynthesizedWorkload[]): readonly string[] {
  const told = Object.values(services).flatMap(({ environment }) => environment?.[ENDPOINT] ?? []);
  const applications = [...new Set(told)].filter((endpoint) => !LOOPBACK.test(endpoint));
  const running = workloads.filter(({ description: { name } }) => services[`${name}-1`] !== undefined);
  const envoys = new Set(running.flatMap((workload) => envoysOf(workload).flatMap(collectorsIn)));
  const others = [...envoys].filter((each) => !LOOPBACK.test(each) && !applications.some((known) => known.startsWith(each)));
  return [...applications, ...others].sort();
}

const LOOPBACK = /^https?:\/\/(127\.0\.0\.1|localhost)(:|\/|$)/;

function collectorsIn(envoy: unknown): readonly string[] {
  const clusters = valuesIn(envoy, 'clusters').flat().filter(isObject);
  return clusters
    .filter(({ name }) => name === CLUSTER)
    .flatMap((cluster) => {
      const scheme = cluster['transport_socket'] === undefined ? 'http' : 'https';
      const addresses = valuesIn(cluster, 'socket_address').filter(isObject);
      return addresses.map(({ address, port_value: port }) => `${scheme}://${String(address)}:${String(port)}`);
    });
}

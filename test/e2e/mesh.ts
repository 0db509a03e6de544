import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { AGENT_CONTAINER, PROXY_CONTAINER } from '../../lib/core/model/constants';
import type { Cluster, Task } from './runner';
import { until } from './runner';

/**
 * What passed or failed a health check reaches the threads that balance load this much later at most, and the admin interface shows the
 * main thread alone. https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto (update_merge_window)
 */
const UPDATE_MERGE_WINDOW_MS = 1000;

/**
 * Resolves when every Envoy knows the tasks of those it calls, has found them alive, and sends requests to all of them: it queries DNS
 * for them every few seconds, and on a busy machine the first check of a task may time out.
 */
export async function settled(cluster: Cluster): Promise<void> {
  await Promise.all(
    cluster.tasks().map(async (task) => {
      await until(async () => knowsAll(cluster, task), { what: `the Envoy of ${task.id} to know the tasks that it calls` });
    }),
  );
  await balanced();
}

/** Resolves when requests are sent by the health of tasks that the admin interface shows now. */
export async function balanced(): Promise<void> {
  const toldAt = Date.now();
  await until(() => Date.now() - toldAt > UPDATE_MERGE_WINDOW_MS, { what: 'the threads that balance load to know what the main one does' });
}

async function knowsAll(cluster: Cluster, task: Task): Promise<boolean> {
  const hosts = await upstreams(task);
  return [...hosts].every(([name, addresses]) => {
    const expected = cluster.system.services.some((service) => service.name === name)
      ? cluster.tasks(name).map(({ address }) => address)
      : [...addresses];
    return expected.sort().join() === [...addresses].sort().join();
  });
}

/** The addresses that an Envoy has for each of its clusters. https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--clusters */
async function upstreams(task: Task): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { body } = await task.client.get(`http://127.0.0.1:${ADMIN_PORT}/clusters`);
  const known = new Map<string, Set<string>>();
  for (const line of body.split('\n').filter((text) => text !== '')) {
    const [name = '', host = '', key = '', value = ''] = line.split('::');
    const addresses = known.get(name) ?? new Set();
    known.set(name, addresses);
    const [, address] = /^([\d.]+):\d+$/.exec(host) ?? [];
    if (address !== undefined && key === 'health_flags' && !value.includes('failed_active_hc')) addresses.add(address);
  }
  return known;
}

/** The access log of a task's Envoy, as entries of JSON. */
export async function logged(task: Task, entry: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
  const matches = (candidate: Readonly<Record<string, unknown>>): boolean =>
    Object.entries(entry).every(([key, value]) => candidate[key] === value);
  return task.container(PROXY_CONTAINER).log.untilJson(matches, { what: `an entry with ${JSON.stringify(entry)}` });
}

/** The serial numbers, in lower case, of the certificates that a task's Envoy presents to others. */
export async function presented(task: Task): Promise<readonly string[]> {
  return serialsIn(task, 'cert_chain');
}

/** The serial numbers, in lower case, of the roots that a task's Envoy trusts. */
export async function trusted(task: Task): Promise<readonly string[]> {
  return serialsIn(task, 'ca_cert');
}

/** The SPIFFE IDs that a task's Envoy presents. */
export async function identities(task: Task): Promise<readonly string[]> {
  const names = (await certificatesOf(task)).flatMap(({ cert_chain: chain }) => chain.flatMap(({ subject_alt_names: all = [] }) => all));
  return [...new Set(names.flatMap(({ uri }) => uri ?? []))].sort();
}

async function serialsIn(task: Task, part: 'cert_chain' | 'ca_cert'): Promise<readonly string[]> {
  const serials = (await certificatesOf(task)).flatMap((listed) => listed[part].map(({ serial_number: serial }) => serial.toLowerCase()));
  return [...new Set(serials)].sort();
}

interface Certificate {
  readonly serial_number: string;
  readonly subject_alt_names?: readonly { readonly uri?: string }[];
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/admin/v3/certs.proto */
async function certificatesOf(
  task: Task,
): Promise<readonly { readonly cert_chain: readonly Certificate[]; readonly ca_cert: readonly Certificate[] }[]> {
  const { body } = await task.client.get(`http://127.0.0.1:${ADMIN_PORT}/certs`);
  return (JSON.parse(body) as { readonly certificates: Awaited<ReturnType<typeof certificatesOf>> }).certificates;
}

/** Resolves when the Envoys of a service, or of all, present what was issued last to their tasks, and nothing else. */
export async function renewed(cluster: Cluster, service?: string): Promise<void> {
  await Promise.all(
    cluster.tasks(service).map(async (task) => {
      await until(async () => (await presented(task)).join() === cluster.certificates.serialOf(task), {
        what: `the Envoy of ${task.id} to present its last certificate`,
        detail: () => task.container(AGENT_CONTAINER).log.tail(),
      });
    }),
  );
}

import type { SystemDescription, WorkloadDescription } from '../../lib/core/description/system-description';
import { callKey } from './view';

/** Who is who in a description: workloads and clusters of Envoy, in boxes and calls of a diagram. */
export class SystemIndex {
  private readonly workloads: ReadonlyMap<string, WorkloadDescription>;

  constructor(readonly description: SystemDescription) {
    this.workloads = new Map(description.workloads.map((workload) => [workload.name, workload]));
  }

  workload(name: string): WorkloadDescription | undefined {
    return this.workloads.get(name);
  }

  /** The box in which tasks of a workload stand. */
  boxOf(workload: string): string | undefined {
    const found = this.workloads.get(workload);
    return found === undefined ? undefined : found.service === undefined ? `gateway ${found.name}` : `service ${found.service}`;
  }

  workloadsOf(box: string): readonly WorkloadDescription[] {
    const owner = this.description.services.find(({ name }) => box === `service ${name}`)?.portOf;
    const place = owner === undefined ? box : `service ${owner}`;
    return this.description.workloads.filter(({ name }) => this.boxOf(name) === place);
  }

  /** The clusters that Envoys have for a callee, with its versions if there are several. */
  clustersOf(callee: string): readonly { readonly cluster: string; readonly version?: string }[] {
    const versions = this.description.services.find(({ name }) => name === callee)?.versions ?? [];
    if (versions.length === 0) return [{ cluster: callee }];
    return versions.map(({ name }) => ({ cluster: `${callee}-${name}`, version: name }));
  }

  /** The box of a callee, by the name by which its caller knows it. */
  calleeBox(callee: string): string | undefined {
    if (this.description.services.some(({ name }) => name === callee)) return `service ${callee}`;
    return this.description.external.some(({ name }) => name === callee) ? `external ${callee}` : undefined;
  }

  /** The calls that lead to a gateway service: those of its edge, or of the only client outside of the mesh. */
  callsTo(gateway: string): readonly string[] {
    const { edges, clients } = this.description;
    const to = `gateway ${gateway}`;
    const fromEdges = edges.filter((edge) => edge.gateway === gateway).map(({ name }) => callKey(`edge ${name}`, to));
    const isOfClients = this.workloads.get(gateway)?.clientGateway === true;
    // Which of several clients has called, statistics do not tell.
    const [client, another] = isOfClients ? clients : [];
    return [...fromEdges, ...(client === undefined || another !== undefined ? [] : [callKey(`client ${client.name}`, to)])];
  }
}

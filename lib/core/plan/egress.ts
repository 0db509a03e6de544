import type { Topology } from '../model/topology';
import type { IngressPlan } from './system-plan';

/** AWS itself: images, secrets, certificates, logs, Cloud Map, traces; through NAT or VPC endpoints. */
const AWS_PORT = 443;

/** Of file systems of Amazon EFS, whose groups are known. https://docs.aws.amazon.com/efs/latest/ug/network-access.html */
export const FILE_SYSTEM_PORT = 2049;

/**
 * TCP ports to which the tasks of a service may connect, sorted; undefined: to everything. By port alone, to whatever address:
 * a security group knows no names, and groups that name each other would make a dependency cycle where calls form a
 * cycle. Who gets into a task of the mesh is up to the group of that task.
 */
export function egressPorts(
  { egress, external, edges, tracing }: Topology,
  ingress: readonly IngressPlan[],
): (service: string) => readonly number[] | undefined {
  if (egress === 'open') return () => undefined;
  const ports = new Map<string, Set<number>>();
  const always =
    tracing?.kind === 'openTelemetry' && tracing.collector.kind === 'endpoint' ? [AWS_PORT, tracing.collector.port] : [AWS_PORT];
  const add = (caller: string, port: number): unknown => ports.set(caller, (ports.get(caller) ?? new Set(always)).add(port));
  for (const { from, port } of ingress) add(from, port);
  for (const { callers, port } of external) for (const caller of callers) add(caller, port);
  for (const { gatewayName, authorizers } of edges)
    for (const { verification } of authorizers) if (verification !== undefined) add(gatewayName, verification.jwksPort);
  return (service) => [...(ports.get(service) ?? new Set(always))].sort((a, b) => a - b);
}

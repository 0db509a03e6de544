import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { PrometheusEndpointProps } from '../../props/observability/observability-props';

/** What the plan says of a workload. */
interface Scraped {
  readonly name: string;
  readonly version?: { readonly service: string };
  readonly prometheusPort?: number;
}

/** Opens the endpoints of tasks, by the name of whatever has their security group: versions have one. */
export function openToScrapers(
  workloads: readonly Scraped[],
  find: (name: string) => ec2.IConnectable,
  { openTo }: Pick<PrometheusEndpointProps, 'openTo'> = { openTo: [] },
): void {
  const ports = new Map(
    workloads.flatMap(({ name, version, prometheusPort: port }) => (port === undefined ? [] : [[version?.service ?? name, port]])),
  );
  for (const [name, port] of ports)
    for (const peer of openTo) find(name).connections.allowFrom(peer, ec2.Port.tcp(port), `metrics of ${name} for Prometheus`);
}

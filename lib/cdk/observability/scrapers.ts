import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { SystemPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import type { PrometheusEndpointProps } from '../../props/observability/observability-props';

/** Opens the endpoints of tasks, by the name of whatever has their security group: versions have one. */
export function openToScrapers({ workloads }: SystemPlan, find: (name: string) => ec2.IConnectable, props?: PrometheusEndpointProps): void {
  const ports = new Map(workloads.flatMap((task) => (task.prometheusPort === undefined ? [] : [[serviceOf(task), task.prometheusPort]])));
  for (const [name, port] of ports)
    for (const peer of props?.openTo ?? []) find(name).connections.allowFrom(peer, ec2.Port.tcp(port), `metrics of ${name} for Prometheus`);
}

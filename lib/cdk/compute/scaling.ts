import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { SizingPlan } from '../../core/plan/system-plan';

export function renderScaling(service: ecs.FargateService, sizing: SizingPlan): void {
  const { scaling } = sizing;
  if (scaling === undefined) return;
  const count = service.autoScaleTaskCount({ minCapacity: scaling.minCapacity, maxCapacity: scaling.maxCapacity });
  if (scaling.cpuTargetPercent !== undefined) count.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: scaling.cpuTargetPercent });
  if (scaling.memoryTargetPercent !== undefined)
    count.scaleOnMemoryUtilization('Memory', { targetUtilizationPercent: scaling.memoryTargetPercent });
}

/**
 * Target tracking of the average CPU and memory utilization.
 *
 * @example
 * const scaling: ScalingProps = { minCapacity: 2, maxCapacity: 10, cpuTargetPercent: 50 };
 */
export interface ScalingProps {
  /**
   * Minimum number of tasks, from 1 to `maxCapacity`: without a task there is no utilization to measure, so scaling would
   * never leave 0.
   *
   * @default 1
   */
  readonly minCapacity?: number;

  /** Maximum number of tasks, 1 to 5000. */
  readonly maxCapacity: number;

  /**
   * Target of the CPU utilization, 1 to 100 percent of what the tasks have.
   *
   * @default - 60; if a memory target is set, CPU does not scale
   */
  readonly cpuTargetPercent?: number;

  /**
   * Target of the memory utilization, 1 to 100 percent of what the tasks have.
   *
   * @default - memory does not scale
   */
  readonly memoryTargetPercent?: number;
}

import type { TaskFootprint } from '../../model/task-footprint';
import type { LogDestination, LogDriverSettings } from '../../model/topology';
import { Opaque } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { footprintWithLogRouter, usesFireLens } from './parse-extra-containers';

/** The log driver of what the mesh adds to the tasks of one service or job. */
export function parseSidecarLogging(at: Reader): LogDestination | undefined {
  checkLogDriver(at);
  return at.absent ? undefined : { isCloudWatch: isOfCloudWatch(at.value) };
}

function isOfCloudWatch(driver: unknown): boolean {
  return driver instanceof Opaque && (driver.className.endsWith('AwsLogDriver') || driver.read('logDriver') === 'awslogs');
}

function checkLogDriver(at: Reader): void {
  at.checkInstance('an ecs.LogDriver', ['bind()'], 'use ecs.LogDrivers');
}

/** The log driver of the whole system, and what stands in every task with it. */
export function parseLogDriver(
  logs: Reader,
  footprint: TaskFootprint,
): { readonly settings: LogDriverSettings | undefined; readonly footprint: TaskFootprint } {
  const driver = logs.field('driver');
  const forApplications = logs.field('driverForApplications').boolean() ?? false;
  if (driver.absent) {
    if (forApplications)
      logs.field('driverForApplications').fail('NO_EFFECT', 'there is no driver', { fix: 'set driver, such as LogDrivers.firelens({})' });
    return { settings: undefined, footprint };
  }
  checkLogDriver(driver);
  const settings = { forApplications, isCloudWatch: isOfCloudWatch(driver.value) };
  return { settings, footprint: usesFireLens(driver.value) ? footprintWithLogRouter(footprint) : footprint };
}

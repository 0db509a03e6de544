import { checkLabel } from '../../reading/check-label';
import type { Reader } from '../../reading/reader';
import { defaultCallPolicy } from '../../model/defaults';
import { launchTypeOf } from '../../model/topology';
import type { TaskFootprint } from '../../model/task-footprint';
import { defined } from '../../defined';
import { parseServicePolicy } from '../traffic/parse-service-policy';
import { CONTAINER_FIELDS } from '../workload/parse-container';
import { checkRoles, ROLE_FIELDS } from '../workload/parse-roles';
import { STORAGE_FIELDS } from '../workload/parse-volumes';
import type { MeshDefaults } from '../workload/parse-sizing';
import type { DraftService } from './parse-service';
import { checkReserved, parseCalls, parseOverrides, parseTaskParts } from './parse-service';

export const JOB_FIELDS = [
  ...CONTAINER_FIELDS,
  ...STORAGE_FIELDS,
  ...ROLE_FIELDS,
  'cpu',
  'memoryLimitMiB',
  'cpuArchitecture',
  'capacityProviderStrategies',
  'enableExecuteCommand',
  'stopTimeout',
  'extraContainers',
  'sidecarLogging',
  'calls',
  'callPolicies',
  'group',
  'schedule',
  'beforeDeployment',
] as const;

/**
 * A job is a service that nobody calls, and whose tasks end.
 *
 * @param footprint what stands in each of its tasks beside its own containers
 * @param outside names of external services, the only ones that are there before the first deployment
 */
export function parseJob(
  name: string,
  at: Reader,
  mesh: MeshDefaults,
  { footprint, outside }: { readonly footprint: TaskFootprint; readonly outside: readonly string[] },
): DraftService | undefined {
  checkLabel(name, at, 'a job');
  checkReserved(name, at);
  at.required('an object with at least image', 'such as { image }');
  if (!at.checkFields(JOB_FIELDS)) return undefined;
  checkRoles(at);
  const calls = parseCalls(at);
  const group = at.field('group').string();
  const beforeDeployment = at.field('beforeDeployment').boolean() ?? false;
  const schedule = at.field('schedule');
  schedule.checkInstance(
    'a ScheduleExpression of aws-scheduler',
    ['expressionString'],
    "use ScheduleExpression.cron({ hour: '3', minute: '0' }) of aws-cdk-lib/aws-scheduler",
  );
  if (beforeDeployment) checkBeforeDeployment(name, at, calls, outside);
  const tasks = parseTaskParts(at, { mesh, footprint, port: undefined, hasVersions: false });
  // What schedules and state machines of the CDK start with a network interface of their own runs on AWS Fargate.
  if (launchTypeOf(tasks) !== 'FARGATE')
    at.field('capacityProviderStrategies').fail('CONFLICT', 'a job runs on AWS Fargate, and this names instances', {
      got: null,
      fix: "set capacityProviderStrategies: [{ capacityProvider: 'FARGATE', weight: 1 }], or FARGATE_SPOT",
    });
  return {
    at,
    name,
    path: at.path,
    job: { beforeDeployment, scheduled: !schedule.absent },
    protocol: 'http',
    virtualPort: 0,
    ...tasks,
    replacement: NO_REPLACEMENT,
    calls,
    rules: undefined,
    ...defined({ group }),
    callPolicy: defaultCallPolicy('http'),
    policy: parseServicePolicy(at, 'http', []),
    namedCallers: [],
    overrides: parseOverrides(at),
  };
}

/** A deployment starts no task of a job to take the place of another one. */
const NO_REPLACEMENT = { minHealthyPercent: 0, maxHealthyPercent: 100, rollback: false };

/** At the first deployment no service is there when it runs, and at later ones those that are there are of the version before. */
function checkBeforeDeployment(name: string, at: Reader, calls: DraftService['calls'], outside: readonly string[]): void {
  for (const call of calls) {
    if (outside.includes(call.name)) continue;
    call.at.fail('CONFLICT', `"${name}" runs before the services of a deployment are there, so it can call none of them`, {
      allowed: outside.length === 0 ? 'external services, of which there are none' : `external services: ${outside.join(', ')}`,
      fix: 'remove it from calls, or leave beforeDeployment out and run the job when the services are there',
    });
  }
  if (!at.field('group').absent)
    at.field('group').fail(
      'CONFLICT',
      'a job that runs before a deployment stands in the stack of the system, whose services wait for it',
      {
        fix: 'leave group out',
      },
    );
}

import { AUTO_SCALING } from '../../limits/cloudformation';
import { CLOUD_MAP } from '../../limits/discovery';
import type { ProtocolId, QueueScaling, QueueStep, Scaling } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { defined } from '../../defined';
import { COOLDOWN } from './scaling-syntax';
import { parseMetrics } from './parse-scaling-metrics';
import { parseSchedules } from './parse-scaling-schedules';

export const SCALING_FIELDS = [
  'minCapacity',
  'maxCapacity',
  'cpuTargetPercent',
  'memoryTargetPercent',
  'requestsPerTask',
  'queue',
  'metrics',
  'schedules',
  'scaleInCooldown',
  'scaleOutCooldown',
] as const;

const MOST_REQUESTS = 100_000_000;
const MOST_MESSAGES = 1_000_000;

/** Where nothing else scales. */
const DEFAULT_CPU_PERCENT = 60;

const POLICIES = ['cpuTargetPercent', 'memoryTargetPercent', 'requestsPerTask', 'queue', 'metrics'] as const;

/** What is measured without tasks, or does not have to be. */
const LEAD_FROM_ZERO = ['queue', 'metrics'] as const;

/** How tasks are called: by a protocol, or not at all, as workers are. */
export type CalledBy = ProtocolId | 'never';

/** @param called absent: by requests */
export function parseScaling(at: Reader, called?: CalledBy): Scaling | undefined {
  if (!at.checkFields(SCALING_FIELDS)) return undefined;
  const tasks = { max: CLOUD_MAP.instancesOfService.value, unit: 'tasks' };
  const minCapacity = at.field('minCapacity').number({ min: 0, ...tasks }) ?? 1;
  const maxCapacity = at
    .field('maxCapacity')
    .required('the largest number of tasks', 'such as maxCapacity: 4')
    .number({ min: 1, ...tasks });
  const percent = { min: 1, max: 100, unit: 'percent' };
  const requests = at.field('requestsPerTask');
  const targets = {
    cpuTargetPercent: at.field('cpuTargetPercent').number(percent),
    memoryTargetPercent: at.field('memoryTargetPercent').number(percent),
    requestsPerTask: requests.number({ min: 1, max: MOST_REQUESTS, integer: false, unit: 'requests a minute' }),
    scaleInCooldownSeconds: at.field('scaleInCooldown').seconds(COOLDOWN),
    scaleOutCooldownSeconds: at.field('scaleOutCooldown').seconds(COOLDOWN),
  };
  if (!requests.absent) checkRequests(requests, called);
  const queue = parseQueue(at.field('queue'), maxCapacity ?? 1);
  const metrics = parseMetrics(at.field('metrics'));
  const schedules = parseSchedules(at.field('schedules'), { minCapacity, maxCapacity: maxCapacity ?? tasks.max });
  if (maxCapacity === undefined) return undefined;
  if (minCapacity > maxCapacity) {
    at.field('minCapacity').fail('OUT_OF_RANGE', `minCapacity ${minCapacity} is more than maxCapacity ${maxCapacity}`, {
      allowed: `0 to ${maxCapacity}`,
      fix: 'lower minCapacity or raise maxCapacity',
    });
  }
  checkZero(at, minCapacity, schedules);
  const scaling = { minCapacity, maxCapacity, ...defined({ ...targets, queue, metrics, schedules }) };
  checkPolicies(at, scaling);
  return POLICIES.every((name) => at.field(name).absent) ? { ...scaling, cpuTargetPercent: DEFAULT_CPU_PERCENT } : scaling;
}

function checkRequests(at: Reader, called: CalledBy | undefined): void {
  const fix = 'scale by cpuTargetPercent, a queue, or a metric of your own in metrics';
  if (called === 'tcp') at.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has connections, and no requests to count', { fix });
  if (called === 'never') at.fail('NO_EFFECT', 'the service has no port, so it gets no requests', { fix });
}

/** Without tasks there is no utilization and no request to measure. */
function checkZero(at: Reader, minCapacity: number, schedules: Scaling['schedules'] = []): void {
  if (LEAD_FROM_ZERO.some((name) => !at.field(name).absent) || schedules.some((each) => (each.minCapacity ?? 0) > 0)) return;
  const night = schedules.find((each) => each.minCapacity === 0);
  const field = minCapacity === 0 ? at.field('minCapacity') : night && at.field('schedules').field(night.name).field('minCapacity');
  field?.fail('OUT_OF_RANGE', 'nothing would lead back from 0 tasks: their CPU, memory and requests are not measured', {
    allowed: 'at least 1, or 0 with queue, metrics, or a schedule whose minCapacity is 1 or more',
    fix: 'raise it to 1, or add what scales from 0; for no tasks at all, leave scaling out and set desiredCount: 0',
  });
}

/** A queue has two policies, as steps of a metric have: one for each alarm. */
function checkPolicies(at: Reader, { queue, metrics = [], ...targets }: Scaling): void {
  const ofMetrics = metrics.reduce((sum, { steps }) => sum + (steps === undefined ? 1 : 2), 0);
  const others = [targets.cpuTargetPercent, targets.memoryTargetPercent, targets.requestsPerTask].filter((target) => target !== undefined);
  const used = ofMetrics + others.length + (queue === undefined ? 0 : 2);
  if (used > AUTO_SCALING.policies.value)
    at.field('metrics').fail('OUT_OF_RANGE', `the service would have ${used} scaling policies`, {
      got: null,
      allowed: `at most ${AUTO_SCALING.policies.value}: a target is one, steps and a queue are two`,
      fix: 'join metrics in a math expression with steps',
    });
}

function parseQueue(at: Reader, maxCapacity: number): QueueScaling | undefined {
  if (!at.checkFields(['queue', 'messagesPerTask', 'cooldown'])) return undefined;
  const queue = at.field('queue').required('the queue', 'such as queue: new sqs.Queue(this, "Orders")');
  const isQueue = queue.checkInstance('an sqs.IQueue', [
    'queueArn',
    'metricApproximateNumberOfMessagesVisible()',
    'metricApproximateNumberOfMessagesNotVisible()',
  ]);
  const messagesPerTask = at
    .field('messagesPerTask')
    .required('the number of messages for each task', 'such as messagesPerTask: 100')
    .number({ min: 1, max: MOST_MESSAGES, unit: 'messages' });
  const cooldownSeconds = at.field('cooldown').seconds(COOLDOWN);
  if (!isQueue || messagesPerTask === undefined) return undefined;
  return { steps: queueSteps(maxCapacity, messagesPerTask), ...defined({ cooldownSeconds }) };
}

/** A step for each number of tasks; of more than an account takes, every nth, so that each has enough for its messages. */
function queueSteps(maxCapacity: number, messagesPerTask: number): readonly QueueStep[] {
  const count = Math.min(maxCapacity, AUTO_SCALING.steps.value);
  const tasksOf = (step: number): number => Math.ceil((step * maxCapacity) / count);
  return Array.from({ length: count }, (_, step) => ({ messages: tasksOf(step) * messagesPerTask + 1, tasks: tasksOf(step + 1) }));
}

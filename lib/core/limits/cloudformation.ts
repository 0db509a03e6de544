import { limitsOf } from './limit';

const PAGE = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html';

export const CLOUDFORMATION = limitsOf('cloudFormation', 'AWS CloudFormation', PAGE, {
  resources: { counts: 'resources', value: 500, scope: 'template', handling: { stackError: 'STACK_TOO_LARGE' } },
  templateBytes: {
    counts: 'template, as it is uploaded',
    value: 1_000_000,
    unit: 'bytes',
    scope: 'template',
    handling: { stackError: 'STACK_TOO_LARGE' },
  },
  parameters: { counts: 'parameters', value: 200, scope: 'template', handling: { stackError: 'STACK_TOO_LARGE' } },
  parameterValue: {
    counts: 'value of a parameter: what a group hands out to other stacks',
    value: 4096,
    unit: 'bytes',
    scope: 'parameter',
    handling: { error: 'GROUP_TOO_LARGE' },
  },
  outputs: { counts: 'outputs', value: 200, scope: 'template', handling: { stackError: 'STACK_TOO_LARGE' } },
  operation: {
    counts: 'resources of a stack and those nested in it',
    value: 2500,
    scope: 'operation',
    handling: { stackError: 'STACK_TOO_LARGE' },
  },
  customResource: {
    counts: 'answer of a custom resource',
    value: 4096,
    unit: 'bytes',
    scope: 'custom resource',
    handling: { documented: 'an authority answers with its certificate, which is smaller' },
  },
  stacks: {
    counts: 'stacks',
    value: 2000,
    scope: 'account and Region',
    raise: { quota: 'Stack count', by: 'Service Quotas' },
    handling: { documented: 'a system is one stack, and two more for each group' },
  },
});

export const AUTO_SCALING = limitsOf(
  'autoScaling',
  'Application Auto Scaling',
  'https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-quotas.html',
  {
    targets: {
      counts: 'scalable targets of Amazon ECS: one for each workload with `scaling`',
      value: 3000,
      scope: 'account and Region',
      raise: { quota: 'Scalable targets for Amazon ECS', by: 'Service Quotas' },
      handling: { warning: 'scalable-targets' },
    },
    policies: {
      counts: 'scaling policies: a target is one, a queue and the steps of a metric are two',
      value: 50,
      scope: 'scalable target',
      handling: { error: 'OUT_OF_RANGE' },
    },
    schedules: { counts: 'scheduled actions', value: 200, scope: 'scalable target', handling: { error: 'OUT_OF_RANGE' } },
    steps: {
      counts: 'step adjustments',
      value: 20,
      scope: 'step scaling policy',
      raise: { quota: 'Step adjustments per step scaling policy', by: 'Service Quotas' },
      handling: { documented: 'a queue takes no more; `scalingSteps` of a metric are handed on as they are' },
    },
  },
);

import type { LimitEntry } from './limit';
import { limitsOf } from './limit';

const GUIDE = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide';
const PARAMETERS_PAGE = `${GUIDE}/task_definition_parameters.html`;
const HEALTH_PAGE = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-ecs-taskdefinition-healthcheck.html';
const STRATEGY_PAGE = 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html';
const DEPLOYMENT_PAGE = 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html';

function health(counts: string, least: number, value: number, unit?: 'seconds'): LimitEntry {
  const range = { counts, least, value, scope: 'container', handling: { error: 'OUT_OF_RANGE' }, source: HEALTH_PAGE } as const;
  return unit === undefined ? range : { ...range, unit };
}

export const ECS = limitsOf('ecs', 'Amazon ECS', 'https://docs.aws.amazon.com/general/latest/gr/ecs-service.html', {
  containers: { counts: 'containers', value: 10, scope: 'task definition', handling: { error: 'TOO_MANY_CONTAINERS' } },
  taskDefinition: {
    counts: 'task definition',
    value: 64 * 1024,
    unit: 'bytes',
    scope: 'task definition',
    handling: { error: 'TASK_DEFINITION_TOO_LARGE' },
  },
  variables: {
    // Above it a deployment succeeds, and the container has no variables at all.
    counts: 'environment variables, those from secrets included',
    value: 100,
    scope: 'container',
    handling: { error: 'TOO_MANY_VARIABLES' },
    source: 'https://github.com/aws/aws-cdk/issues/38225',
  },
  containerName: {
    counts: 'name of a container',
    value: 255,
    unit: 'characters',
    scope: 'container',
    handling: { error: 'INVALID_NAME' },
    source: PARAMETERS_PAGE,
  },
  volumeName: {
    counts: 'name of a volume',
    value: 255,
    unit: 'characters',
    scope: 'task definition',
    handling: { error: 'INVALID_NAME' },
    source: `${PARAMETERS_PAGE}#volumes`,
  },
  environmentFiles: {
    counts: 'files of environment variables',
    value: 10,
    scope: 'container',
    handling: { error: 'OUT_OF_RANGE' },
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EnvironmentFile.html',
  },
  stopTimeout: {
    counts: 'time to stop in',
    value: 120,
    least: 2,
    unit: 'seconds',
    scope: 'container on Fargate',
    handling: { error: 'OUT_OF_RANGE' },
    source: `${PARAMETERS_PAGE}#container_definition_timeout`,
  },
  healthInterval: health('interval of a health check', 5, 300, 'seconds'),
  healthTimeout: health('timeout of a health check', 2, 60, 'seconds'),
  healthRetries: health('retries of a health check', 1, 10),
  healthStartPeriod: health('start period of a health check', 0, 300, 'seconds'),
  containerMemory: {
    counts: 'memory of a container',
    value: 249_856,
    least: 6,
    unit: 'MiB',
    scope: 'container',
    handling: { error: 'OUT_OF_RANGE' },
    source: PARAMETERS_PAGE,
  },
  proxyIgnoredPorts: {
    counts: 'ports that a proxy leaves alone',
    value: 15,
    scope: 'task definition with a proxy',
    handling: { error: 'OUT_OF_RANGE' },
    source: `${PARAMETERS_PAGE}#proxyConfiguration`,
  },
  providerBase: {
    counts: 'base of a capacity provider',
    value: 100_000,
    least: 0,
    scope: 'ECS service',
    handling: { error: 'OUT_OF_RANGE' },
    source: STRATEGY_PAGE,
  },
  providerWeight: {
    counts: 'weight of a capacity provider',
    value: 1000,
    least: 0,
    scope: 'ECS service',
    handling: { error: 'OUT_OF_RANGE' },
    source: STRATEGY_PAGE,
  },
  instanceTaskCpu: {
    counts: 'CPU of a task on instances',
    value: 196_608,
    least: 128,
    unit: 'CPU units',
    scope: 'task',
    handling: { error: 'OUT_OF_RANGE' },
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html',
  },
  instanceTaskMemory: {
    counts: 'memory of a task on instances, from what the containers of the mesh need to that of the largest instance',
    value: 33_554_432,
    least: 512,
    unit: 'MiB',
    scope: 'task',
    handling: { error: 'OUT_OF_RANGE' },
    source: 'https://docs.aws.amazon.com/ec2/latest/instancetypes/mo.html',
  },
  gpus: {
    counts: 'GPUs of a container, as many as the largest instance has',
    value: 16,
    least: 1,
    scope: 'container on instances',
    handling: { error: 'OUT_OF_RANGE' },
    source: `${GUIDE}/ecs-gpu.html`,
  },
  minHealthyPercent: {
    counts: 'minimum of healthy tasks in a deployment',
    value: 100,
    least: 0,
    unit: 'percent',
    scope: 'ECS service',
    handling: { error: 'OUT_OF_RANGE' },
    source: DEPLOYMENT_PAGE,
  },
  maxHealthyPercent: {
    counts: 'maximum of tasks in a deployment',
    value: 200,
    least: 100,
    unit: 'percent',
    scope: 'ECS service',
    handling: { error: 'OUT_OF_RANGE' },
    source: DEPLOYMENT_PAGE,
  },
  subnets: { counts: 'subnets', value: 16, scope: 'ECS service', handling: { error: 'OUT_OF_RANGE' } },
  securityGroups: { counts: 'security groups', value: 5, scope: 'ECS service', handling: { documented: 'a workload has one' } },
  targetGroups: { counts: 'target groups', value: 5, scope: 'ECS service', handling: { error: 'OUT_OF_RANGE' } },
  tasks: {
    counts: 'tasks',
    value: 5000,
    scope: 'ECS service',
    raise: { quota: 'Tasks per service', by: 'Service Quotas' },
    handling: { documented: 'AWS Cloud Map takes fewer: see its instances of a service' },
  },
  services: {
    counts: 'ECS services',
    value: 5000,
    scope: 'cluster',
    raise: { quota: 'Services per cluster', by: 'Service Quotas' },
    handling: { warning: 'ecs-services' },
  },
  provisioningTasks: {
    counts: 'tasks that are being started with capacity providers',
    value: 500,
    scope: 'cluster',
    handling: { documented: 'others wait' },
  },
  launchRate: {
    counts: 'tasks that a service starts on Fargate',
    value: 500,
    unit: 'a minute',
    scope: 'ECS service',
    handling: { documented: 'others wait' },
  },
  capacityProviders: {
    counts: 'capacity providers',
    value: 20,
    scope: 'cluster',
    handling: { error: 'OUT_OF_RANGE' },
  },
});

const FARGATE_PAGE = 'https://docs.aws.amazon.com/general/latest/gr/ecs-service.html#service-quotas-fargate';

export const FARGATE = limitsOf('fargate', 'AWS Fargate', FARGATE_PAGE, {
  onDemand: {
    counts: 'vCPUs of running tasks, with those of Amazon EKS; a new account may begin with fewer',
    value: 6,
    unit: 'vCPUs',
    scope: 'account and Region',
    raise: { quota: 'Fargate On-Demand vCPU resource count', by: 'Service Quotas', code: 'L-3032A538' },
    handling: { warning: 'fargate-vcpus' },
  },
  spot: {
    counts: 'vCPUs of running Spot tasks; a new account may begin with fewer',
    value: 6,
    unit: 'vCPUs',
    scope: 'account and Region',
    raise: { quota: 'Fargate Spot vCPU resource count', by: 'Service Quotas', code: 'L-36FBB829' },
    handling: { warning: 'fargate-vcpus' },
  },
  taskCpu: {
    counts: 'CPU of a task, in the sizes of the page',
    value: 32_768,
    least: 256,
    unit: 'CPU units',
    scope: 'task',
    handling: { error: 'TASK_SIZE' },
    source: `${PARAMETERS_PAGE}#task_size`,
  },
  taskMemory: {
    counts: 'memory of a task, in the sizes of the page',
    value: 249_856,
    unit: 'MiB',
    scope: 'task',
    handling: { error: 'OUT_OF_RANGE' },
    source: `${PARAMETERS_PAGE}#task_size`,
  },
  ephemeralStorage: {
    counts: 'ephemeral storage that is asked for',
    value: 200,
    least: 21,
    unit: 'GiB',
    scope: 'task',
    handling: { error: 'OUT_OF_RANGE' },
    source: `${GUIDE}/fargate-task-storage.html`,
  },
  launches: {
    counts: 'tasks that start, after 100 at once',
    value: 20,
    unit: 'a second',
    scope: 'account and Region',
    handling: { documented: 'others wait' },
    source: `${GUIDE}/throttling.html`,
  },
});

export const ECR = limitsOf('ecr', 'Amazon ECR', 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html', {
  images: {
    counts: 'images',
    value: 100_000,
    scope: 'repository',
    raise: { quota: 'Images per repository', by: 'Service Quotas' },
    handling: { documented: 'a deployment adds two for each processor that tasks have' },
  },
  publicPulls: {
    counts: 'pulls from Amazon ECR Public without credentials',
    value: 1,
    unit: 'a second',
    scope: 'public IP address',
    handling: { documented: 'ECS tries again' },
    source: 'https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html',
  },
});

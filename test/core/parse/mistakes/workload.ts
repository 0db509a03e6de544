import type { Mistakes } from './mistake';
import { helper, scaled } from './mistake';
import { firelens, image, mesh, service, token, ui } from '../../../support/parsing';

/** Sizes, numbers of tasks, capacity. */
export const WORKLOAD_MISTAKES: Mistakes = {
  NAME_CLASH: [
    {
      did: 'calls a version like a service',
      props: mesh({ a: service({ versions: { b: { weight: 1 } } }), 'a-b': service() }),
      path: 'services.a.versions.b',
    },
  ],
  UNKNOWN_VERSION: [
    {
      did: 'mirrors to a version with a typo in its name',
      props: ui({ versions: { v1: { weight: 1 }, next: { weight: 0 } }, mirror: { version: 'nxt', percent: 1 } }),
      path: 'services.ui.mirror.version',
    },
  ],
  MISSING: [
    {
      did: 'gives a capacity provider with no name',
      props: ui({ capacityProviderStrategies: [{ weight: 1 }] }),
      path: 'services.ui.capacityProviderStrategies[0].capacityProvider',
    },
  ],
  UNKNOWN_PROPERTY: [
    { did: 'says minTasks beside scaling', props: ui({ minTasks: 2 }), path: 'services.ui.minTasks' },
    { did: 'says minTasks in scaling', props: scaled({ minTasks: 2, maxCapacity: 3 }), path: 'services.ui.scaling.minTasks' },
    { did: 'writes a prop in the case of another language', props: ui({ memory_limit_mib: 512 }), path: 'services.ui.memory_limit_mib' },
  ],
  TOKEN: [
    { did: 'takes cpu from a token', props: ui({ cpu: token }), path: 'services.ui.cpu' },
    { did: 'takes memory from a token', props: ui({ memoryLimitMiB: token }), path: 'services.ui.memoryLimitMiB' },
    { did: 'takes the number of tasks from a token', props: ui({ desiredCount: token }), path: 'services.ui.desiredCount' },
  ],
  OUT_OF_RANGE: [
    { did: 'gives a negative number of tasks', props: ui({ desiredCount: -1 }), path: 'services.ui.desiredCount' },
    { did: 'gives half a task', props: ui({ desiredCount: 1.5 }), path: 'services.ui.desiredCount' },
    { did: 'gives negative cpu', props: ui({ cpu: -256 }), path: 'services.ui.cpu' },
    { did: 'gives endless memory', props: ui({ memoryLimitMiB: Infinity }), path: 'services.ui.memoryLimitMiB' },
    {
      did: 'gives a container 1 MiB',
      props: helper({ image, memoryLimitMiB: 1 }),
      path: 'services.ui.extraContainers.helper.memoryLimitMiB',
    },
    {
      did: 'weighs a capacity provider below zero',
      props: ui({
        capacityProviderStrategies: [
          { capacityProvider: 'FARGATE', weight: 1 },
          { capacityProvider: 'FARGATE_SPOT', weight: -1 },
        ],
      }),
      path: 'services.ui.capacityProviderStrategies[1].weight',
    },
  ],
  INVALID_VALUE: [
    { did: 'names a processor that Fargate does not have', props: ui({ cpuArchitecture: 'RISCV' }), path: 'services.ui.cpuArchitecture' },
    {
      did: 'names a capacity provider that is not Fargate',
      props: ui({ capacityProviderStrategies: [{ capacityProvider: 'my-ec2', weight: 1 }] }),
      path: 'services.ui.capacityProviderStrategies[0].capacityProvider',
    },
  ],
  DUPLICATE: [
    {
      did: 'lists a capacity provider twice',
      props: ui({
        capacityProviderStrategies: [
          { capacityProvider: 'FARGATE', weight: 1 },
          { capacityProvider: 'FARGATE', weight: 2 },
        ],
      }),
      path: 'services.ui.capacityProviderStrategies[1]',
    },
  ],
  CONFLICT: [
    {
      did: 'gives two capacity providers a base',
      props: ui({
        capacityProviderStrategies: [
          { capacityProvider: 'FARGATE', weight: 1, base: 1 },
          { capacityProvider: 'FARGATE_SPOT', base: 1 },
        ],
      }),
      path: 'services.ui.capacityProviderStrategies[1].base',
    },
  ],
  ZERO_WEIGHTS: [
    {
      did: 'gives no capacity provider any weight',
      props: ui({ capacityProviderStrategies: [{ capacityProvider: 'FARGATE' }] }),
      path: 'services.ui.capacityProviderStrategies',
    },
  ],
  TASK_SIZE: [
    { did: 'asks for cpu that Fargate does not have', props: ui({ cpu: 300 }), path: 'services.ui.cpu' },
    { did: 'asks for cpu in vCPUs', props: ui({ cpu: 0.5, memoryLimitMiB: 1024 }), path: 'services.ui.cpu' },
    { did: 'asks for no cpu', props: ui({ cpu: 0 }), path: 'services.ui.cpu' },
    { did: 'asks for more cpu than there is', props: ui({ cpu: 65_536 }), path: 'services.ui.cpu' },
    {
      did: 'asks for memory that does not go with the cpu',
      props: ui({ cpu: 256, memoryLimitMiB: 4096 }),
      path: 'services.ui.memoryLimitMiB',
    },
    { did: 'asks for memory between two steps', props: ui({ cpu: 2048, memoryLimitMiB: 5000 }), path: 'services.ui.memoryLimitMiB' },
    { did: 'asks for memory in GiB', props: ui({ memoryLimitMiB: 2 }), path: 'services.ui.memoryLimitMiB' },
    {
      did: 'reserves more cpu for containers than the task has',
      props: ui({ extraContainers: { a: { image, cpu: 500 }, b: { image, cpu: 100 } } }),
      path: 'services.ui.extraContainers.b.cpu',
    },
    {
      did: 'gives a container more memory than the task has',
      props: helper({ image, memoryLimitMiB: 2048 }),
      path: 'services.ui.extraContainers.helper.memoryLimitMiB',
    },
    {
      did: 'gives containers together more memory than the task has',
      props: ui({ extraContainers: { a: { image, memoryLimitMiB: 600 }, b: { image, memoryLimitMiB: 265 } } }),
      path: 'services.ui.extraContainers.b.memoryLimitMiB',
    },
    {
      did: 'gives a container all memory of an untraced task whose log router needs some',
      props: mesh(
        { ui: service({ logging: firelens, extraContainers: { a: { image, memoryLimitMiB: 1024 } } }) },
        { tracing: { kind: 'none' } },
      ),
      path: 'services.ui.extraContainers.a.memoryLimitMiB',
    },
  ],
};

import { Opaque } from '../../../../lib/core/reading/input';
import type { Mistakes } from './mistake';
import type { Raw } from '../../../support/parsing';
import { cluster, image, mesh, service, token } from '../../../support/parsing';

const byName = (launchType = 'EC2', more: Raw = {}): Raw => ({
  launchType,
  providerName: `my-${launchType}`,
  name: `my-${launchType}`,
  ...more,
});
const providers = {
  cluster,
  capacityProviders: {
    graviton: byName(),
    cheap: byName('EC2', { providerName: 'cheap', name: 'cheap' }),
    managed: byName('MANAGED_INSTANCES'),
  },
};
const on = (...names: unknown[]): Raw => ({
  capacityProviderStrategies: names.map((capacityProvider) => ({ capacityProvider, weight: 1 })),
});
/** A system with instances, on which "ui" runs unless it says something else. */
const onInstances = (more: Raw, all: Raw = {}): Raw => mesh({ ui: service({ ...on('graviton'), ...more }) }, { ...providers, ...all });
const defined = (capacityProviders: unknown): Raw => mesh({ ui: service() }, { cluster, capacityProviders });

/** EC2 instances, Amazon ECS Managed Instances, GPUs. */
export const CAPACITY_MISTAKES: Mistakes = {
  WRONG_TYPE: [
    { did: 'lists capacity providers without names', props: defined([byName()]), path: 'capacityProviders' },
    { did: 'gives the name of a capacity provider for a Capacity', props: defined({ a: 'my-asg' }), path: 'capacityProviders.a' },
    {
      did: 'makes a Capacity of what is no capacity provider',
      props: defined({ a: { launchType: 'EC2', provider: new Opaque({}) } }),
      path: 'capacityProviders.a.provider',
    },
    {
      did: 'makes EC2 capacity of Managed Instances',
      props: defined({ a: { launchType: 'EC2', provider: new Opaque({ capacityProviderName: 'a', ec2InstanceProfile: {} }) } }),
      path: 'capacityProviders.a.provider',
    },
    { did: 'says Spot in words', props: defined({ a: byName('EC2', { spot: 'yes' }) }), path: 'capacityProviders.a.spot' },
    {
      did: 'takes a number for a capacity provider',
      props: onInstances(on(3)),
      path: 'services.ui.capacityProviderStrategies[0].capacityProvider',
    },
  ],
  MISSING: [
    { did: 'names a capacity and gives none', props: defined({ a: undefined }), path: 'capacityProviders.a' },
    { did: 'makes a Capacity of nothing', props: defined({ a: { launchType: 'EC2' } }), path: 'capacityProviders.a.providerName' },
  ],
  RESERVED_NAME: [{ did: 'calls instances FARGATE', props: defined({ FARGATE: byName() }), path: 'capacityProviders.FARGATE' }],
  INVALID_VALUE: [
    {
      did: 'names a capacity provider that the system does not know',
      props: onInstances(on('my-asg')),
      path: 'services.ui.capacityProviderStrategies[0].capacityProvider',
    },
    {
      did: 'names a capacity provider by a token that no Capacity has',
      props: onInstances(on(token)),
      path: 'services.ui.capacityProviderStrategies[0].capacityProvider',
    },
    {
      did: 'names a processor that instances do not have',
      props: defined({ a: byName('EC2', { cpuArchitecture: 'RISCV' }) }),
      path: 'capacityProviders.a.cpuArchitecture',
    },
  ],
  CONFLICT: [
    {
      did: 'runs a job on instances',
      props: onInstances({}, { jobs: { tidy: { image, ...on('graviton') } } }),
      path: 'jobs.tidy.capacityProviderStrategies',
    },
    {
      did: 'gives a task on instances ephemeral storage',
      props: onInstances({ ephemeralStorageGiB: 50 }),
      path: 'services.ui.ephemeralStorageGiB',
    },
    {
      did: 'knows a capacity provider by its name, and has no cluster',
      props: mesh({ ui: service() }, { capacityProviders: { a: byName() } }),
      path: 'capacityProviders.a',
    },
    {
      did: 'mixes Fargate with EC2 instances',
      props: onInstances(on('FARGATE', 'graviton')),
      path: 'services.ui.capacityProviderStrategies[1]',
    },
    {
      did: 'mixes EC2 instances with Managed Instances',
      props: onInstances(on('graviton', 'managed')),
      path: 'services.ui.capacityProviderStrategies[1]',
    },
    {
      did: 'mixes Fargate with EC2 instances for all services',
      props: mesh({ ui: service() }, { ...providers, ...on('graviton', 'FARGATE_SPOT') }),
      path: 'capacityProviderStrategies[1]',
    },
    {
      did: 'runs tasks of one processor on instances of another',
      props: mesh({ ui: service(on('intel')) }, { cluster, capacityProviders: { intel: byName('EC2', { cpuArchitecture: 'X86_64' }) } }),
      path: 'services.ui.cpuArchitecture',
    },
    { did: 'wants a GPU on Fargate', props: onInstances({ ...on('FARGATE'), gpuCount: 1 }), path: 'services.ui.gpuCount' },
    {
      did: 'wants a GPU for an extra container on Fargate',
      props: onInstances({ ...on('FARGATE'), extraContainers: { model: { image: service()['image'], gpuCount: 1 } } }),
      path: 'services.ui.extraContainers.model.gpuCount',
    },
  ],
  DUPLICATE: [
    {
      did: 'lists a capacity provider by both of its names',
      props: onInstances(on('graviton', 'my-EC2')),
      path: 'services.ui.capacityProviderStrategies[1]',
    },
  ],
  OUT_OF_RANGE: [
    { did: 'asks for less cpu than Amazon ECS knows on instances', props: onInstances({ cpu: 64 }), path: 'services.ui.cpu' },
    { did: 'asks for cpu in vCPUs on instances', props: onInstances({ cpu: 0.5 }), path: 'services.ui.cpu' },
    { did: 'leaves no memory for Envoy on instances', props: onInstances({ memoryLimitMiB: 128 }), path: 'services.ui.memoryLimitMiB' },
    { did: 'wants 17 GPUs', props: onInstances({ gpuCount: 17 }), path: 'services.ui.gpuCount' },
    {
      did: 'has more capacity providers than a cluster takes',
      props: defined(Object.fromEntries(Array.from({ length: 19 }, (_, index) => [`a${index}`, byName()]))),
      path: 'capacityProviders',
    },
  ],
  TASK_SIZE: [
    {
      did: 'leaves instances, and keeps a size that Fargate does not have',
      props: onInstances({ ...on('FARGATE'), cpu: 300 }),
      path: 'services.ui.cpu',
    },
  ],
};

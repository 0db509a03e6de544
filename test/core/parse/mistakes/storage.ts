import { Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { firelens, image, mesh, service, token, ui } from '../../../support/parsing';
import type { Mistakes } from './mistake';
import { containers, helper, Person } from './mistake';

const fileSystem = new Opaque({ fileSystemId: 'fs', mountTargetsAvailable: {}, connections: {} });
const accessPoint = new Opaque({ accessPointId: 'ap', accessPointArn: 'arn' });
const file = new Opaque({ bind: () => ({}) });
const empty = { kind: 'empty' };
const efs = (more: Raw = {}): Raw => ui({ volumes: { data: { kind: 'efs', fileSystem, ...more } } });
/** A service with the volume `data`. */
const mounts = (mountPoints: unknown, more: Raw = {}): Raw => ui({ volumes: { data: empty }, mountPoints, ...more });
const at = (containerPath: unknown, more: Raw = {}): Raw => ({ sourceVolume: 'data', containerPath, readOnly: false, ...more });
const ulimit = (more: Raw): Raw => ui({ ulimits: [{ name: 'nofile', softLimit: 1000, hardLimit: 1000, ...more }] });
const tmpfs = (...all: unknown[]): Raw => ui({ tmpfs: all });
const control = (more: Raw): Raw => ui({ systemControls: [{ namespace: 'net.ipv4.tcp_keepalive_time', value: '60', ...more }] });
const logs = (more: Raw, services: Raw = { ui: service() }): Raw => mesh(services, { logs: more });

/** Volumes, what Linux gives containers, containers that run before the application, the log driver of the system. */
export const STORAGE_MISTAKES: Mistakes = {
  MISSING: [
    { did: 'gives undefined as a volume', props: ui({ volumes: { data: undefined } }), path: 'services.ui.volumes.data' },
    { did: 'forgets the file system of a volume', props: efs({ fileSystem: undefined }), path: 'services.ui.volumes.data.fileSystem' },
    { did: 'leaves a hole in the mount points', props: mounts([undefined]), path: 'services.ui.mountPoints[0]' },
    {
      did: 'forgets which volume is mounted',
      props: mounts([at('/data', { sourceVolume: undefined })]),
      path: 'services.ui.mountPoints[0].sourceVolume',
    },
    { did: 'forgets where a volume is mounted', props: mounts([at(undefined)]), path: 'services.ui.mountPoints[0].containerPath' },
    { did: 'forgets the size of a directory in memory', props: tmpfs({ containerPath: '/tmp' }), path: 'services.ui.tmpfs[0].size' },
    { did: 'forgets where a directory in memory is', props: tmpfs({ size: 64 }), path: 'services.ui.tmpfs[0].containerPath' },
    { did: 'forgets the hard limit', props: ulimit({ hardLimit: undefined }), path: 'services.ui.ulimits[0].hardLimit' },
    { did: 'forgets the name of a limit', props: ulimit({ name: undefined }), path: 'services.ui.ulimits[0].name' },
    { did: 'forgets the value of a kernel parameter', props: control({ value: undefined }), path: 'services.ui.systemControls[0].value' },
    { did: 'gives undefined as a label', props: ui({ dockerLabels: { team: undefined } }), path: 'services.ui.dockerLabels.team' },
    {
      did: 'gives undefined as a file of variables',
      props: ui({ environmentFiles: [undefined] }),
      path: 'services.ui.environmentFiles[0]',
    },
  ],
  WRONG_TYPE: [
    {
      did: 'gives a volume as an object literal of the CDK',
      props: ui({ volumes: { data: new Opaque(new Person()) } }),
      path: 'services.ui.volumes.data',
    },
    { did: 'gives a file system by its ID', props: efs({ fileSystem: 'fs-1' }), path: 'services.ui.volumes.data.fileSystem' },
    { did: 'gives an access point by its ID', props: efs({ accessPoint: 'fsap-1' }), path: 'services.ui.volumes.data.accessPoint' },
    { did: 'gives a file of variables by its name', props: ui({ environmentFiles: ['app.env'] }), path: 'services.ui.environmentFiles[0]' },
    { did: 'gives a number as a label', props: ui({ dockerLabels: { version: 1 } }), path: 'services.ui.dockerLabels.version' },
    { did: 'gives "yes" for a terminal', props: ui({ pseudoTerminal: 'yes' }), path: 'services.ui.pseudoTerminal' },
    { did: 'gives "yes" for open standard input', props: ui({ interactive: 'yes' }), path: 'services.ui.interactive' },
    {
      did: 'gives "before" for when a container runs',
      props: helper({ image, runsBeforeApplication: 'before' }),
      path: 'services.ui.extraContainers.helper.runsBeforeApplication',
    },
    { did: 'gives a log driver of the system by its name', props: logs({ driver: 'awslogs' }), path: 'logs.driver' },
    { did: 'gives the system a log driver that is none', props: logs({ driver: new Opaque(new Person()) }), path: 'logs.driver' },
    {
      did: 'gives "all" for whose log driver it is',
      props: logs({ driver: firelens, driverForApplications: 'all' }),
      path: 'logs.driverForApplications',
    },
  ],
  TOKEN: [
    { did: 'mounts a volume at a token', props: mounts([at(token)]), path: 'services.ui.mountPoints[0].containerPath' },
    {
      did: 'takes the size of the ephemeral storage from a token',
      props: ui({ ephemeralStorageGiB: token }),
      path: 'services.ui.ephemeralStorageGiB',
    },
  ],
  INVALID_NAME: [
    { did: 'names a volume with a dot', props: ui({ volumes: { 'my.data': empty } }), path: 'services.ui.volumes["my.data"]' },
    { did: 'gives a label no name', props: ui({ dockerLabels: { '': 'x' } }), path: 'services.ui.dockerLabels[""]' },
  ],
  RESERVED_NAME: [
    { did: 'calls a volume "mesh"', props: ui({ volumes: { mesh: empty } }), path: 'services.ui.volumes.mesh' },
    {
      did: "calls a volume as the collector's",
      props: ui({ volumes: { 'collector-etc': empty } }),
      path: 'services.ui.volumes.collector-etc',
    },
  ],
  UNKNOWN_VOLUME: [
    {
      did: 'mounts a volume that there is not',
      props: ui({ mountPoints: [at('/data')] }),
      path: 'services.ui.mountPoints[0].sourceVolume',
    },
    { did: 'misspells a volume', props: mounts([at('/data', { sourceVolume: 'dta' })]), path: 'services.ui.mountPoints[0].sourceVolume' },
    {
      did: 'mounts a volume in a container beside the application that there is not',
      props: helper({ image, mountPoints: [at('/data')] }),
      path: 'services.ui.extraContainers.helper.mountPoints[0].sourceVolume',
    },
    {
      did: 'mounts in a version a volume of the service that the version replaces',
      props: mounts([at('/data')], { versions: { v1: { weight: 1, volumes: { other: empty } } } }),
      path: 'services.ui.mountPoints[0].sourceVolume',
    },
  ],
  INVALID_FORMAT: [
    { did: 'mounts a volume at a relative path', props: mounts([at('data')]), path: 'services.ui.mountPoints[0].containerPath' },
    { did: 'mounts a directory above', props: efs({ rootDirectory: '/data/../..' }), path: 'services.ui.volumes.data.rootDirectory' },
    { did: 'works in a relative directory', props: ui({ workingDirectory: 'app' }), path: 'services.ui.workingDirectory' },
    {
      did: 'has a directory in memory at a relative path',
      props: tmpfs({ containerPath: 'tmp', size: 64 }),
      path: 'services.ui.tmpfs[0].containerPath',
    },
  ],
  INVALID_VALUE: [
    {
      did: 'limits the number of processes, which Fargate does not',
      props: ulimit({ name: 'nproc' }),
      path: 'services.ui.ulimits[0].name',
    },
    {
      did: 'adds a capability that Fargate does not',
      props: ui({ addCapabilities: ['NET_ADMIN'] }),
      path: 'services.ui.addCapabilities[0]',
    },
    {
      did: 'drops a capability that there is not',
      props: ui({ dropCapabilities: ['CAP_CHOWN'] }),
      path: 'services.ui.dropCapabilities[0]',
    },
    {
      did: 'gives tmpfs an option that there is not',
      props: tmpfs({ containerPath: '/tmp', size: 1, mountOptions: ['fast'] }),
      path: 'services.ui.tmpfs[0].mountOptions[0]',
    },
    {
      did: 'sets a kernel parameter of the host',
      props: control({ namespace: 'vm.max_map_count' }),
      path: 'services.ui.systemControls[0].namespace',
    },
  ],
  OUT_OF_RANGE: [
    {
      did: 'asks for the ephemeral storage that every task has',
      props: ui({ ephemeralStorageGiB: 20 }),
      path: 'services.ui.ephemeralStorageGiB',
    },
    { did: 'asks for a terabyte of ephemeral storage', props: ui({ ephemeralStorageGiB: 1024 }), path: 'services.ui.ephemeralStorageGiB' },
    { did: 'opens more files softly than at all', props: ulimit({ softLimit: 2000 }), path: 'services.ui.ulimits[0].softLimit' },
    { did: 'opens no files', props: ulimit({ softLimit: 0 }), path: 'services.ui.ulimits[0].softLimit' },
    { did: 'has a directory in memory with no room', props: tmpfs({ containerPath: '/tmp', size: 0 }), path: 'services.ui.tmpfs[0].size' },
    {
      did: 'gives eleven files of variables',
      props: ui({ environmentFiles: Array.from({ length: 11 }, () => file) }),
      path: 'services.ui.environmentFiles',
    },
  ],
  DUPLICATE: [
    { did: 'mounts two volumes at one path', props: mounts([at('/data'), at('/data')]), path: 'services.ui.mountPoints[1].containerPath' },
    {
      did: 'mounts a volume where a directory in memory is',
      props: mounts([at('/tmp')], { tmpfs: [{ containerPath: '/tmp', size: 1 }] }),
      path: 'services.ui.mountPoints[0].containerPath',
    },
    {
      did: 'has two directories in memory at one path',
      props: tmpfs({ containerPath: '/tmp', size: 1 }, { containerPath: '/tmp', size: 2 }),
      path: 'services.ui.tmpfs[1].containerPath',
    },
    {
      did: 'limits open files twice',
      props: ui({ ulimits: [1, 2].map((limit) => ({ name: 'nofile', softLimit: limit, hardLimit: limit })) }),
      path: 'services.ui.ulimits[1]',
    },
    {
      did: 'sets a kernel parameter twice',
      props: ui({ systemControls: ['1', '2'].map((value) => ({ namespace: 'net.core.somaxconn', value })) }),
      path: 'services.ui.systemControls[1].namespace',
    },
  ],
  CONFLICT: [
    {
      did: 'gives an access point and a directory',
      props: efs({ accessPoint, rootDirectory: '/data' }),
      path: 'services.ui.volumes.data.rootDirectory',
    },
    { did: 'gives an access point and root', props: efs({ accessPoint, rootAccess: true }), path: 'services.ui.volumes.data.rootAccess' },
    {
      did: 'lets a task stop with a container that runs before the application',
      props: helper({ image, runsBeforeApplication: true, essential: true }),
      path: 'services.ui.extraContainers.helper.essential',
    },
    {
      did: 'lets a container that runs before the application listen',
      props: helper({ image, runsBeforeApplication: true, ports: [9000] }),
      path: 'services.ui.extraContainers.helper.ports',
    },
    {
      did: 'checks the health of a container that runs before the application',
      props: helper({ image, runsBeforeApplication: true, healthCheck: { command: ['CMD', 'true'] } }),
      path: 'services.ui.extraContainers.helper.healthCheck',
    },
  ],
  NO_EFFECT: [
    {
      did: 'gives applications the log driver of the system, which has none',
      props: logs({ driverForApplications: true }),
      path: 'logs.driverForApplications',
    },
  ],
  TOO_MANY_CONTAINERS: [
    {
      did: 'adds five containers to a traced task, and the system logs with FireLens',
      props: logs({ driver: firelens }, { ui: service({ extraContainers: containers(5) }) }),
      path: 'services.ui.extraContainers',
    },
  ],
  TASK_SIZE: [
    {
      did: 'leaves no memory to the log router of the system',
      props: logs({ driver: firelens }, { ui: service({ extraContainers: { a: { image, memoryLimitMiB: 820 } } }) }),
      path: 'services.ui.extraContainers.a.memoryLimitMiB',
    },
  ],
};

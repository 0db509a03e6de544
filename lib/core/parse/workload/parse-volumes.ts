import { defined } from '../../defined';
import { ECS, FARGATE } from '../../limits/ecs';
import { rangeOf } from '../../limits/limit';
import { COLLECTOR_VOLUMES, MESH_VOLUME } from '../../model/constants';
import type { LaunchType, Mount, TaskStorage, Volume } from '../../model/topology';
import { displayValue } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { suggest } from '../../reading/reader';
import { parseAbsolutePath } from './parse-linux';

export const STORAGE_FIELDS = ['volumes', 'ephemeralStorageGiB'] as const;

const RESERVED: readonly string[] = [MESH_VOLUME, ...Object.values(COLLECTOR_VOLUMES)];
const FACTORIES = 'Volume.empty() or Volume.efs()';

/** @param task a service, or a version of one */
export function parseStorage(task: Reader, launchType: LaunchType): TaskStorage {
  const size = task.field('ephemeralStorageGiB');
  if (launchType !== 'FARGATE' && !size.absent)
    size.fail('CONFLICT', 'only AWS Fargate has ephemeral storage of a task; on instances, containers write to the disk of the instance', {
      got: null,
      fix: 'remove it, and give the instances a larger disk',
    });
  const volumes = [...task.field('volumes').entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, at]) => parseVolume(name, at));
  return {
    ...(volumes.length === 0 ? {} : { volumes }),
    ...defined({
      ephemeralStorageGiB: task.field('ephemeralStorageGiB').number({ ...rangeOf(FARGATE.ephemeralStorage), unit: 'GiB' }),
    }),
  };
}

function parseVolume(name: string, at: Reader): readonly Volume[] {
  if (!/^[A-Za-z0-9_-]+$/.test(name) || name.length > ECS.volumeName.value)
    at.fail('INVALID_NAME', `${displayValue(name)} cannot be the name of a volume`, {
      got: null,
      allowed: `letters, digits, hyphens and underscores, at most ${ECS.volumeName.value}`,
    });
  if (RESERVED.includes(name))
    at.fail('RESERVED_NAME', `the name "${name}" is taken by a volume that the mesh adds`, {
      got: null,
      allowed: `any name but ${RESERVED.join(', ')}`,
    });
  at.required('a Volume', `remove it, or use ${FACTORIES}`);
  if (!at.checkFactory('Volume', FACTORIES)) return [];
  const kind = at.field('kind').required('the kind of the volume', `use ${FACTORIES}`).oneOf(['empty', 'efs'], 'a Volume');
  if (kind !== 'efs') return at.checkFields([], 'kind') ? [{ name, kind: 'empty' }] : [];
  return at.checkFields(['fileSystem', 'accessPoint', 'rootDirectory', 'rootAccess'], 'kind') ? [parseFileSystem(name, at)] : [];
}

function parseFileSystem(name: string, at: Reader): Volume {
  const fix = 'use an efs.FileSystem, or efs.FileSystem.fromFileSystemAttributes()';
  at.field('fileSystem')
    .required('the file system', fix)
    .checkInstance('an efs.IFileSystem', ['fileSystemId', 'mountTargetsAvailable', 'connections'], fix);
  const accessPointAt = at.field('accessPoint');
  accessPointAt.checkInstance(
    'an efs.IAccessPoint',
    ['accessPointId', 'accessPointArn'],
    'use fileSystem.addAccessPoint(), or efs.AccessPoint.fromAccessPointAttributes()',
  );
  const rootDirectory = parseAbsolutePath(at.field('rootDirectory'));
  const rootAccess = at.field('rootAccess').boolean() ?? false;
  if (!accessPointAt.absent) {
    if (rootDirectory !== undefined)
      at.field('rootDirectory').fail('CONFLICT', 'an access point has a directory of its own', {
        fix: 'remove rootDirectory, and give the access point this path',
      });
    if (rootAccess)
      at.field('rootAccess').fail('CONFLICT', 'an access point has a user of its own, whoever the container runs as', {
        fix: 'remove rootAccess, or let the posixUser of the access point be root',
      });
  }
  return { name, kind: 'efs', accessPoint: !accessPointAt.absent, rootAccess, ...defined({ rootDirectory }) };
}

/**
 * Where a container mounts volumes of its task.
 *
 * @param tmpfs directories that it has in memory
 */
export function parseMounts(at: Reader, task: TaskStorage, tmpfs: readonly string[]): readonly Mount[] {
  const names = task.volumes?.map(({ name }) => name) ?? [];
  const taken = new Set(tmpfs);
  return at.items().flatMap((item): readonly Mount[] => {
    item.required('a mount point', "remove the entry, or write { sourceVolume: 'data', containerPath: '/data', readOnly: false }");
    if (!item.checkFields(['sourceVolume', 'containerPath', 'readOnly'])) return [];
    const volume = parseVolumeName(item.field('sourceVolume'), names);
    const pathAt = item.field('containerPath').required('where the volume is mounted', "such as containerPath: '/data'");
    const path = parseAbsolutePath(pathAt);
    const readOnly = item.field('readOnly').boolean() ?? false;
    if (path !== undefined && taken.has(path))
      pathAt.fail('DUPLICATE', 'the container has something else at this path', { fix: 'choose another path, or remove one of the two' });
    if (path !== undefined) taken.add(path);
    return volume === undefined || path === undefined ? [] : [{ volume, path, readOnly }];
  });
}

function parseVolumeName(at: Reader, names: readonly string[]): string | undefined {
  const name = at
    .required('the name of a volume of the service', "such as sourceVolume: 'data', for volumes: { data: Volume.empty() }")
    .string();
  if (name === undefined || names.includes(name)) return name;
  return at.fail(
    'UNKNOWN_VOLUME',
    `there is no volume ${displayValue(name)}`,
    names.length === 0 ? { fix: 'add it to volumes of the service, such as volumes: { data: Volume.empty() }' } : suggest(name, names),
  );
}

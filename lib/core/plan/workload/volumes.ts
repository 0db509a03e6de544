import { MESH_VOLUME } from '../../model/constants';
import type { ContainerSettings, ExtraContainer, TaskStorage, Topology, Volume } from '../../model/topology';
import type { FileSystemPlan, MeshWorkloadPlan } from '../system-plan';
import { collectorVolumes } from './containers';

/** What the containers of a service's tasks share, or of a version's. */
interface OwnStorage extends TaskStorage, Pick<ContainerSettings, 'mounts'> {
  readonly extraContainers: readonly ExtraContainer[];
}

/** @param own the service or the version; absent: a gateway service, whose tasks have what the mesh needs alone */
export function storageOf(
  topology: Pick<Topology, 'tracing'>,
  own?: OwnStorage,
): Pick<MeshWorkloadPlan, 'volumes' | 'fileSystems' | 'ephemeralStorageGiB'> {
  const volumes = own?.volumes ?? [];
  const fileSystems = volumes.flatMap((volume) => (own === undefined ? [] : fileSystem(volume, own)));
  return {
    volumes: [MESH_VOLUME, ...collectorVolumes(topology), ...volumes.filter(({ kind }) => kind === 'empty').map(({ name }) => name)],
    ...(fileSystems.length === 0 ? {} : { fileSystems }),
    ...(own?.ephemeralStorageGiB === undefined ? {} : { ephemeralStorageGiB: own.ephemeralStorageGiB }),
  };
}

/** https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html */
function fileSystem(volume: Volume, { mounts = [], extraContainers }: OwnStorage): readonly FileSystemPlan[] {
  if (volume.kind !== 'efs') return [];
  const all = [...mounts, ...extraContainers.flatMap((container) => container.mounts ?? [])];
  const isWritten = all.some((mount) => mount.volume === volume.name && !mount.readOnly);
  return [
    {
      volume: volume.name,
      ...(volume.rootDirectory === undefined ? {} : { rootDirectory: volume.rootDirectory }),
      permissions: [
        'ClientMount',
        ...(isWritten ? ['ClientWrite' as const] : []),
        ...(volume.rootAccess ? ['ClientRootAccess' as const] : []),
      ],
    },
  ];
}

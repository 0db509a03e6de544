import { chmodSync, chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { allows } from '../../../programs/emulator/aws/policy';
import type { Principal } from '../../../programs/emulator/aws/principal';
import { contextOf } from '../../../programs/emulator/aws/principal';
import type { AccessPointModel, FileSystemModel } from '../../../programs/emulator/template/system';

/** What a container finds where it mounts a file system. */
export interface MountedFileSystem {
  /** On the host. */
  readonly source: string;
  /** Whether the server refuses to write, whatever the mount point says. */
  readonly readOnly: boolean;
  /** As whom all its clients act. */
  readonly uid?: number;
}

/** Where the file systems are. */
export interface FileSystemsPlace {
  /** On the host. */
  readonly directory: string;
  /** `<region>:<account>` */
  readonly place: string;
}

const REFUSED = 'mount.nfs4: access denied by server while mounting 127.0.0.1:/';

/**
 * File systems of Amazon EFS: each is a directory of the host, so that all tasks see the same files at once. Access points, and what roles
 * may do, are as Amazon EFS documents them, for a file system whose policy leaves it to roles.
 *
 * There is no NFS server: nothing is seen of TLS, of mount targets, caches and locks, or of a server that is away or slow. Nobody acts as
 * somebody else: a container whose user is not that of the access point is refused.
 */
export class FileSystems {
  constructor(private readonly at: FileSystemsPlace) {}

  /** @throws Error where ECS fails to mount it, and the task with it */
  mount(volume: FileSystemModel, accessPoints: readonly AccessPointModel[], task: Principal): MountedFileSystem {
    const accessPoint = accessPointOf(volume, accessPoints);
    const may = (permission: string): boolean =>
      !volume.byRole || allows(task.statements(), this.request(permission, volume, accessPoint, task));
    if (!may('ClientMount')) throw failed(volume, `b'${REFUSED}'`);
    return {
      source: this.directoryOf(volume, accessPoint),
      // "If the client does not have ClientWrite, it is read-only": https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
      readOnly: !may('ClientWrite'),
      ...(accessPoint?.uid === undefined ? {} : { uid: accessPoint.uid }),
    };
  }

  private request(permission: string, { fileSystem }: FileSystemModel, accessPoint: AccessPointModel | undefined, task: Principal) {
    return {
      action: `elasticfilesystem:${permission}`,
      resource: `arn:aws:elasticfilesystem:${this.at.place}:file-system/${fileSystem}`,
      context: {
        ...contextOf(task),
        'aws:SecureTransport': 'true',
        'elasticfilesystem:AccessedViaMountTarget': 'true',
        ...(accessPoint === undefined ? {} : { 'elasticfilesystem:AccessPointArn': accessPoint.arn }),
      },
    };
  }

  private directoryOf(volume: FileSystemModel, accessPoint: AccessPointModel | undefined): string {
    const root = join(this.at.directory, volume.fileSystem);
    if (!existsSync(root)) {
      // It belongs to root, and everybody may read it: https://docs.aws.amazon.com/efs/latest/ug/accessing-fs-nfs-permissions.html
      mkdirSync(root, { recursive: true });
      chmodSync(root, 0o755);
    }
    const path = join(root, accessPoint?.directory ?? volume.directory);
    if (existsSync(path)) return path;
    // "If you do not provide this information, Amazon EFS does not create the root directory", and mounting fails:
    // https://docs.aws.amazon.com/efs/latest/ug/enforce-root-directory-access-point.html
    const creation = accessPoint?.creation;
    if (creation === undefined) throw failed(volume, `there is no ${accessPoint?.directory ?? volume.directory}`);
    mkdirSync(path, { recursive: true });
    chownSync(path, creation.uid, creation.gid);
    chmodSync(path, creation.mode);
    return path;
  }
}

function accessPointOf(volume: FileSystemModel, accessPoints: readonly AccessPointModel[]): AccessPointModel | undefined {
  if (volume.accessPoint === undefined) return undefined;
  const found = accessPoints.find(({ id }) => id === volume.accessPoint);
  if (found === undefined) throw failed(volume, `there is no access point ${volume.accessPoint} in the template`);
  if (found.fileSystem !== volume.fileSystem) throw failed(volume, `${found.id} is not of ${volume.fileSystem}`);
  return found;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html */
function failed({ volume }: FileSystemModel, why: string): Error {
  return new Error(`ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: ${volume}: ${why}`);
}

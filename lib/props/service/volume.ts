import type { IAccessPoint, IFileSystem } from 'aws-cdk-lib/aws-efs';
import { factoryInput } from '../factory-input';

/**
 * Options of `Volume.efs()`.
 *
 * @example
 * const uploads: EfsVolumeOptions = { fileSystem, accessPoint };
 */
export interface EfsVolumeOptions {
  /**
   * File system. It needs a mount target in each Availability Zone in which tasks run, in their VPC. Its security group is opened to the
   * tasks: do not open it to them again.
   */
  readonly fileSystem: IFileSystem;

  /**
   * Access point: a directory of the file system, and the user as whom its files are read and written, whatever user the container runs as.
   * The tasks may use the file system by this access point alone.
   *
   * @default - none: tasks see the file system from `rootDirectory` on, as the users that their containers run as
   * @see https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html
   */
  readonly accessPoint?: IAccessPoint;

  /**
   * Directory of the file system that is mounted, such as `/uploads`. It must be there when a task starts. Not together with `accessPoint`,
   * which has one.
   *
   * @default - `/`, or the directory of the access point
   */
  readonly rootDirectory?: string;

  /**
   * Lets root in a container be root on the file system (`elasticfilesystem:ClientRootAccess`). Without it, where the policy of the file
   * system leaves it to roles, root is nobody in particular there, and can write only where anybody can. Not together with
   * `accessPoint`, which has a user.
   *
   * @default false
   */
  readonly rootAccess?: boolean;
}

/**
 * A volume of the tasks of a service. Containers mount it by `mountPoints`.
 *
 * @example
 * const orders: ServiceProps = {
 *   image,
 *   port: 8080,
 *   readonlyRootFilesystem: true,
 *   volumes: { scratch: Volume.empty(), uploads: Volume.efs({ fileSystem, accessPoint }) },
 *   mountPoints: [
 *     { sourceVolume: 'scratch', containerPath: '/tmp', readOnly: false },
 *     { sourceVolume: 'uploads', containerPath: '/var/uploads', readOnly: true },
 *   ],
 * };
 */
export class Volume {
  /**
   * Empty directory that containers of one task share, and that is gone with the task. It takes a part of the task's ephemeral storage. It
   * belongs to root, unless the image of the container that starts first has the directory as a `VOLUME` of another user.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
   */
  public static empty(): Volume {
    return new Volume('empty', undefined);
  }

  /**
   * File system of Amazon EFS, which outlives tasks, and which tasks share. It is mounted with TLS, and with the role of the service (IAM
   * authorization), which may write only if a container mounts the volume to write. The file system's own policy decides whether clients
   * without a role get in: by default, without one, they do.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html
   */
  public static efs(options: EfsVolumeOptions): Volume {
    return new Volume('efs', options);
  }

  /** @internal */
  public readonly _type = 'Volume';

  private constructor(
    private readonly kind: string,
    /** @internal */
    public readonly _options: EfsVolumeOptions | undefined,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this._options, { kind: this.kind });
  }
}

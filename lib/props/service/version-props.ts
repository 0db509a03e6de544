import type { Duration } from 'aws-cdk-lib';
import type { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { ContainerSettingsProps, ExtraContainerProps } from './container-props';
import type { SizingProps } from './sizing-props';
import type { Volume } from './volume';

/**
 * A version of a service. It has an ECS service, a task definition and a name in Cloud Map
 * (`<service>-<version>`) of its own; identity, certificate, task role and security group are those of the service.
 *
 * A version inherits from the service what it does not set, field by field: an `environment` of its own replaces the service's
 * whole one. Of `desiredCount` and `scaling` it inherits none if it sets one of them.
 *
 * @example
 * const catalog: ServiceProps = {
 *   image: ContainerImage.fromRegistry('example/catalog:1'),
 *   port: 8080,
 *   versions: {
 *     v1: { weight: 90 },
 *     v2: { weight: 10, image: ContainerImage.fromRegistry('example/catalog:2') },
 *   },
 * };
 */
export interface VersionProps extends ContainerSettingsProps, SizingProps {
  /**
   * Weight of the version, 0 to 1000: its share of the calls is this number divided by the sum of all versions' weights; not
   * all may be 0. A version with weight 0 gets only what a `versionHeader` or a `mirror` sends to it.
   *
   * A deployment that changes weights changes one SSM parameter, and no task. Callers follow within the mesh's
   * `weightsInterval`. Add a version with weight 0, and raise it when its tasks run.
   *
   * Weights that are written into the parameter by hand last until a deployment that changes versions, weights or routes:
   * update the code first.
   */
  readonly weight: number;

  /**
   * Image, built for the CPU architecture of the task, as `image` of the service.
   *
   * @default - that of the service
   */
  readonly image?: ContainerImage;

  /**
   * Time that the application may take until it listens on the service's `port`, 0 to 900 whole seconds.
   *
   * @default - that of the service
   */
  readonly startupTimeout?: Duration;

  /**
   * Time between SIGTERM and SIGKILL, 2 to 120 whole seconds.
   *
   * @default - that of the service
   */
  readonly stopTimeout?: Duration;

  /**
   * Containers beside the application, by name. They replace all of the service's.
   *
   * @default - those of the service
   */
  readonly extraContainers?: { readonly [name: string]: ExtraContainerProps };

  /**
   * Volumes of the task, by name, which `mountPoints` of its containers name. Names are letters, digits, hyphens and underscores; `mesh`,
   * `collector-etc` and `collector-var` are reserved. They replace all of the
   * service's.
   *
   * @default - those of the service
   */
  readonly volumes?: { readonly [name: string]: Volume };

  /**
   * Ephemeral storage of the task, 21 to 200 GiB, for images, what containers write, and volumes of `Volume.empty()`.
   *
   * @default - that of the service
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html
   */
  readonly ephemeralStorageGiB?: number;
}

/**
 * Copies of requests, by which a version is tested with real traffic.
 *
 * @example
 * const mirror: MirrorProps = { version: 'v2', percent: 5 };
 */
export interface MirrorProps {
  /** Version that gets the copies. Give it weight 0; otherwise some requests reach it twice, and a warning says so. */
  readonly version: string;

  /** Share of requests that is copied, 0.0001 to 100 percent; 0, which a route can set for itself, copies nothing. */
  readonly percent: number;
}

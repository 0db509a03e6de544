import type { Duration } from 'aws-cdk-lib';
import type { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { ContainerSettingsProps, ExtraContainerProps } from './container-props';
import type { SizingProps } from './sizing-props';

/**
 * One of several versions of a service. It has an ECS service, a task definition and a name in Cloud Map
 * (`<service>-<version>`) of its own; identity, certificate, task role and security group are those of the service.
 *
 * What a version does not say is as the service says, field by field: an `environment` of its own stands in place of the
 * service's whole one. Of `desiredCount` and `scaling` it inherits none if it says one of them.
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
   * Its share of the calls is this number to the sum of all versions' weights, 0 to 1000; not all may be 0. One that is 0
   * gets only what a `versionHeader` or a `mirror` sends to it.
   *
   * A deployment that changes weights changes one SSM parameter, and no task. Callers follow within the mesh's
   * `weightsInterval`. Add a version with weight 0, and raise it when its tasks run.
   *
   * Weights that somebody has written into the parameter by hand last until a deployment that changes versions, weights or
   * routes: bring what stands here in line first.
   */
  readonly weight: number;

  /**
   * The image, for the processor that the task has.
   *
   * @default - that of the service
   */
  readonly image?: ContainerImage;

  /**
   * How long the application has between SIGTERM and SIGKILL, 2 to 120 whole seconds.
   *
   * @default - that of the service
   */
  readonly stopTimeout?: Duration;

  /**
   * Containers beside the application, by name; in place of all of the service's.
   *
   * @default - those of the service
   */
  readonly extraContainers?: { readonly [name: string]: ExtraContainerProps };
}

/**
 * Copies of requests for a version that is to be tried with real ones.
 *
 * @example
 * const mirror: MirrorProps = { version: 'v2', percent: 5 };
 */
export interface MirrorProps {
  /** The version that gets the copies. Give it weight 0, or some requests reach it twice, of which a warning tells. */
  readonly version: string;

  /** The share of requests that is copied, 0.0001 to 100 percent; 0 copies nothing, as a route may say for itself. */
  readonly percent: number;
}

import type { Duration } from 'aws-cdk-lib';
import type { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { factoryInput } from './factory-input';

/**
 * Options of `Mesh.envoy()`.
 *
 * @example
 * const options: EnvoyMeshOptions = { image: ContainerImage.fromEcrRepository(repository, 'v1.40.0'), logLevel: 'info' };
 */
export interface EnvoyMeshOptions {
  /**
   * The tag of the Envoy image, such as `v1.40.0`; from Envoy 1.37 on, older ones do not know the whole configuration.
   * Not a distroless one: ECS needs a shell to check its health. Not together with `image`.
   *
   * @default - a current release, pinned by this library's version
   */
  readonly version?: string;

  /**
   * An Envoy image of your own, such as one from an ECR pull-through cache: Envoy 1.37 or later, started by the entry
   * point with the container's command as arguments. It needs `bash` and `grep` for the health check.
   *
   * @default - docker.io/envoyproxy/envoy, which Docker Hub limits for anonymous pulls
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
   */
  readonly image?: ContainerImage;

  /**
   * An image of the mesh agent of your own, such as a copy of the default one in a registry of yours. It must do what
   * this version's agent does: see `agent/` in the sources.
   *
   * @default - built from this package by `cdk deploy`, which needs Docker or a replacement of it (CDK_DOCKER)
   */
  readonly agentImage?: ContainerImage;

  /**
   * How often an agent asks Cloud Map for the tasks of a callee that can have more than 8 of them, 1 to 10 whole
   * seconds. Such a callee waits for five times as long before it stops. Of fewer tasks DNS tells.
   *
   * @default Duration.seconds(2)
   * @see https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html
   */
  readonly discoveryInterval?: Duration;

  /**
   * How often an agent asks Systems Manager for the weights of the versions that its service calls, 1 to 300 whole seconds:
   * one call for each ten such services. Systems Manager takes 40 calls a second from all tasks of an account and region,
   * at no cost; raise this where there are more than 40 such tasks for each of its seconds.
   *
   * @default Duration.seconds(15)
   * @see https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm
   */
  readonly weightsInterval?: Duration;

  /**
   * Envoy's own log level (not the access log): trace, debug, info, warning, error, critical or off.
   *
   * @default warning
   */
  readonly logLevel?: string;
}

/**
 * What carries the calls between services.
 *
 * @example
 * const props: MicroservicesProps = { services, mesh: Mesh.envoy({ version: 'v1.40.0' }) };
 */
export class Mesh {
  /** Envoy sidecars that hold their whole configuration in the task definition: no control plane. */
  public static envoy(options: EnvoyMeshOptions = {}): Mesh {
    // From JavaScript, null may stand where the default does not reach.
    return new Mesh('envoy', options ?? {});
  }

  /** @internal */
  public readonly _type = 'Mesh';

  private constructor(
    private readonly provider: string,
    /** @internal */
    public readonly _options: EnvoyMeshOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this._options, { provider: this.provider });
  }
}

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
   * point with the container's command as arguments. It needs `bash` and `grep` for the health check, and `sleep` and
   * `envoy` on the PATH: the gateway is started by bash, so that it can leave slowly.
   *
   * @default - docker.io/envoyproxy/envoy, which Docker Hub limits for anonymous pulls
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
   */
  readonly image?: ContainerImage;

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

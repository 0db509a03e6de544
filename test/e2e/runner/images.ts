import type { BuiltImage } from './built-images';
import { builtImage, copiedImage } from './built-images';
import type { ContainerModel, ServiceModel } from '../../../programs/emulator/template/system';

/** How the program that stands in for an image is run. */
export interface StandIn {
  readonly argv: readonly string[];
  /** What the image itself sets (ENV); the task definition wins. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The image's WORKDIR. */
  readonly workingDirectory?: string;
  /** The image's USER, as numbers (`1000` or `1000:1000`), for a task definition that names none. */
  readonly user?: string;
  /** Users by name, as in the image's /etc/passwd, for a task definition that uses a name. */
  readonly users?: Readonly<Record<string, string>>;
  /** Volumes that the image owns (a VOLUME directive after a chown): path -> `uid:gid`. Others belong to root, 755. */
  readonly volumeOwners?: Readonly<Record<string, string>>;
  /** Directories of the host that are in the image: path in the container -> path here. Nobody can write in them. */
  readonly directories?: Readonly<Record<string, string>>;
}

export interface StandInContext {
  readonly container: ContainerModel;
  readonly service: ServiceModel;
  /** The task's address in the VPC. */
  readonly address: string;
  readonly hostname: string;
}

export interface ImageRule {
  /**
   * Text matches the image with or without its tag or digest; a pattern matches the whole reference. A copy that the CDK makes
   * of an image is matched as that image; a function is asked for the other images that the CDK builds.
   */
  readonly image: string | RegExp | ((image: BuiltImage) => boolean);
  readonly run: (context: StandInContext) => StandIn;
}

/** Which program stands in for which image. The first rule that matches wins. */
export class Images {
  constructor(private readonly rules: readonly ImageRule[]) {}

  standIn(context: StandInContext): StandIn {
    const { image: reference } = context.container;
    const built = builtImage(reference);
    const image = (built === undefined ? undefined : copiedImage(built)) ?? reference;
    const rule = this.rules.find(({ image: wanted }) =>
      typeof wanted === 'function' ? built !== undefined && wanted(built) : matches(wanted, image),
    );
    if (rule === undefined) {
      throw new Error(
        `no stand-in for the image "${image}" (container "${context.container.name}" of service ` +
          `"${context.service.name}"): add { image: '${repository(image)}', run: … } to the images of this test`,
      );
    }
    return rule.run(context);
  }
}

function matches(rule: string | RegExp, image: string): boolean {
  return typeof rule === 'string' ? rule === image || rule === repository(image) : rule.test(image);
}

/** `docker.io/envoyproxy/envoy:v1.40.0` without its tag or digest. */
function repository(image: string): string {
  return image.replace(/@sha256:.*$/, '').replace(/:[^/:]*$/, '');
}

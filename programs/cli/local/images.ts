import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { ComposeBuild } from './engine/compose-file';
import { literal } from './engine/compose-file';
import { Trouble } from '../trouble';

/** An image as Compose gets it. */
export interface LocalImage {
  readonly image: string;
  /** Present if it is built on this machine. */
  readonly build?: ComposeBuild;
}

interface DockerSource {
  readonly directory?: string;
  readonly executable?: readonly string[];
  readonly dockerFile?: string;
  readonly dockerBuildTarget?: string;
  readonly dockerBuildArgs?: Readonly<Record<string, string>>;
}

interface AssetManifest {
  readonly dockerImages?: Readonly<Record<string, { readonly source: DockerSource }>>;
}

/** `….dkr.ecr.us-east-1.amazonaws.com/cdk-…-container-assets-…:<hash>` */
const CDK_IMAGE = /\.dkr\.ecr\.[^/]+\/cdk-[a-z0-9]+-container-assets-[^:]*:([0-9a-f]{64})$/;
const HASH_IN_NAMES = 16;

/** The images that the CDK builds, by the hashes of what they are built of, as manifests of assets in a cloud assembly have them. */
export class BuiltImages {
  private readonly sources = new Map<string, DockerSource & { readonly from: string }>();

  /** @param directory of a cloud assembly */
  constructor(directory: string) {
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.assets.json'))) {
      const { dockerImages = {} } = JSON.parse(readFileSync(join(directory, file), 'utf8')) as AssetManifest;
      for (const [hash, { source }] of Object.entries(dockerImages))
        this.sources.set(hash, { ...source, from: dirname(join(directory, file)) });
    }
  }

  /**
   * @param reference as a task definition has it
   * @param where the Compose file is, to which its paths are relative
   */
  localImage(reference: string, where: string): LocalImage {
    const [, hash] = CDK_IMAGE.exec(reference) ?? [];
    if (hash === undefined) return { image: reference };
    const source = this.sources.get(hash);
    if (source?.directory === undefined)
      throw new Trouble(
        source === undefined
          ? `no manifest of assets says of what the image ${reference} is built`
          : `the image ${reference} is built by a program, ${(source.executable ?? []).join(' ')}`,
        { fix: 'name an image for it in the file of --settings, under "images"' },
      );
    const { from, directory, dockerFile, dockerBuildTarget: target, dockerBuildArgs: args } = source;
    return {
      image: `cdk-local/${hash.slice(0, HASH_IN_NAMES)}`,
      build: {
        context: literal(relative(resolve(where), resolve(from, directory))),
        ...(dockerFile !== undefined && { dockerfile: literal(dockerFile) }),
        ...(target !== undefined && { target: literal(target) }),
        ...(args !== undefined && { args: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, literal(value)])) }),
      },
    };
  }
}

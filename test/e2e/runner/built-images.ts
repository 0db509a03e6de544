import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** An image that the CDK builds at deployment, as the synthesized app says how. */
export interface BuiltImage {
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
}

interface DockerSource {
  readonly directory?: string;
  readonly dockerFile?: string;
  readonly dockerBuildArgs?: Readonly<Record<string, string>>;
}

interface AssetManifest {
  readonly dockerImages?: Readonly<Record<string, { readonly source: DockerSource }>>;
}

/** `….dkr.ecr.eu-central-1.amazonaws.com/cdk-…-container-assets-…:<hash>` */
const CDK_IMAGE = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/cdk-[a-z0-9]+-container-assets-[^:]*:([0-9a-f]{64})$/;

/** By the hash of what they are built of, which is their tag: so one list is right for all templates of a process. */
const built = new Map<string, BuiltImage>();

/** Takes the images of a synthesized stack, by the path of its manifest of assets: a template names them by their hash alone. */
export function recordBuiltImages(manifest: string): void {
  const { dockerImages = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as AssetManifest;
  for (const [
    hash,
    {
      source: { directory, dockerFile = 'Dockerfile', dockerBuildArgs = {} },
    },
  ] of Object.entries(dockerImages)) {
    if (directory === undefined) continue;
    built.set(hash, { dockerfile: readFileSync(join(dirname(manifest), directory, dockerFile), 'utf8'), buildArgs: dockerBuildArgs });
  }
}

/** What is known of the image, if the CDK builds it. */
export function builtImage(reference: string): BuiltImage | undefined {
  const [, hash] = CDK_IMAGE.exec(reference) ?? [];
  if (hash === undefined) return undefined;
  const image = built.get(hash);
  if (image === undefined) {
    const fix = 'make the template with templateOf() of test/e2e/systems/synthesize.ts';
    throw new Error(`the CDK builds the image ${reference}, and nobody recorded of what: ${fix}`);
  }
  return image;
}

/** The image of which a Dockerfile with nothing but ARG and FROM makes a copy; undefined if it adds something. */
export function copiedImage({ dockerfile, buildArgs }: BuiltImage): string | undefined {
  const lines = dockerfile
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const defaults = lines.flatMap((line) => {
    const [, name, value] = /^ARG (\w+)=(\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value] as const];
  });
  const values: Readonly<Record<string, string | undefined>> = { ...Object.fromEntries(defaults), ...buildArgs };
  const [from, ...more] = lines.filter((line) => !line.startsWith('ARG '));
  const [, base] = /^FROM (\S+)$/.exec(from ?? '') ?? [];
  if (base === undefined || more.length > 0) return undefined;
  return base.replace(/\$\{(\w+)\}/g, (variable, name: string) => values[name] ?? variable);
}

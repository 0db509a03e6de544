/**
 * The images that the library names, pinned so that a deployment a year from now is the deployment of today. A tag says
 * which release it is, but its publisher can move it; a digest of the index of all processors cannot be moved. Where the
 * digest is undefined, the image is not pinned by digest yet. docs/releasing.md says how a maintainer reads and sets it.
 */
export interface PinnedImage {
  readonly repository: string;
  /** Exact: no tag that is made to move, such as `latest` or `22-slim`. */
  readonly tag: string;
  /** `sha256:` and 64 hex digits, as the registry has it for the tag. */
  readonly digest: string | undefined;
}

export const IMAGES = {
  /** https://hub.docker.com/r/envoyproxy/envoy/tags */
  envoy: { repository: 'docker.io/envoyproxy/envoy', tag: 'v1.40.0', digest: undefined },
  /**
   * The base of the agent's image, from the copy of Docker's official images in Amazon ECR Public. The tag was put together
   * without a registry: the newest release of Node.js 22 by `npm view node versions`, on the Debian of nodejs/docker-node's
   * 22/bookworm-slim, which has had an image of each release on the day of the release. A maintainer keeps it up to date.
   * https://gallery.ecr.aws/docker/library/node
   */
  agentBase: { repository: 'public.ecr.aws/docker/library/node', tag: '22.23.3-bookworm-slim', digest: undefined },
  /** https://gallery.ecr.aws/cloudwatch-agent/cloudwatch-agent */
  collector: { repository: 'public.ecr.aws/cloudwatch-agent/cloudwatch-agent', tag: '1.300062.0b1304', digest: undefined },
  /** https://gallery.ecr.aws/appmesh/aws-appmesh-envoy */
  appMeshEnvoy: { repository: 'public.ecr.aws/appmesh/aws-appmesh-envoy', tag: 'v1.34.13.0-prod', digest: undefined },
} as const satisfies Readonly<Record<string, PinnedImage>>;

/** What a task definition or a Dockerfile names. With a digest, the tag is for readers alone. */
export function imageReference({ repository, tag, digest }: PinnedImage): string {
  return `${repository}:${tag}${digest === undefined ? '' : `@${digest}`}`;
}

/** Another release of the image: our digest is that of our tag alone. */
export function withTag(image: PinnedImage, tag: string | undefined): PinnedImage {
  return tag === undefined || tag === image.tag ? image : { ...image, tag, digest: undefined };
}

/**
 * Envoy 1.37 is the first with `admin.allow_paths`, the newest part of our configuration.
 * https://github.com/envoyproxy/envoy/pull/42367
 */
export const FIRST_PROXY_MINOR = 37;

/** Envoy 1.40 is the first with `content_type_matcher` of the compressor, which stands for a list of types that it warns of. */
export const FIRST_COMPRESSION_MINOR = 40;

/** The minor of the newest Envoy that the tests run, which is that of `IMAGES.envoy`. They run the first one, too. */
export const NEWEST_TESTED_PROXY_MINOR = 40;

/** The user `envoy` of the Envoy image. The agent, which writes what Envoy reads, is the same user. */
export const PROXY_USER = '101';

/** Envoy 1.34 is the first with %PATH% in access logs. https://github.com/envoyproxy/envoy/pull/38761 */
export const FIRST_APP_MESH_MINOR = 34;

/** The user of App Mesh's Envoy. What it sends, and what else this user sends, is not intercepted (IgnoredUID). */
export const APP_MESH_USER = '1337';

/** What a member of this group sends is not intercepted either (IgnoredGID): for helpers that have to be another user. */
export const APP_MESH_GROUP = '1338';

import {
  DEFAULT_DISCOVERY_INTERVAL_SECONDS,
  DEFAULT_SHARE_OF_QUOTA,
  DEFAULT_MAX_CONNECTION_SECONDS,
  DEFAULT_WEIGHTS_INTERVAL_SECONDS,
  MAX_CONNECTION_SECONDS,
} from '../../model/constants';
import { CLOUD_MAP } from '../../limits/discovery';
import { SSM } from '../../limits/security';
import { FIRST_PROXY_MINOR, imageReference, IMAGES, withTag } from '../../model/images';
import type { Reader } from '../../reading/reader';
import { parseLogLevel } from '../shared-options';
import type { EnvoyMeshSettings } from './settings';

export const ENVOY_OPTIONS = [
  'discoveryInterval',
  'discoveryRateLimit',
  'weightsInterval',
  'weightsRateLimit',
  'maxConnectionDuration',
] as const;

export function parseEnvoyOptions(at: Reader): EnvoyMeshSettings {
  return {
    provider: 'envoy',
    proxyImage: imageReference(withTag(IMAGES.envoy, parseProxyVersion(at.field('version')))),
    proxyLogLevel: parseLogLevel(at.field('logLevel')),
    discoveryIntervalSeconds: at.field('discoveryInterval').seconds({ min: 1, max: 10 }) ?? DEFAULT_DISCOVERY_INTERVAL_SECONDS,
    discoveryRateLimit: parseRate(at.field('discoveryRateLimit')) ?? CLOUD_MAP.revisions.value * DEFAULT_SHARE_OF_QUOTA,
    weightsIntervalSeconds: at.field('weightsInterval').seconds({ min: 1, max: 300 }) ?? DEFAULT_WEIGHTS_INTERVAL_SECONDS,
    weightsRateLimit: parseRate(at.field('weightsRateLimit')) ?? SSM.requests.value * DEFAULT_SHARE_OF_QUOTA,
    maxConnectionSeconds:
      at.field('maxConnectionDuration').seconds({ min: 10, max: MAX_CONNECTION_SECONDS }) ?? DEFAULT_MAX_CONNECTION_SECONDS,
  };
}

/** More than any account has. */
const MAX_RATE = 100_000;

function parseRate(at: Reader): number | undefined {
  return at.number({ min: 1, max: MAX_RATE });
}

function parseProxyVersion(at: Reader): string | undefined {
  const version = at.string();
  if (version === undefined) return undefined;
  const [, flavor, major, minor, patch] = /^(distroless-|contrib-)?v(\d+)\.(\d+)(\.\d+|-latest)$/.exec(version) ?? [];
  if (major === undefined) {
    at.fail('INVALID_FORMAT', 'is not a tag of the Envoy image', {
      allowed: `a release of Envoy, such as "${IMAGES.envoy.tag}"`,
      ...(/^\d+\.\d+\.\d+$/.test(version) ? { fix: `write "v${version}"` } : {}),
    });
  } else if (Number(major) !== 1 || Number(minor) < FIRST_PROXY_MINOR) {
    at.fail('INVALID_VALUE', `Envoy ${major}.${minor ?? ''} does not know all of the configuration that it would get`, {
      allowed: `a release of Envoy 1, from v1.${FIRST_PROXY_MINOR}.0 on`,
      fix: `use "${IMAGES.envoy.tag}", or leave version out`,
    });
  } else if (flavor === 'distroless-') {
    at.fail('INVALID_VALUE', 'the distroless image has no shell, so ECS cannot check its health', {
      fix: `use "${version.slice(flavor.length)}"`,
    });
  } else if (patch === '-latest') {
    // And not even the latest: the CDK builds an image again only when its name or its Dockerfile changes.
    const fix = `name a release, such as "${IMAGES.envoy.tag}"; image takes an image with any tag`;
    at.fail('INVALID_VALUE', 'this tag moves from release to release, so two deployments may not run the same Envoy', {
      allowed: 'the tag of one release',
      fix,
    });
  }
  return version;
}

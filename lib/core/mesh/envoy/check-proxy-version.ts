import { FIRST_PROXY_MINOR, IMAGES, NEWEST_TESTED_PROXY_MINOR } from '../../model/images';
import type { Warning } from '../../model/topology';
import type { EnvoyMeshSettings } from './settings';

/** Nobody knows yet what a newer Envoy changes. Which version an image of the user's own has, only they know. */
export function warnOfNewerProxy({ proxyImage }: EnvoyMeshSettings): readonly Warning[] {
  const minor = /:(?:contrib-)?v1\.(\d+)\./.exec(proxyImage)?.[1];
  if (minor === undefined || Number(minor) <= NEWEST_TESTED_PROXY_MINOR) return [];
  return [
    {
      id: 'envoy-newer-than-tested',
      path: 'mesh.version',
      message:
        `Envoy 1.${minor} is newer than the releases that this version of the library is tested with, 1.${FIRST_PROXY_MINOR} and 1.${NEWEST_TESTED_PROXY_MINOR}: it may ` +
        'refuse its configuration, or apply rules, routes and limits in another way. ' +
        `Use "${IMAGES.envoy.tag}", leave version out, or update the library. If you have tested your system with this release, acknowledge the warning`,
    },
  ];
}

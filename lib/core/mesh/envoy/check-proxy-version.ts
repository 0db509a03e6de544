import { FIRST_COMPRESSION_MINOR, FIRST_PROXY_MINOR, IMAGES, NEWEST_TESTED_PROXY_MINOR } from '../../model/images';
import type { Warning } from '../../model/topology';
import type { IssueList } from '../../reading/issues';
import { Reader } from '../../reading/reader';
import { FEATURES } from '../features';
import type { EnvoyMeshSettings, EnvoyTopology } from './settings';

/** What a newer Envoy changes is not known yet. The version in an image of the user's own is not known here. */
export function warnOfNewerProxy({ proxyImage }: EnvoyMeshSettings): readonly Warning[] {
  const minor = minorOf(proxyImage);
  if (minor === undefined || minor <= NEWEST_TESTED_PROXY_MINOR) return [];
  return [
    {
      id: 'envoy-newer-than-tested',
      path: 'mesh.version',
      message:
        `Envoy 1.${minor} is newer than the releases that this version of the library is tested with, ` +
        `1.${FIRST_PROXY_MINOR} and 1.${NEWEST_TESTED_PROXY_MINOR}: it may ` +
        'refuse its configuration, or apply rules, routes and limits in another way. ' +
        `Use "${IMAGES.envoy.tag}", leave version out, or update the library. ` +
        'If you have tested your system with this release, acknowledge the warning',
    },
  ];
}

/** Which version an image of the user's own has, only they know. */
export function checkCompression(topology: EnvoyTopology, issues: IssueList): void {
  const minor = minorOf(topology.mesh.proxyImage);
  if (minor === undefined || minor >= FIRST_COMPRESSION_MINOR) return;
  for (const path of FEATURES.compression.usedAt(topology))
    new Reader(issues, path, undefined).fail('UNSUPPORTED_BY_MESH', `Envoy 1.${minor} cannot compress by patterns of content types`, {
      allowed: `a release of Envoy 1, from v1.${FIRST_COMPRESSION_MINOR}.0 on`,
      fix: `remove it, or use Mesh.envoy() with "${IMAGES.envoy.tag}", or with no version`,
    });
}

function minorOf(image: string): number | undefined {
  const minor = /:(?:contrib-)?v1\.(\d+)\./.exec(image)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

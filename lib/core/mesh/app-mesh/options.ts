import { FIRST_APP_MESH_MINOR, imageReference, IMAGES, withTag } from '../../model/images';
import { APP_MESH } from '../../limits/app-mesh';
import { ECS } from '../../limits/ecs';
import type { Reader } from '../../reading/reader';
import { STRINGS, suggest } from '../../reading/reader';
import { defined } from '../../defined';
import { parseLogLevel } from '../shared-options';
import type { AcmServerCertificates, AppMeshSettings } from './settings';

export const APP_MESH_OPTIONS = ['allowAllEgress', 'ignoredEgressPorts', 'dnsDiscovery', 'serverCertificates'] as const;

export function parseAppMeshOptions(at: Reader, services: Reader): AppMeshSettings {
  const serverCertificates = parseServerCertificates(at.field('serverCertificates'), services);
  return {
    provider: 'appMesh',
    proxyImage: imageReference(withTag(IMAGES.appMeshEnvoy, parseAppMeshVersion(at.field('version')))),
    proxyLogLevel: parseLogLevel(at.field('logLevel')),
    allowAllEgress: at.field('allowAllEgress').boolean() ?? false,
    ignoredEgressPorts: parseIgnoredPorts(at.field('ignoredEgressPorts')),
    discovery: (at.field('dnsDiscovery').boolean() ?? false) ? 'dns' : 'cloudMap',
    ...defined({ serverCertificates }),
  };
}

function parseAppMeshVersion(at: Reader): string | undefined {
  const version = at.string();
  if (version === undefined) return undefined;
  const [, minor] = /^v1\.(\d+)\.\d+\.\d+-prod(?:-fips)?$/.exec(version) ?? [];
  if (minor === undefined) {
    at.fail('INVALID_FORMAT', "is not a tag of App Mesh's Envoy image", { allowed: `a tag such as "${IMAGES.appMeshEnvoy.tag}"` });
  } else if (Number(minor) < FIRST_APP_MESH_MINOR) {
    at.fail('INVALID_VALUE', `Envoy 1.${minor} does not know the access log that it would get`, {
      allowed: `from v1.${FIRST_APP_MESH_MINOR} on`,
      fix: `use "${IMAGES.appMeshEnvoy.tag}", or leave version out`,
    });
  }
  return version;
}

function parseIgnoredPorts(at: Reader): readonly number[] {
  const ports = at
    .items('a list of ports')
    .flatMap((item) => item.required('a port', 'remove the entry, or give a port').number({ min: 1, max: 65_535 }) ?? []);
  if (ports.length > ECS.proxyIgnoredPorts.value)
    at.fail('OUT_OF_RANGE', `there are ${ports.length} ports`, {
      got: null,
      allowed: `at most ${ECS.proxyIgnoredPorts.value}`,
      fix: 'name hosts in external and calls (Protocol.TCP), which takes no port from this list',
    });
  return [...new Set(ports)].sort((a, b) => a - b);
}

const CERTIFICATE_ARN = /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[A-Za-z0-9-]+$/;
const AUTHORITY_ARN = /^arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[A-Za-z0-9-]+$/;

function parseServerCertificates(at: Reader, services: Reader): AcmServerCertificates | undefined {
  if (!at.checkFields(['certificateArns', 'authorityArns'])) return undefined;
  const names = services.values().map((service) => service.path.slice('services.'.length));
  const map = at.field('certificateArns').required('the certificate of each service', "such as { orders: 'arn:aws:acm:...' }");
  if (map.empty) map.fail('MISSING', 'no service gets a certificate', { fix: 'leave serverCertificates out, or name a service' });
  const certificateArns = [...map.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, item]): [string, string][] => {
      if (!names.includes(name)) item.fail('UNKNOWN_SERVICE', `there is no service "${name}"`, { got: null, ...suggest(name, names) });
      const arn = parseArn(
        item,
        CERTIFICATE_ARN,
        'the ARN of a certificate of ACM',
        'arn:aws:acm:eu-west-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
      );
      return arn === undefined ? [] : [[name, arn]];
    });
  const list = at.field('authorityArns').required('the root authorities of the certificates', "such as ['arn:aws:acm-pca:...']");
  const authorityArns = list
    .items(STRINGS)
    .flatMap(
      (item) =>
        parseArn(
          item,
          AUTHORITY_ARN,
          'the ARN of a certificate authority of AWS Private CA',
          'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555',
        ) ?? [],
    );
  if (Array.isArray(list.value) && (list.value.length === 0 || list.value.length > APP_MESH.authorities.value))
    list.fail('OUT_OF_RANGE', `there are ${list.value.length} authorities`, { got: null, allowed: `1 to ${APP_MESH.authorities.value}` });
  return { certificateArns: Object.fromEntries(certificateArns), authorityArns };
}

function parseArn(at: Reader, pattern: RegExp, what: string, example: string): string | undefined {
  const arn = at.required(what, `remove the entry, or give ${what}`).text();
  if (typeof at.value === 'string' && !pattern.test(at.value))
    at.fail('INVALID_FORMAT', `is not ${what}`, { allowed: `such as "${example}"` });
  return arn;
}

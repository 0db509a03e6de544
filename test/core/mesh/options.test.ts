import fc from 'fast-check';
import { Mesh } from '../../../lib';
import { readProps } from '../../../lib/props/read-props';
import { FIRST_PROXY_MINOR, imageReference, IMAGES, NEWEST_TESTED_PROXY_MINOR } from '../../../lib/core/model/images';
import { planSystem } from '../../../lib/core/plan-system';
import { IssueList } from '../../../lib/core/reading/issues';
import { image, issuesOf, mesh, service, topologyOf } from '../../support/parsing';
import { runs } from '../../support/runs';

const CERTIFICATE = 'arn:aws:acm:eu-west-1:111122223333:certificate/11111111-2222-3333-4444-555555555555';
const AUTHORITY = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555';

const onAppMesh = (options: Readonly<Record<string, unknown>>): unknown =>
  mesh({ ui: service() }, { mesh: { provider: 'appMesh', ...options } });

test('App Mesh has defaults', () => {
  expect(topologyOf(onAppMesh({})).mesh).toEqual({
    provider: 'appMesh',
    proxyImage: imageReference(IMAGES.appMeshEnvoy),
    proxyLogLevel: 'warning',
    allowAllEgress: false,
    ignoredEgressPorts: [],
    discovery: 'cloudMap',
  });
});

test('App Mesh takes every option', () => {
  const serverCertificates = { certificateArns: { ui: CERTIFICATE }, authorityArns: [AUTHORITY] };
  expect(
    topologyOf(
      onAppMesh({
        version: 'v1.35.0.0-prod',
        logLevel: 'debug',
        allowAllEgress: true,
        ignoredEgressPorts: [5432, 443, 443],
        dnsDiscovery: true,
        serverCertificates,
      }),
    ).mesh,
  ).toEqual({
    provider: 'appMesh',
    proxyImage: 'public.ecr.aws/appmesh/aws-appmesh-envoy:v1.35.0.0-prod',
    proxyLogLevel: 'debug',
    allowAllEgress: true,
    ignoredEgressPorts: [443, 5432],
    discovery: 'dns',
    serverCertificates,
  });
});

test.each<[string, Readonly<Record<string, unknown>>, string, string]>([
  ['gives a version of Envoy', { version: 'v1.40.0' }, 'mesh.version', 'INVALID_FORMAT'],
  ['gives a version before %PATH%', { version: 'v1.29.9.0-prod' }, 'mesh.version', 'INVALID_VALUE'],
  ['gives an option of Mesh.envoy()', { discoveryInterval: 2 }, 'mesh.discoveryInterval', 'UNKNOWN_PROPERTY'],
  ['ignores a port that there is not', { ignoredEgressPorts: [70_000] }, 'mesh.ignoredEgressPorts[0]', 'OUT_OF_RANGE'],
  [
    'ignores 16 ports',
    { ignoredEgressPorts: Array.from({ length: 16 }, (_, index) => index + 1) },
    'mesh.ignoredEgressPorts',
    'OUT_OF_RANGE',
  ],
  [
    'gives no certificate',
    { serverCertificates: { certificateArns: {}, authorityArns: [AUTHORITY] } },
    'mesh.serverCertificates.certificateArns',
    'MISSING',
  ],
  [
    'gives a certificate to nobody',
    { serverCertificates: { certificateArns: { uj: CERTIFICATE }, authorityArns: [AUTHORITY] } },
    'mesh.serverCertificates.certificateArns.uj',
    'UNKNOWN_SERVICE',
  ],
  [
    'gives an authority for a certificate',
    { serverCertificates: { certificateArns: { ui: AUTHORITY }, authorityArns: [AUTHORITY] } },
    'mesh.serverCertificates.certificateArns.ui',
    'INVALID_FORMAT',
  ],
  [
    'gives a certificate for an authority',
    { serverCertificates: { certificateArns: { ui: CERTIFICATE }, authorityArns: [CERTIFICATE] } },
    'mesh.serverCertificates.authorityArns[0]',
    'INVALID_FORMAT',
  ],
  [
    'trusts nobody',
    { serverCertificates: { certificateArns: { ui: CERTIFICATE }, authorityArns: [] } },
    'mesh.serverCertificates.authorityArns',
    'OUT_OF_RANGE',
  ],
  [
    'trusts four authorities',
    { serverCertificates: { certificateArns: { ui: CERTIFICATE }, authorityArns: [AUTHORITY, AUTHORITY, AUTHORITY, AUTHORITY] } },
    'mesh.serverCertificates.authorityArns',
    'OUT_OF_RANGE',
  ],
])('fails if the user %s', (_, options, path, code) => {
  expect(issuesOf(onAppMesh(options))).toEqual([expect.objectContaining({ path, code })]);
});

test('fails if who ignores too many ports is told to set what does not hold for services with calls', () => {
  const [issue] = issuesOf(onAppMesh({ ignoredEgressPorts: Array.from({ length: 16 }, (_, index) => index + 1) }));
  expect(issue?.fix).toContain('external');
  expect(issue?.fix).not.toContain('allowAllEgress');
});

describe('an Envoy that is newer than the tested ones', () => {
  const warningsOf = (options: Readonly<Record<string, unknown>>): readonly unknown[] =>
    planSystem(topologyOf(mesh({ ui: service() }, { mesh: { provider: 'envoy', ...options } })), new IssueList()).warnings.filter(
      ({ id }) => id === 'envoy-newer-than-tested',
    );
  const newer = `v1.${NEWEST_TESTED_PROXY_MINOR + 1}.0`;

  test.each([newer, `contrib-${newer}`, 'v1.100.2'])(
    'is deployed with a warning, as %s is, which names the tested ones and what to do',
    (version) => {
      const [, minor] = /v1\.(\d+)/.exec(version) ?? [];
      const message = expect.stringContaining(`Envoy 1.${minor} is newer`) as string;
      expect(warningsOf({ version })).toEqual([{ id: 'envoy-newer-than-tested', path: 'mesh.version', message }]);
      const tested = `1.${FIRST_PROXY_MINOR} and 1.${NEWEST_TESTED_PROXY_MINOR}`;
      for (const part of [tested, IMAGES.envoy.tag, 'update the library', 'acknowledge'])
        expect(JSON.stringify(warningsOf({ version }))).toContain(part);
    },
  );

  const tested = [IMAGES.envoy.tag, `v1.${NEWEST_TESTED_PROXY_MINOR}.9`, `v1.${FIRST_PROXY_MINOR}.0`];
  test.each([{}, { image }, ...tested.map((version) => ({ version }))])('fails if there is a warning about %j', (options) => {
    expect(warningsOf(options)).toEqual([]);
  });

  test('fails if App Mesh, with versions of its own, has the warning', () => {
    expect(topologyOf(onAppMesh({ version: 'v1.50.0.0-prod' })).warnings).toEqual([]);
  });
});

test('whatever JavaScript passes to Mesh.appMesh() is read without an error of its own', () => {
  const value = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true });
  fc.assert(
    fc.property(
      fc.oneof(
        value,
        fc.dictionary(
          fc.constantFrom('version', 'logLevel', 'image', 'allowAllEgress', 'ignoredEgressPorts', 'dnsDiscovery', 'serverCertificates'),
          fc.oneof(value, fc.dictionary(fc.constantFrom('certificateArns', 'authorityArns'), value)),
        ),
      ),
      (options) => {
        issuesOf(readProps({ services: { ui: { port: 8080 } }, mesh: Mesh.appMesh(options as never) }));
      },
    ),
    { numRuns: runs(300) },
  );
});

import { defined } from '../../../defined';
import { checkSupport } from '../../../edges/check-support';
import type { EdgeKind } from '../../../edges/kind';
import { KINDS } from '../../../edges/kinds';
import { API_GATEWAY } from '../../../limits/api-gateway';
import type { EdgeDomain, EdgeTopology, MutualTls, TlsPolicy } from '../../../model/topology';
import { isHostName, isWithin } from '../../../reading/check-host';
import type { Opaque } from '../../../reading/input';
import { Unresolved } from '../../../reading/input';
import type { Reader } from '../../../reading/reader';

export const DOMAIN_FIELDS = [
  'domainName',
  'certificate',
  'hostedZone',
  'basePath',
  'securityPolicy',
  'endpointAccessMode',
  'mutualTls',
] as const;

const MUTUAL_TLS_FIELDS = ['bucket', 'key', 'version', 'ownershipCertificate'] as const;

const TLS_1_2 = 'TLS_1_2';

/** Those of Regional domains. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html */
const SECURITY_POLICIES: readonly string[] = [
  TLS_1_2,
  'SecurityPolicy_TLS13_1_3_2025_09',
  'SecurityPolicy_TLS13_1_3_FIPS_2025_09',
  'SecurityPolicy_TLS13_1_2_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
];
const shownPolicies = SECURITY_POLICIES.map((name) => `SecurityPolicy.${name.replace(/^SecurityPolicy_/, '')}`);

/** Of a mapping of API Gateway. https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html */
const BASE_PATH = /^(\/[A-Za-z0-9$_.+!*'()-]+)+$/;

/** How clients call an edge. */
export function parseDomain(at: Reader, kind: EdgeKind): Pick<EdgeTopology, 'domain' | 'executeApiEndpoint'> {
  const domainAt = at.field('domain');
  const openAt = at.field('executeApiEndpoint');
  const open = openAt.boolean();
  if (!openAt.absent) checkSupport(openAt, 'executeApiEndpoint', kind, KINDS);
  if (open === false && domainAt.absent)
    openAt.fail('CONFLICT', 'without a domain clients have no other way to the API', {
      fix: "set domain, or remove it; with a DomainName of your own, set disableExecuteApiEndpoint of the handle's CfnApi",
    });
  if (open === true && !domainAt.field('mutualTls').absent)
    openAt.fail('CONFLICT', 'the domain asks clients for certificates, and by this endpoint they would get around that', {
      fix: 'leave executeApiEndpoint out: it is off where an edge has a domain',
    });
  const closed = kind.capabilities.executeApiEndpoint === true && !(open ?? domainAt.absent);
  return defined({ domain: parseOwnName(domainAt, kind), executeApiEndpoint: closed ? (false as const) : undefined });
}

function parseOwnName(at: Reader, kind: EdgeKind): EdgeDomain | undefined {
  if (at.absent || !at.checkFields(DOMAIN_FIELDS)) return undefined;
  if (!checkSupport(at, 'domain', kind, KINDS)) return undefined;
  const name = parseName(at.field('domainName'));
  const certificateAt = at.field('certificate');
  const zoneAt = at.field('hostedZone');
  if (certificateAt.absent && zoneAt.absent)
    certificateAt.fail('MISSING', 'a domain needs a certificate, or a hosted zone by which one can be made', {
      fix: 'set hostedZone to the public hosted zone of the name, or certificate to a certificate for it',
    });
  certificateAt.checkInstance('an acm.ICertificate', ['certificateArn']);
  checkHostedZone(zoneAt, name);
  const tls = parseTls(at, kind);
  const mutualTls = parseMutualTls(at.field('mutualTls'), kind);
  if (mutualTls !== undefined && tls.securityPolicy !== TLS_1_2)
    at.field('mutualTls').fail('CONFLICT', 'API Gateway has no mutual TLS with this securityPolicy', {
      got: null,
      fix: 'leave securityPolicy out, or mutualTls',
    });
  const basePath = parseBasePath(at.field('basePath'), kind);
  if (name === undefined) return undefined;
  return { name, ownCertificate: !certificateAt.absent, inZone: !zoneAt.absent, tls, ...defined({ basePath, mutualTls }) };
}

/** Where it stands in the props: nobody else has the name. */
export function checkTwinDomains(edges: readonly { readonly at: Reader; readonly edge: EdgeTopology | undefined }[]): void {
  const owners = new Map<string, string>();
  for (const { at, edge } of edges) {
    const name = edge?.domain?.name;
    if (name === undefined) continue;
    const owner = owners.get(name);
    owners.set(name, owner ?? at.path);
    if (owner !== undefined)
      at.field('domain').field('domainName').fail('CONFLICT', `${owner} has this domain, and each edge makes its own`, {
        fix: 'use a name of its own, such as "partners.example.com"; or leave domain out and map the API to your own DomainName',
      });
  }
}

function parseName(at: Reader): string | undefined {
  const name = at.required('the name', 'give it, such as "api.example.com"').text();
  if (name === undefined || at.value instanceof Unresolved || isHostName(name)) return name;
  const better = name
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/[/.]+$/, '');
  return at.fail('INVALID_NAME', 'is not the name of a domain', {
    allowed: 'a name in DNS in lower case, without scheme, port, path or "*", such as "api.example.com"',
    ...(isHostName(better) ? { fix: `write "${better}"` } : {}),
  });
}

interface ZoneOpaque extends Opaque {
  readonly zone?: { readonly zoneName?: unknown };
}

function checkHostedZone(at: Reader, name: string | undefined): void {
  if (!at.checkInstance('a route53.IHostedZone', ['hostedZoneId', 'zoneName'])) return;
  const { zone, className } = at.value as ZoneOpaque;
  if (className.endsWith('PrivateHostedZone')) {
    at.fail('INVALID_VALUE', 'is a private hosted zone, in which neither clients nor AWS Certificate Manager find records', {
      got: null,
      fix: 'use the public hosted zone of the name',
    });
    return;
  }
  const zoneName = typeof zone?.zoneName === 'string' ? zone.zoneName.toLowerCase().replace(/\.$/, '') : undefined;
  if (name === undefined || zoneName === undefined || !isHostName(name)) return;
  if (!isWithin(name, zoneName))
    at.fail('CONFLICT', `the zone is called "${zoneName}", in which there can be no records of "${name}"`, {
      got: null,
      fix: `use the zone of the name, or a name such as "api.${zoneName}"`,
    });
}

function parseBasePath(at: Reader, kind: EdgeKind): string | undefined {
  const path = at.string();
  if (path === undefined) return undefined;
  if (!checkSupport(at, 'basePath', kind, KINDS)) return undefined;
  const longest = API_GATEWAY.basePath.value;
  if (BASE_PATH.test(path) && !/\/\.\.?(\/|$)/.test(path) && path.length - 1 <= longest) return path;
  const better = `/${path.replace(/^\/+|\/+$/g, '')}`;
  return at.fail('INVALID_VALUE', 'is not a path that API Gateway can map', {
    allowed: `"/" and letters, digits or any of $-_.+!*'(), such as "/v1" or "/shop/v1", at most ${longest} characters after "/"`,
    ...(path === '/' ? { fix: 'leave it out: the API then has the whole domain' } : {}),
    ...(path !== better && BASE_PATH.test(better) ? { fix: `write "${better}"` } : {}),
  });
}

function parseTls(at: Reader, kind: EdgeKind): TlsPolicy {
  const policyAt = at.field('securityPolicy');
  const modeAt = at.field('endpointAccessMode');
  if (!policyAt.absent && !checkSupport(policyAt, 'securityPolicy', kind, KINDS)) return { securityPolicy: TLS_1_2 };
  if (!modeAt.absent && !checkSupport(modeAt, 'securityPolicy', kind, KINDS)) return { securityPolicy: TLS_1_2 };
  const securityPolicy = policyAt.oneOf(SECURITY_POLICIES, 'a security policy of Regional domains with TLS 1.2 or later', shownPolicies);
  const mode = modeAt.oneOf(['STRICT', 'BASIC'], 'an EndpointAccessMode', ['EndpointAccessMode.STRICT', 'EndpointAccessMode.BASIC']);
  if (securityPolicy !== undefined && securityPolicy !== TLS_1_2) return { securityPolicy, endpointAccessMode: mode ?? 'STRICT' };
  if (mode !== undefined && (policyAt.absent || securityPolicy === TLS_1_2))
    modeAt.fail('CONFLICT', 'API Gateway takes it with newer security policies than TLS_1_2 alone', {
      fix: 'remove it, or set securityPolicy, such as to SecurityPolicy.TLS13_1_3_2025_09',
    });
  return { securityPolicy: TLS_1_2 };
}

function parseMutualTls(at: Reader, kind: EdgeKind): MutualTls | undefined {
  if (at.absent || !at.checkFields(MUTUAL_TLS_FIELDS)) return undefined;
  if (!checkSupport(at, 'mutualTls', kind, KINDS)) return undefined;
  at.field('bucket').required('the bucket of the trust store', 'give the bucket').checkInstance('an s3.IBucket', ['bucketName']);
  at.field('ownershipCertificate').checkInstance('an acm.ICertificate', ['certificateArn']);
  const keyAt = at.field('key').required('the key of the trust store', 'give it, such as "partners.pem"');
  const key = keyAt.text();
  if (key === '' || key?.startsWith('/') === true)
    keyAt.fail('INVALID_VALUE', 'is not the key of an object', { allowed: 'a key such as "partners.pem", without "/" before it' });
  const version = at.field('version').text();
  return { key: key ?? '', ...defined({ version }) };
}

import { LABEL, checkLabel } from '../../reading/check-label';
import type { Opaque } from '../../reading/input';
import { Reader } from '../../reading/reader';
import { checkHidesNoAws } from './check-domain';

export function parseName(root: Reader, defaultName: string): string {
  const at = root.field('name');
  const name = at.string() ?? defaultName;
  if (!at.absent) checkLabel(name, at, 'the mesh');
  return name;
}

/** @param zone that of the user, whose name is the default; one that exists hides what it hides */
export function parseDomain(at: Reader, defaultDomain: string, zone: Reader): string {
  const domain = at.string() ?? defaultDomain;
  if (at.absent && !zone.absent && !isDomain(domain))
    zone.fail('INVALID_NAME', `its name, "${domain}", is not a domain for virtual names`, {
      got: null,
      allowed: 'at least two lower-case DNS labels, at most 180 characters',
      fix: `set domain to a name in it, such as "shop.${domain}"`,
    });
  else if (at.absent || isDomain(domain)) checkHidesNoAws(at, domain);
  else
    at.fail('INVALID_NAME', 'is not a domain for a private zone', {
      allowed: 'at least two lower-case DNS labels, such as "shop.internal", at most 180 characters, with no dot at the end',
    });
  return domain;
}

function isDomain(domain: string): boolean {
  const labels = domain.split('.');
  return labels.length >= 2 && domain.length <= 180 && labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
}

/** The user's own Cloud Map namespace: its name goes into Envoy's config, so it must be known. */
export function parseNamespace(at: Reader, domain: string): string | undefined {
  if (!at.checkInstance('a servicediscovery.IPrivateDnsNamespace', ['namespaceName', 'namespaceId'])) return undefined;
  const { namespace } = at.value as NamespaceOpaque;
  const type = new Reader(at.issues, `${at.path}.type`, namespace?.type);
  if (!type.absent) type.oneOf(['DNS_PRIVATE'], 'a private DNS namespace', ['a servicediscovery.PrivateDnsNamespace']);
  const found = new Reader(at.issues, `${at.path}.namespaceName`, namespace?.name).string();
  if (found !== undefined && sameHost(found, domain)) {
    at.fail('DOMAIN_CLASH', `the namespace is called "${domain}", as is the domain of the virtual names`, {
      got: null,
      fix: 'set domain to another name: Cloud Map manages the zone of its namespace and takes no other records in it',
    });
  }
  return found;
}

function sameHost(a: string, b: string): boolean {
  return a.toLowerCase().replace(/\.$/, '') === b.toLowerCase();
}

/** The walker over props leaves this with the object, so that no CDK is needed to see whether it is a token. */
export interface NamespaceOpaque extends Opaque {
  readonly namespace?: { readonly name?: unknown; readonly type?: unknown };
}

/**
 * @param service its name, and those under which its tasks register
 * @param namespace where it stands in the props
 */
export function checkHostNames(
  service: { readonly at: Reader; readonly name: string; readonly registered: readonly string[] },
  domain: string,
  discoveryDomain: string,
  namespace: Reader,
): void {
  const [longest = service.name] = [...service.registered].sort((a, b) => b.length - a.length);
  const host = `${longest}.${discoveryDomain}`;
  if (LABEL.test(longest) && host.length > 253) {
    service.at.fail('INVALID_NAME', `the host name "${longest}.<namespace>" has ${host.length} characters, more than DNS allows`, {
      got: null,
      allowed: 'at most 253 characters',
      fix: 'shorten the name of the service or of the namespace',
    });
  }
  if (!namespace.absent && sameHost(discoveryDomain, `${service.name}.${domain}`)) {
    namespace.fail(
      'DOMAIN_CLASH',
      `the namespace is called "${discoveryDomain}", as is the virtual name of "${service.name}", which it would hide`,
      { got: null, fix: 'rename the service, or set domain to another name' },
    );
  }
}

/** The private zone of the domain is more specific than the namespace, and holds no tasks. */
export function checkApex(name: string, domain: string, discoveryDomain: string, namespace: Reader): void {
  if (namespace.absent || !sameHost(`${name}.${discoveryDomain}`, domain)) return;
  namespace.fail(
    'DOMAIN_CLASH',
    `in this namespace the tasks of "${name}" register as "${domain}", which the private zone of the virtual names would hide`,
    { got: null, fix: `set domain to another name, such as "${domain.split('.')[0] ?? 'shop'}-mesh.internal"` },
  );
}

import { isWithin } from '../../reading/check-host';
import type { Opaque } from '../../reading/input';
import { displayValue } from '../../reading/input';
import { Reader } from '../../reading/reader';

/** The walker over props leaves this with the object, as of a namespace. */
interface ZoneOpaque extends Opaque {
  readonly zone?: { readonly zoneName?: unknown };
}

/** The name of the user's own zone, as DNS compares names: in lower case, with no dot at the end. */
export function parseZone(at: Reader): string | undefined {
  if (!at.checkInstance('a route53.IHostedZone', ['hostedZoneId', 'zoneName'])) return undefined;
  if ((at.value as Opaque).has('addDelegation()'))
    return at.fail('INVALID_VALUE', 'is a public hosted zone, in which everybody could read the loopback addresses of virtual names', {
      got: null,
      fix: 'use a private one: new route53.PrivateHostedZone(), or PrivateHostedZone.fromPrivateHostedZoneAttributes()',
    });
  const name = new Reader(at.issues, `${at.path}.zoneName`, (at.value as ZoneOpaque).zone?.zoneName).string();
  return name?.toLowerCase().replace(/\.$/, '');
}

/** What the zone is to the names of the mesh: all virtual names are to be found in it, and no name of a task. */
export function checkZone(
  at: Reader,
  zone: string | undefined,
  {
    domain,
    discoveryDomain,
    registered,
  }: { readonly domain: string; readonly discoveryDomain: string; readonly registered: readonly string[] },
): void {
  if (zone === undefined) return;
  if (!isWithin(domain, zone)) {
    at.fail('CONFLICT', `the zone is called "${zone}", in which there can be no names of the domain "${domain}"`, {
      got: null,
      allowed: `a zone "${domain}", or one above it`,
      fix: `set domain to "${zone}", or to a name below it, such as "shop.${zone}"; or leave zone out, and a zone is created`,
    });
    return;
  }
  const namespace = discoveryDomain.toLowerCase().replace(/\.$/, '');
  // Of two zones of a VPC the more specific one answers, and Cloud Map takes no other records in its own.
  if (namespace === zone)
    at.fail('DOMAIN_CLASH', `the zone is called "${zone}", as is the namespace`, {
      got: null,
      fix: 'use another zone: Cloud Map manages the zone of its namespace and takes no other records in it, and a VPC has one of a name',
    });
  else if (namespace !== domain && isWithin(domain, namespace) && isWithin(namespace, zone))
    at.fail(
      'DOMAIN_CLASH',
      `the namespace "${namespace}" stands between the zone "${zone}" and the domain "${domain}", whose names it would hide`,
      {
        got: null,
        fix: `set domain to a name that is not below "${namespace}", or use a zone that is`,
      },
    );
  const hidden = registered.find((name) => `${name}.${namespace}` === zone);
  if (hidden !== undefined && zone !== domain)
    at.fail(
      'DOMAIN_CLASH',
      `in the namespace "${namespace}" the tasks of ${displayValue(hidden)} register as "${zone}", which the zone would hide`,
      {
        got: null,
        fix: 'use another zone, or rename the service',
      },
    );
}

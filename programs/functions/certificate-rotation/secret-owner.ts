import { trustPrefix } from '../../../lib/core/contract/identity';
import { DNS_NAME_TAG, IDENTITY_TAG } from '../../../lib/core/contract/rotation';

/** The service that a secret belongs to. */
export interface SecretOwner {
  readonly identity: string;
  readonly dnsName: string;
}

const SERVICE = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i;
const DNS_NAME = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/**
 * Read from the secret's own tags: they come with DescribeSecret, which a rotation calls anyway, they cost nothing of
 * the 4 KB of a function's environment however many services there are, and adding a service touches no function.
 * Who may tag a secret could have it filled with another service's certificate; that is why an identity is held fast
 * once it is issued (see rotation.ts), and why it must be of the mesh's own trust domain.
 */
export function secretOwner(
  tags: ReadonlyArray<{ readonly Key?: string | undefined; readonly Value?: string | undefined }>,
  trustDomain: string,
): SecretOwner {
  const tag = (key: string): string => {
    const value = tags.find((each) => each.Key === key)?.Value;
    if (value === undefined || value === '') throw new Error(`the secret has no tag ${key}`);
    return value;
  };
  const identity = tag(IDENTITY_TAG);
  const prefix = trustPrefix(trustDomain);
  if (!identity.startsWith(prefix) || !SERVICE.test(identity.slice(prefix.length)))
    throw new Error(`the tag ${IDENTITY_TAG} is ${JSON.stringify(identity)}, expected ${prefix}<service>`);
  const dnsName = tag(DNS_NAME_TAG);
  if (!DNS_NAME.test(dnsName)) throw new Error(`the tag ${DNS_NAME_TAG} is ${JSON.stringify(dnsName)}, expected a DNS name`);
  return { identity, dnsName };
}

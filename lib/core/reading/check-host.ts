const HOST_NAME = /^(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

export const A_HOST = 'a name in DNS in lower case, without scheme, port or path, such as "api.stripe.com"';

/** Whether a text is the name of a host outside of the mesh. */
export function isHostName(text: string): boolean {
  return HOST_NAME.test(text);
}

/** The domain of the mesh that a host is a name of; undefined: none. */
export function domainOf(host: string, domains: readonly string[]): string | undefined {
  return domains.find((domain) => isWithin(host, domain));
}

/** Whether a name is that of a domain, or below it. */
export function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

/**
 * The id of a route's construct, made of its own key alone: what other routes there are changes nothing.
 * A slash may not stand in an id, and CDK's own substitute ("--") can occur in a path; a tilde cannot.
 */
export function routeId(key: string): string {
  return key.replace(' ', '').replaceAll('/', '~');
}

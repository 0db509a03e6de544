import { GATEWAY_NAME } from './constants';

/** The edge of the prop `edge`, which is the short form of `edges: { default: … }`: both have the same resources. */
export const DEFAULT_EDGE = 'default';

/** The name of the gateway service of an edge: in Cloud Map, in its certificate, and in the rules of services. */
export function gatewayNameOf(edge: string): string {
  return edge === DEFAULT_EDGE ? GATEWAY_NAME : `${GATEWAY_NAME}-${edge}`;
}

/**
 * Whether a host of a rule, which may begin with `*.`, means another one, which may, too.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#host-conditions
 */
export function covers(pattern: string, host: string): boolean {
  return pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)));
}

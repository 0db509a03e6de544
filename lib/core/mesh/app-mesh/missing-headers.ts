import type { RouteMatch, ValueMatch } from '../../model/traffic-policy';

/** Each such header of a rule doubles the number of its routes: four are enough. */
export const MAX_INVERTED = 2;

/** A way to fit a rule, and what distinguishes the name of its route from those of the others. */
export interface WayToFit {
  readonly suffix: string;
  readonly match: RouteMatch;
}

/**
 * App Mesh's `invert` asks for another value of a header that is there, where ours also takes a request without it. So a rule
 * is two routes for each such header: for another value, and for none.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-headermatcher
 */
export function waysToFit(match: RouteMatch): readonly WayToFit[] {
  const inverted = match.headers.filter(mayBeMissing);
  return Array.from({ length: 2 ** inverted.length }, (_, bits) => {
    const missing = inverted.filter((_header, index) => (bits & (2 ** index)) !== 0);
    return {
      suffix: missing.length === 0 ? '' : `_missing${missing.map((header) => `_${inverted.indexOf(header) + 1}`).join('')}`,
      match:
        missing.length === 0
          ? match
          : {
              ...match,
              headers: match.headers.map((header) =>
                missing.includes(header) ? { name: header.name, kind: 'present', invert: true } : header,
              ),
            },
    };
  });
}

/** Whether a request fits that has another value, and one that has none too. */
export function mayBeMissing({ kind, invert }: ValueMatch): boolean {
  return invert && kind !== 'present';
}

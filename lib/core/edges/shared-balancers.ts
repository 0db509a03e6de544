import type { EdgeTopology } from '../model/topology';
import { covers } from '../model/edge-names';
import { Opaque } from '../reading/input';
import type { Reader } from '../reading/reader';
import { RESERVED_PRIORITIES } from './priorities';

interface PlacedEdge {
  readonly at: Reader;
  readonly edge: EdgeTopology | undefined;
}

/** What `fromLookup()` has in place of any ARN until the CDK has looked it up. */
export function isPlaceholder(arn: unknown): boolean {
  return typeof arn === 'string' && arn.includes('/my-load-balancer/50dc6c495c0c9188');
}

/** Each edge makes a listener on port 443, or on port 80, and a load balancer has one on each. */
export function checkTwinLoadBalancers(edges: readonly PlacedEdge[]): void {
  for (const [twin, owner] of twins(edges, 'loadBalancer', 'loadBalancerArn'))
    twin.at.field('loadBalancer').fail('CONFLICT', `${owner.at.path} has this load balancer, and each edge makes its own listeners`, {
      got: null,
      fix: 'give both edges a listener of your own (listener, hosts), give it a load balancer of its own, or put all routes into one edge',
    });
}

/** Edges on one listener have priorities and hosts of their own. */
export function checkTwinListeners(edges: readonly PlacedEdge[]): void {
  for (const [twin, owner] of twins(edges, 'listener', 'listenerArn')) {
    const [first, second] = [owner, twin].map(({ at }) => at.field('firstPriority').value);
    if (typeof first !== 'number' || typeof second !== 'number') continue;
    if (Math.abs(first - second) < RESERVED_PRIORITIES)
      twin.at
        .field('firstPriority')
        .fail('CONFLICT', `${owner.at.path} has the priorities from ${first} to ${first + RESERVED_PRIORITIES - 1}`, {
          fix: `set ${first + RESERVED_PRIORITIES}, or more`,
        });
    const [before, behind] = first < second ? [owner, twin] : [twin, owner];
    const taken = (behind.edge?.api.hosts ?? []).find((host) => before.edge?.api.hosts?.some((pattern) => covers(pattern, host)) === true);
    if (taken !== undefined)
      behind.at.field('hosts').fail('CONFLICT', `the rules of ${before.at.path} come first, and take all requests to "${taken}"`, {
        got: null,
        fix: 'remove the host from one of both, or give this edge the smaller firstPriority',
      });
  }
}

/** Each edge that has the same as one before it, also where it is imported twice. */
function twins(edges: readonly PlacedEdge[], field: string, arn: string): readonly (readonly [PlacedEdge, PlacedEdge])[] {
  const given = edges.filter(({ at }) => at.field(field).value instanceof Opaque);
  return given.flatMap((twin, index) =>
    given
      .slice(0, index)
      .filter((owner) => isSame(owner.at.field(field).value as Opaque, twin.at.field(field).value as Opaque, arn))
      .map((owner) => [twin, owner] as const),
  );
}

function isSame({ object }: Opaque, { object: other }: Opaque, name: string): boolean {
  if (object === other) return true;
  const [arn, otherArn] = [object, other].map((each): unknown => (each as Readonly<Record<string, unknown>>)[name]);
  return typeof arn === 'string' && arn === otherArn && !isPlaceholder(arn);
}

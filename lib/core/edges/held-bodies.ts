import { AGGREGATOR_MEMORY_MIB, GATEWAY_HEAP_SHARE } from '../model/constants';
import type { EdgeRoute, Sizing } from '../model/topology';
import { bytesText } from '../reading/input';
import type { Reader } from '../reading/reader';
import type { DraftRoute, EdgeKind } from './kind';

/** Of the heap of the gateway's Envoy: at four fifths it ends the requests that hold the most (lib/core/envoy/overload.ts). */
const PART_OF_HEAP = 4;

const MIB = 2 ** 20;

/** Envoy counts with 32 bits. */
const MOST = 2 ** 32 - 1;

type Gateway = Pick<Sizing, 'memoryMiB'>;

/** The range of `maxRequestSize`, before anything is known of the gateway service. */
export function requestSizes({ largestBody }: Pick<EdgeKind, 'largestBody'>): {
  readonly min: number;
  readonly max: number;
  readonly allowed: string;
} {
  const max = largestBody ?? MOST;
  const most = largestBody === undefined ? 'an eighth of the memory of the gateway service' : bytesText(largestBody);
  return { min: 1, max, allowed: `a Size of 1 byte to ${most}` };
}

/**
 * The largest body that the gateway service may hold until it is whole: JSON for gRPC in both directions, and requests that tell no length
 * where a route limits them.
 */
export function heldBytes({ memoryMiB }: Gateway, routes: readonly Pick<EdgeRoute, 'target'>[]): number {
  const held = Math.floor(((memoryMiB * GATEWAY_HEAP_SHARE - takenMiB(routes)) / PART_OF_HEAP) * MIB);
  return Math.min(MOST, Math.max(MIB, held));
}

function takenMiB(routes: readonly Pick<EdgeRoute, 'target'>[]): number {
  return routes.some(({ target }) => target.kind === 'aggregate') ? AGGREGATOR_MEMORY_MIB : 0;
}

/** Where no API is in front that refuses what is larger, a limit may be more than the gateway service can hold. */
export function checkHeldBodies(edge: Reader, drafts: readonly DraftRoute[], gateway: Gateway, kind: Pick<EdgeKind, 'largestBody'>): void {
  if (kind.largestBody !== undefined) return;
  const routes = drafts.map(({ route }) => route);
  const most = heldBytes(gateway, routes);
  const places = new Map<string, { readonly at: Reader; readonly bytes: number }>();
  for (const { at, route } of drafts) {
    const bytes = route.policy?.maxRequestBytes ?? 0;
    const source = [at, edge].map((each) => each.field('maxRequestSize')).find((each) => !each.absent);
    if (source !== undefined && bytes > most) places.set(source.path, { at: source, bytes });
  }
  for (const { at, bytes } of places.values())
    at.fail('OUT_OF_RANGE', `a task of the gateway service has no room to hold ${bytesText(bytes)}`, {
      got: null,
      allowed: `at most ${bytesText(most)}, by its memory of ${gateway.memoryMiB} MiB`,
      fix: `use a smaller size, or set gateway: { memoryLimitMiB: ${memoryFor(bytes, routes)} }`,
    });
}

function memoryFor(bytes: number, routes: readonly Pick<EdgeRoute, 'target'>[]): number {
  const least = ((bytes / MIB) * PART_OF_HEAP + takenMiB(routes)) / GATEWAY_HEAP_SHARE;
  return Math.ceil(least / 1024) * 1024;
}

/** Responses in JSON, with how large they may be. */
export function withLargestResponse(route: EdgeRoute, maxResponseBytes: number): EdgeRoute {
  const { target } = route;
  if (target.kind !== 'grpc' || target.json === undefined) return route;
  return { ...route, target: { ...target, json: { ...target.json, maxResponseBytes } } };
}

import type { AggregatedPart } from '../../model/aggregation';
import { AGGREGATE_BYTES, DEFAULT_AGGREGATE_SECONDS, FORWARDED_BY_DEFAULT, MAX_PARTS } from '../../model/aggregation';
import type { ParsedKey } from '../../model/edge-routes';
import type { AggregateTarget, GrpcTarget, PlacedSeconds } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { STRINGS } from '../../reading/reader';
import type { Reachable } from './check-reachable';
import type { TargetContext } from './parse-grpc-target';
import type { DraftPart } from './parse-part';
import { TIMEOUT_RANGE, parsePart } from './parse-part';
import { ITEM, QUERY } from './parse-template';

const A_PART = "such as user: Part.get('users', '/users/{user}')";
/** Kinds of parts that are one response for each item of an array. */
const ARRAYS: readonly unknown[] = ['forEach', 'grpcForEach'];
const PART_NAME = /^[A-Za-z][\w-]{0,63}$/;

/** An answer of several parts. */
export function parseAggregate(
  at: Reader,
  { reachable, key: route, waitSeconds = Infinity }: TargetContext,
): AggregateTarget | undefined {
  if (!at.checkFactory('Aggregate', 'Aggregate.of()')) return undefined;
  at.checkFields(['parts', 'timeout', 'maxResponseSize', 'forwardHeaders']);
  if (route !== undefined) checkRoute(at, route);
  const wholeSeconds = at.field('timeout').seconds(TIMEOUT_RANGE) ?? Math.min(DEFAULT_AGGREGATE_SECONDS, waitSeconds);
  const maxResponseBytes =
    at.field('maxResponseSize').bytes({ ...AGGREGATE_BYTES, allowed: '1 KiB to 10 MiB' }) ?? AGGREGATE_BYTES.standard;
  const forwarded = parseForwarded(at.field('forwardHeaders'));
  const drafts = parseParts(at.field('parts'), reachable, route, wholeSeconds);
  const parts = inOrder(drafts).flatMap(({ part }): AggregatedPart[] => (part === undefined ? [] : [part]));
  return {
    kind: 'aggregate',
    aggregation: {
      path: route?.path ?? '/',
      parts,
      timeoutMillis: Math.round(wholeSeconds * 1000),
      maxResponseBytes,
      forwardedHeaders: [...new Set([...FORWARDED_BY_DEFAULT, ...forwarded])].sort(),
    },
    grpcParts: Object.fromEntries(drafts.flatMap(({ name, grpc }): [string, GrpcTarget][] => (grpc === undefined ? [] : [[name, grpc]]))),
    partTimeouts: Object.fromEntries(
      drafts.flatMap(({ name, timeout }): [string, PlacedSeconds][] => (timeout === undefined ? [] : [[name, timeout]])),
    ),
  };
}

/** An answer is made of responses to GET: who sends the same request twice, or reads it from a cache, must get the same. */
function checkRoute(at: Reader, { method }: ParsedKey): void {
  if (method === 'GET' || method === 'HEAD') return;
  at.fail('INVALID_VALUE', `an answer of several parts is read, and cannot be asked for with ${method === 'ANY' ? 'any method' : method}`, {
    got: null,
    allowed: 'routes with the method GET or HEAD',
    fix: 'let the route begin with GET, and requests that change something lead to a service',
  });
}

function parseParts(at: Reader, reachable: Reachable, route: ParsedKey | undefined, wholeSeconds: number): readonly DraftPart[] {
  at.required('the parts of the answer', A_PART);
  const entries = [...at.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  if (at.empty) at.fail('MISSING', 'an answer needs at least one part', { fix: A_PART });
  if (entries.length > MAX_PARTS)
    at.fail('OUT_OF_RANGE', `there are ${entries.length} parts`, {
      got: null,
      allowed: `at most ${MAX_PARTS}`,
      fix: 'let clients ask for some of it by itself, or let a service put parts together',
    });
  for (const [name, part] of entries) checkName(name, part);
  const context = {
    reachable,
    wholeSeconds,
    parameters: route?.segments.flatMap((segment) => (segment.kind === 'static' ? [] : [segment.name])) ?? [],
    parts: entries.map(([name]) => name),
    arrays: entries.flatMap(([name, part]) => (ARRAYS.includes(part.field('kind').value) ? [name] : [])),
  };
  const drafts = entries.map(([name, part]) => parsePart(name, part, context));
  checkCycles(drafts);
  return drafts;
}

function checkName(name: string, at: Reader): void {
  if (name === ITEM || name === QUERY)
    at.fail('RESERVED_NAME', `{${name}…} means something else in paths of parts`, { got: null, fix: 'choose another name' });
  else if (!PART_NAME.test(name))
    at.fail('INVALID_NAME', `"${name}" cannot be the name of a part`, {
      got: null,
      allowed: 'a letter, and then letters, digits, "_" and "-", at most 64',
    });
}

/** A part that waits for itself would never be requested. Each cycle is named once, at the first of its parts. */
function checkCycles(drafts: readonly DraftPart[]): void {
  const readsOf = new Map(drafts.map(({ name, reads }) => [name, reads]));
  const reported = new Set<string>();
  for (const { name, at } of drafts) {
    const cycle = cycleFrom(name, readsOf);
    if (cycle === undefined || cycle.some((each) => reported.has(each))) continue;
    for (const each of cycle) reported.add(each);
    at.fail('PART_CYCLE', `parts wait for each other: ${[...cycle, name].join(' reads from ')}`, {
      got: null,
      fix: 'let one of them read from the route or the query string instead',
    });
  }
}

/** The shortest way from a part to itself. */
function cycleFrom(start: string, readsOf: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const seen = new Set<string>();
  let ways: (readonly string[])[] = [[start]];
  while (ways.length > 0) {
    const next: (readonly string[])[] = [];
    for (const way of ways) {
      for (const read of readsOf.get(way.at(-1) ?? '') ?? []) {
        if (read === start) return way;
        if (seen.has(read)) continue;
        seen.add(read);
        next.push([...way, read]);
      }
    }
    ways = next;
  }
  return undefined;
}

/** Each part after those from which it reads, and else by name. */
function inOrder(drafts: readonly DraftPart[]): readonly DraftPart[] {
  const ordered: DraftPart[] = [];
  const visited = new Set<string>();
  const visit = (draft: DraftPart): void => {
    if (visited.has(draft.name)) return;
    visited.add(draft.name);
    for (const read of [...draft.reads].sort()) {
      const before = drafts.find(({ name }) => name === read);
      if (before !== undefined) visit(before);
    }
    ordered.push(draft);
  };
  for (const draft of drafts) visit(draft);
  return ordered;
}

/** HTTP's own, what is made for each part anew, and what the mesh says. */
const NOT_FORWARDED =
  /^(host|connection|keep-alive|proxy-.*|content-.*|transfer-encoding|te|trailer|upgrade|expect|range|if-.*|accept-encoding|accept|forwarded|x[-_]envoy[-_].*|x[-_]mesh[-_].*|x[-_]edge[-_].*|x[-_]aggregate[-_].*|grpc-.*)$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

function parseForwarded(at: Reader): readonly string[] {
  return at.items(STRINGS).flatMap((item) => {
    const name = item.required('the name of a header', 'remove the entry, or name a header').string();
    if (name === undefined) return [];
    const lower = name.toLowerCase();
    if (!HEADER_NAME.test(name)) item.fail('INVALID_NAME', 'is not the name of a header', { fix: 'remove the entry' });
    else if (NOT_FORWARDED.test(lower))
      item.fail('RESERVED_NAME', `the header "${name}" belongs to one request, to HTTP or to the mesh`, { fix: 'remove the entry' });
    else if (FORWARDED_BY_DEFAULT.includes(lower)) item.fail('NO_EFFECT', 'every part gets it anyway', { fix: 'remove the entry' });
    return lower;
  });
}

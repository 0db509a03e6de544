import { defined } from '../../defined';
import { REST_API } from '../../limits/api-gateway';
import { rangeOf } from '../../limits/limit';
import type { AggregatedPart } from '../../model/aggregation';
import { CONCURRENCY, DEFAULT_PART_SECONDS, ITEMS, PART_BYTES } from '../../model/aggregation';
import type { GrpcTarget, PlacedSeconds } from '../../model/topology';
import { counted } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { STRINGS } from '../../reading/reader';
import type { Reachable } from './check-reachable';
import type { PartCall } from './parse-grpc-part';
import { parseGrpcPart } from './parse-grpc-part';
import { checkReachable } from './check-reachable';
import { parseJson } from './parse-json';
import type { TemplateScope } from './parse-template';
import { ITEM, parseArray, parsePathTemplate, partsRead } from './parse-template';

/** A part with its place in the props. */
export interface DraftPart {
  readonly name: string;
  readonly at: Reader;
  /** Names of the parts from which it reads. */
  readonly reads: readonly string[];
  /** The timeout that the props set. */
  readonly timeout?: PlacedSeconds;
  readonly part?: AggregatedPart;
  /** The method that it calls, if its service speaks gRPC. */
  readonly grpc?: GrpcTarget;
}

/** What the parts of an answer have in common. */
export interface PartContext extends Omit<TemplateScope, 'part' | 'iterates'> {
  readonly reachable: Reachable;
  readonly wholeSeconds: number;
}

/** Nobody waits longer for an answer than an API that streams it. */
export const TIMEOUT_RANGE = { ...rangeOf(REST_API.streamedResponse), min: 0.01, integer: false };

const OPTIONS = ['service', 'required', 'fallback', 'timeout', 'maxResponseSize', 'pick', 'drop', 'rename'] as const;
const KINDS = ['get', 'forEach', 'grpc', 'grpcForEach'] as const;
const FACTORIES = 'Part.get(), Part.forEach(), Part.grpc() or Part.grpcForEach()';

export function parsePart(name: string, at: Reader, { reachable, wholeSeconds, ...names }: PartContext): DraftPart {
  at.required('a part', `remove the entry, or use ${FACTORIES}`);
  if (!at.checkFactory('Part', FACTORIES)) return { name, at, reads: [] };
  const kind = at.field('kind').required('the kind of the part', `use ${FACTORIES}`).oneOf(KINDS, 'a kind of part');
  const iterates = kind === 'forEach' || kind === 'grpcForEach';
  const calls = kind === 'grpc' || kind === 'grpcForEach';
  at.checkFields([...OPTIONS, ...(calls ? ['method', 'fields'] : ['path']), ...(iterates ? ['over', 'limit', 'concurrency'] : [])], 'kind');
  const scope: TemplateScope = { ...names, part: name, iterates };
  if (iterates && names.parameters.includes(ITEM))
    at.fail('CONFLICT', `{${ITEM}} is the item of the array here, and a parameter of the route`, {
      got: null,
      fix: 'give the parameter another name',
    });
  const call = calls ? parseGrpcPart(at, reachable, scope) : parseGet(at, reachable, scope);
  const over = iterates ? parseArray(at.field('over'), scope) : undefined;
  const limit = at.field('limit').number({ min: 1, max: ITEMS.max, unit: 'items' }) ?? ITEMS.standard;
  const concurrency = at.field('concurrency').number({ min: 1, max: CONCURRENCY.max, unit: 'requests' }) ?? CONCURRENCY.standard;
  const timeoutAt = at.field('timeout');
  const seconds = parseTimeout(timeoutAt, wholeSeconds);
  const outcome = parseOutcome(at);
  const shape = parseShape(at);
  const reads = partsRead([over, ...(call?.references ?? [])]);
  const draft = { name, at, reads, ...defined({ timeout: seconds === undefined ? undefined : { path: timeoutAt.path, seconds } }) };
  if (call === undefined || (iterates && over === undefined)) return draft;
  const part: AggregatedPart = {
    name,
    ...call.request,
    ...outcome,
    timeoutMillis: Math.round((seconds ?? Math.min(DEFAULT_PART_SECONDS, wholeSeconds)) * 1000),
    maxResponseBytes: at.field('maxResponseSize').bytes({ ...PART_BYTES, allowed: '1 KiB to 10 MiB' }) ?? PART_BYTES.standard,
    ...defined({ forEach: over === undefined ? undefined : { over, limit, concurrency } }),
    ...shape,
  };
  return { ...draft, part, ...defined({ grpc: call.grpc }) };
}

function parseGet(at: Reader, reachable: Reachable, scope: TemplateScope): PartCall | undefined {
  const service = parseService(at.field('service'), reachable);
  const template = parsePathTemplate(at.field('path'), scope);
  if (service === undefined || template === undefined) return undefined;
  return {
    request: { service, method: 'GET', ...template },
    references: [...template.path, ...Object.values(template.query).flat()],
  };
}

function parseService(at: Reader, reachable: Reachable): string | undefined {
  const service = at.required('the service that answers the part', "such as 'users'").string();
  if (service !== undefined) checkReachable(at, service, reachable);
  return service;
}

function parseTimeout(at: Reader, wholeSeconds: number): number | undefined {
  const seconds = at.seconds(TIMEOUT_RANGE);
  if (seconds === undefined || seconds <= wholeSeconds) return seconds;
  return at.fail('OUT_OF_RANGE', `${counted(seconds, 'second')} are more than the whole answer may take`, {
    allowed: `at most ${counted(wholeSeconds, 'second')}`,
    fix: 'use a shorter timeout, or a longer one for the whole: Aggregate.of({ … }, { timeout })',
  });
}

function parseOutcome(at: Reader): Pick<AggregatedPart, 'required' | 'fallback'> {
  const required = at.field('required').boolean() ?? false;
  const fallbackAt = at.field('fallback');
  if (required && !fallbackAt.absent)
    fallbackAt.fail('CONFLICT', 'a required part has no fallback: if it fails, so does the answer', {
      fix: 'remove fallback, or required',
    });
  return { required, ...defined({ fallback: fallbackAt.absent ? undefined : parseJson(fallbackAt) }) };
}

/** Which fields stay, and under which names. */
function parseShape(at: Reader): Pick<AggregatedPart, 'pick' | 'drop' | 'rename'> {
  const pick = parseFields(at.field('pick'));
  const drop = parseFields(at.field('drop'));
  if (pick !== undefined && drop !== undefined)
    at.field('drop').fail('CONFLICT', 'pick names the fields that stay, so no other has to go', { fix: 'remove drop, or pick' });
  const rename = parseRename(at.field('rename'), pick, drop ?? []);
  return defined({ pick, drop, rename });
}

function parseFields(at: Reader): readonly string[] | undefined {
  if (at.absent) return undefined;
  const names = new Set<string>();
  for (const item of at.items(STRINGS)) {
    const name = item.required('the name of a field', 'remove the entry, or name a field').string();
    if (name === undefined) continue;
    if (names.has(name)) item.fail('DUPLICATE', `"${name}" is listed twice`, { fix: 'remove one' });
    names.add(name);
  }
  if (Array.isArray(at.value) && at.value.length === 0)
    at.fail('MISSING', 'there is no field in it', { fix: 'leave it out, or name a field' });
  return [...names];
}

function parseRename(
  at: Reader,
  pick: readonly string[] | undefined,
  drop: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (at.absent) return undefined;
  const renamed = new Map<string, string>();
  for (const [from, item] of at.entries()) {
    const to = item.required('the new name of the field', 'remove the entry, or give a name').string();
    if (to === undefined) continue;
    const gone = pick === undefined ? drop.includes(from) : !pick.includes(from);
    if (gone) item.fail('NO_EFFECT', `the field "${from}" does not stay`, { fix: 'remove the entry, or let the field stay' });
    const kept = pick?.includes(to) === true && at.field(to).absent;
    if ([...renamed.values()].includes(to) || kept)
      item.fail('NAME_CLASH', `another field is called "${to}", too`, { fix: 'choose another name' });
    renamed.set(from, to);
  }
  return Object.fromEntries([...renamed].sort(([a], [b]) => (a < b ? -1 : 1)));
}

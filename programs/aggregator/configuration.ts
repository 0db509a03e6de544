import {
  DETAILS_FIELD,
  DETAILS_HEADER,
  PART_HEADER,
  ROUTE_HEADER,
  type AggregatedPart,
  type Aggregation,
  type Reference,
} from '../../lib/core/contract/aggregation';
import { planOf, referencesOf, type Plan } from './parts/plan';
import { HOP_BY_HOP } from '../shared/hop-by-hop';

export class InvalidConfiguration extends Error {
  constructor(readonly issues: readonly string[]) {
    super(issues.join('; '));
  }
}

/** Plans by the keys of routes. Every mistake at once. */
export function readConfiguration(text: string): ReadonlyMap<string, Plan> {
  const read = new Reading();
  const plans = new Map<string, Plan>();
  for (const [route, value] of read.members(parsed(text), 'the file')) {
    const aggregation = readAggregation(read, value, JSON.stringify(route));
    checkAggregation(read, aggregation, JSON.stringify(route));
    // Made only of what is right.
    if (read.issues.length === 0) plans.set(route, planOf(route, aggregation));
  }
  if (read.issues.length > 0) throw new InvalidConfiguration(read.issues);
  return plans;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InvalidConfiguration([`it is not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function readAggregation(read: Reading, value: unknown, at: string): Aggregation {
  const fields = read.fields(value, at, ['path', 'parts', 'timeoutMillis', 'maxResponseBytes', 'forwardedHeaders']);
  return {
    path: read.text(fields['path'], `${at}.path`),
    parts: read.list(fields['parts'], `${at}.parts`).map((part, index) => readPart(read, part, `${at}.parts[${index}]`)),
    timeoutMillis: read.positive(fields['timeoutMillis'], `${at}.timeoutMillis`),
    maxResponseBytes: read.positive(fields['maxResponseBytes'], `${at}.maxResponseBytes`),
    forwardedHeaders: read.texts(fields['forwardedHeaders'], `${at}.forwardedHeaders`),
  };
}

const PART_FIELDS = [
  'name',
  'service',
  'method',
  'path',
  'query',
  'body',
  'required',
  'timeoutMillis',
  'maxResponseBytes',
  'fallback',
  'forEach',
  'pick',
  'drop',
  'rename',
];

function readPart(read: Reading, value: unknown, at: string): AggregatedPart {
  const fields = read.fields(value, at, PART_FIELDS);
  const has = (name: string): boolean => fields[name] !== undefined;
  const part = {
    name: read.text(fields['name'], `${at}.name`),
    service: read.text(fields['service'], `${at}.service`),
    method: read.text(fields['method'], `${at}.method`),
    path: read.list(fields['path'], `${at}.path`),
    query: read.members(fields['query'], `${at}.query`).map(([name, pieces]) => [name, read.list(pieces, `${at}.query.${name}`)] as const),
    required: read.flag(fields['required'], `${at}.required`),
    timeoutMillis: read.positive(fields['timeoutMillis'], `${at}.timeoutMillis`),
    maxResponseBytes: read.positive(fields['maxResponseBytes'], `${at}.maxResponseBytes`),
  };
  for (const piece of [...part.path, ...part.query.flatMap(([, pieces]) => pieces)]) checkPiece(read, piece, at);
  if (has('body')) checkTemplate(read, fields['body'], `${at}.body`);
  if (has('forEach')) checkIteration(read, fields['forEach'], `${at}.forEach`);
  if (has('pick')) read.texts(fields['pick'], `${at}.pick`);
  if (has('drop')) read.texts(fields['drop'], `${at}.drop`);
  if (has('rename')) checkRename(read, fields['rename'], `${at}.rename`);
  return { ...fields, ...part, query: Object.fromEntries(part.query) } as unknown as AggregatedPart;
}

function checkRename(read: Reading, value: unknown, at: string): void {
  const names = read.members(value, at).map(([name, to]) => read.text(to, `${at}.${name}`));
  for (const [index, name] of names.entries()) if (names.indexOf(name) < index) read.issue(`${at} gives the name ${show(name)} twice`);
}

function checkPiece(read: Reading, piece: unknown, at: string): void {
  if (typeof piece !== 'string') checkReference(read, piece, at);
}

function checkReference(read: Reading, value: unknown, at: string): void {
  const fields = read.fields(value, `a reference of ${at}`, ['from', 'name', 'part', 'fields']);
  switch (fields['from']) {
    case 'path':
    case 'query':
      read.text(fields['name'], `${at}: name of a ${fields['from']} parameter`);
      return;
    case 'part':
      read.text(fields['part'], `${at}: part of a reference`);
      read.texts(fields['fields'], `${at}: fields of a reference`);
      return;
    case 'item':
      read.texts(fields['fields'], `${at}: fields of a reference`);
      return;
    default:
      read.issue(`${at}: a reference is from ${show(fields['from'])}, it must be from path, query, part or item`);
  }
}

function checkTemplate(read: Reading, value: unknown, at: string): void {
  const fields = read.fields(value, at, ['value', 'reference', 'fields']);
  if ('value' in fields) return;
  if ('reference' in fields) checkReference(read, fields['reference'], at);
  else for (const [name, each] of read.members(fields['fields'], `${at}.fields`)) checkTemplate(read, each, `${at}.fields.${name}`);
}

function checkIteration(read: Reading, value: unknown, at: string): void {
  const fields = read.fields(value, at, ['over', 'limit', 'concurrency']);
  checkReference(read, fields['over'], at);
  read.positive(fields['limit'], `${at}.limit`);
  read.positive(fields['concurrency'], `${at}.concurrency`);
}

/** Those after the first are the aggregator's own. */
const NEVER_FORWARDED: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'expect',
  'host',
  'accept',
  'accept-encoding',
  'content-encoding',
  'content-length',
  'content-type',
  DETAILS_HEADER,
  PART_HEADER,
  ROUTE_HEADER,
]);

const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const METHOD = /^[A-Z]+$/;
/** No query, no blank, and every percent sign begins an escape. */
const PATH_TEXT = /^(?:[!$&-;=@A-Z_a-z~]|%[0-9A-Fa-f]{2})*$/;
const PART_NAME = /^[A-Za-z0-9_-]+$/;

function checkAggregation(read: Reading, { path, parts, forwardedHeaders }: Aggregation, at: string): void {
  if (read.issues.length > 0) return;
  for (const name of forwardedHeaders) {
    if (!HEADER_NAME.test(name)) read.issue(`${at}.forwardedHeaders: ${show(name)} is not the name of a header in lower case`);
    if (NEVER_FORWARDED.has(name)) read.issue(`${at}.forwardedHeaders: ${show(name)} cannot be forwarded`);
  }
  const before = new Set<string>();
  const parameters = new Set([...path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name]) => name));
  parts.forEach((part, index) => {
    const where = `${at}.parts[${index}]`;
    if (!PART_NAME.test(part.name))
      read.issue(`${where}.name is ${show(part.name)}, it must have letters, digits, "_" and "-" only, unlike "${DETAILS_FIELD}"`);
    if (before.has(part.name)) read.issue(`${where}.name is ${show(part.name)}, which another part has`);
    if (!METHOD.test(part.method)) read.issue(`${where}.method is ${show(part.method)}, it must be a method such as GET`);
    if (typeof part.path[0] !== 'string' || !part.path[0].startsWith('/')) read.issue(`${where}.path must begin with a slash`);
    if (part.path.some((piece) => typeof piece === 'string' && !PATH_TEXT.test(piece)))
      read.issue(`${where}.path has a text that cannot stand in a path`);
    for (const reference of referencesOf(part)) checkSource(read, reference, { part, before, parameters, where });
    before.add(part.name);
  });
}

function checkSource(
  read: Reading,
  reference: Reference,
  found: {
    readonly part: AggregatedPart;
    readonly before: ReadonlySet<string>;
    readonly parameters: ReadonlySet<string | undefined>;
    readonly where: string;
  },
): void {
  const { part, before, parameters, where } = found;
  if (reference.from === 'part' && !before.has(reference.part))
    read.issue(`${where} reads from the part ${show(reference.part)}, which must come before it`);
  if (reference.from === 'path' && !parameters.has(reference.name))
    read.issue(`${where} reads the path parameter ${show(reference.name)}, which the route does not have`);
  if (reference.from === 'item' && (part.forEach === undefined || reference === part.forEach.over))
    read.issue(`${where} reads from an item, and has no forEach to have one`);
}

/** Collects mistakes; what is wrong is read as something harmless. */
class Reading {
  readonly issues: string[] = [];

  issue(text: string): void {
    this.issues.push(text);
  }

  fields(value: unknown, at: string, known: readonly string[]): Fields {
    const members = this.members(value, at);
    for (const [name] of members) if (!known.includes(name)) this.issue(`${at} has the unknown field ${show(name)}`);
    return Object.fromEntries(members.filter(([name]) => known.includes(name)));
  }

  members(value: unknown, at: string): readonly (readonly [string, unknown])[] {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
    this.wrong(value, at, 'an object');
    return [];
  }

  list(value: unknown, at: string): readonly unknown[] {
    if (Array.isArray(value)) return value as readonly unknown[];
    this.wrong(value, at, 'a list');
    return [];
  }

  texts(value: unknown, at: string): readonly string[] {
    return this.list(value, at).map((each, index) => this.text(each, `${at}[${index}]`));
  }

  text(value: unknown, at: string): string {
    if (typeof value === 'string') return value;
    this.wrong(value, at, 'a text');
    return '';
  }

  flag(value: unknown, at: string): boolean {
    if (typeof value === 'boolean') return value;
    this.wrong(value, at, 'true or false');
    return false;
  }

  positive(value: unknown, at: string): number {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= 2 ** 31 - 1) return value;
    this.wrong(value, at, 'a whole number from 1 on');
    return 1;
  }

  private wrong(value: unknown, at: string, wanted: string): void {
    this.issue(`${at} is ${show(value)}, it must be ${wanted}`);
  }
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 100);
}

/** Whether two templates are the same resources that refer to each other in the same way, whatever their logical IDs are. */
import { createHash } from 'node:crypto';
import { isBarrier } from '../../../programs/emulator/assembly/flatten';
import type { Json, JsonObject, Resource, Template } from '../../../programs/emulator/template/template';
import { isList, isObject, renamed } from '../../../programs/emulator/template/template';

export interface CompareOptions {
  /** Properties that may differ: `AWS::IAM::Policy.PolicyName`. One that differs nowhere is an error. */
  readonly except?: readonly string[];
}

/**
 * What is otherwise in one template than in the other, but for logical IDs, `DependsOn`, outputs, and parameters, conditions and mappings
 * that nothing refers to. Both come from `flatten`, so that a value is written in one way only.
 *
 * Resources are told apart by what they are and by what they refer to and what refers to them, in turn. Of those that are alike in all
 * that, it does not matter which is which, and the whole is compared once more with the IDs that follow.
 *
 * @returns nothing if they are the same
 */
export function differences(one: Template, other: Template, { except = [] }: CompareOptions = {}): readonly string[] {
  const left = new Shape(one, except);
  const right = new Shape(other, except);
  const found = unlike(left, right) ?? unmatched(left, right);
  // Only what is the same otherwise shows which exceptions there have to be.
  if (found.length === 0) {
    const needless = except.filter((each) => isSame(one, other, except, each));
    if (needless.length > 0) throw new Error(`no difference needs the exceptions ${needless.join(', ')}`);
  }
  return found;
}

function isSame(one: Template, other: Template, except: readonly string[], needless: string): boolean {
  const fewer = except.filter((each) => each !== needless);
  const left = new Shape(one, fewer);
  const right = new Shape(other, fewer);
  return (unlike(left, right) ?? unmatched(left, right)).length === 0;
}

interface Node {
  readonly type: string;
  /** Without names of others, in one order of keys. */
  readonly content: Json;
  /** The IDs that the content refers to, in the order in which they stand there. */
  readonly references: readonly string[];
}

type Colours = ReadonlyMap<string, string>;

/** The resources of a template, and the parameters that they refer to. */
class Shape {
  readonly nodes: ReadonlyMap<string, Node>;
  private readonly referrers = new Map<string, { readonly id: string; readonly place: number }[]>();

  constructor(template: Template, except: readonly string[]) {
    const resources = Object.entries(template.Resources ?? {}).filter(([, resource]) => !isBarrier(resource));
    const parameters = Object.entries(template.Parameters ?? {});
    const known = new Set([...resources, ...parameters].map(([id]) => id));
    const nodes = new Map<string, Node>();
    const add = (id: string, type: string, content: Json): void => {
      const references: string[] = [];
      const blank = renamed(sorted(withoutNames(content, template)), (name) => {
        if (!known.has(name)) return name;
        references.push(name);
        return '*';
      });
      nodes.set(id, { type, content: blank, references });
    };
    for (const [id, resource] of resources) add(id, resource.Type, contentOf(resource, except));
    const used = new Set([...nodes.values()].flatMap(({ references }) => references));
    for (const [id, parameter] of parameters) if (used.has(id)) add(id, 'a parameter', parameter);
    this.nodes = nodes;
    for (const [id, { references }] of nodes)
      for (const [place, target] of references.entries())
        this.referrers.set(target, [...(this.referrers.get(target) ?? []), { id, place }]);
  }

  /** By what each is by itself. */
  plain(): Colours {
    return new Map([...this.nodes].map(([id, { type, content }]) => [id, hash([type, content])]));
  }

  /** By what each refers to, and by what refers to it, too. */
  refined(colours: Colours): Colours {
    return new Map(
      [...this.nodes].map(([id, { references }]) => {
        const out = references.map((target) => colours.get(target) ?? '');
        const into = (this.referrers.get(id) ?? []).map((each) => `${each.place} ${colours.get(each.id) ?? ''}`).sort();
        return [id, hash([colours.get(id) ?? '', out, into])];
      }),
    );
  }

  describe(id: string): string {
    return `${this.nodes.get(id)?.type ?? ''} ${id}`;
  }
}

/** What has no counterpart; undefined if everything seems to have one. */
function unlike(left: Shape, right: Shape): readonly string[] | undefined {
  const [one, other] = [left.plain(), right.plain()];
  const plain = withoutCounterparts(one, other);
  if (plain.left.length + plain.right.length > 0) return described(left, right, plain.left, plain.right);
  const refined = withoutCounterparts(stable(left, one), stable(right, other));
  if (refined.left.length + refined.right.length === 0) return undefined;
  // Of all that changes with them, those whose own references differ say the most.
  let [before, after] = [one, other];
  for (;;) {
    [before, after] = [left.refined(before), right.refined(after)];
    const first = withoutCounterparts(before, after);
    if (first.left.length + first.right.length > 0)
      return [
        ...first.left.map((id) => `${left.describe(id)}: in the other template, what refers to it or what it refers to is not the same`),
        ...first.right.map((id) => `${right.describe(id)}: so in the other template`),
      ];
  }
}

/** Finds out which is which, and compares once more. */
function unmatched(left: Shape, right: Shape): readonly string[] {
  if (isMatch(left, right, left.plain(), right.plain())) return [];
  return [`no two resources differ by themselves, but not all of their ${left.nodes.size} resources refer to each other in the same way`];
}

/** Of those that are alike, one that is chosen is any of the others, and from there on all follow, mostly at once. */
function isMatch(left: Shape, right: Shape, before: Colours, after: Colours): boolean {
  const [one, other] = [stable(left, before), stable(right, after)];
  const { left: mine, right: theirs } = withoutCounterparts(one, other);
  if (mine.length + theirs.length > 0) return false;
  const [alike] = [...grouped(one)].filter(([, ids]) => ids.length > 1);
  if (alike === undefined) return isSameUnder(left, right, new Map([...other].map(([id, colour]) => [colour, id])), one);
  const [colour, [chosen = '']] = alike;
  const candidates = grouped(other).get(colour) ?? [];
  return candidates.some((candidate) => isMatch(left, right, new Map([...one, [chosen, '!']]), new Map([...other, [candidate, '!']])));
}

function isSameUnder(left: Shape, right: Shape, idOf: ReadonlyMap<string, string>, colours: Colours): boolean {
  const counterpart = (id: string): string => idOf.get(colours.get(id) ?? '') ?? '';
  return [...left.nodes].every(([id, { type, content, references }]) => {
    const twin = right.nodes.get(counterpart(id));
    const expected = JSON.stringify([type, content, references.map(counterpart)]);
    return expected === JSON.stringify([twin?.type, twin?.content, twin?.references]);
  });
}

/** Colours that tell apart as much as there is to tell. */
function stable(shape: Shape, start: Colours): Colours {
  let colours = start;
  for (;;) {
    const next = shape.refined(colours);
    if (new Set(next.values()).size === new Set(colours.values()).size) return next;
    colours = next;
  }
}

interface Unmatched {
  readonly left: readonly string[];
  readonly right: readonly string[];
}

function withoutCounterparts(one: Colours, other: Colours): Unmatched {
  const [left, right] = [grouped(one), grouped(other)];
  const surplus = (mine: ReadonlyMap<string, readonly string[]>, theirs: ReadonlyMap<string, readonly string[]>): readonly string[] =>
    [...mine].flatMap(([colour, ids]) => ids.slice(theirs.get(colour)?.length ?? 0));
  return { left: surplus(left, right), right: surplus(right, left) };
}

function grouped(colours: Colours): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [id, colour] of colours) groups.set(colour, [...(groups.get(colour) ?? []), id]);
  return groups;
}

/** Each beside the one that it is most like. */
function described(left: Shape, right: Shape, ofLeft: readonly string[], ofRight: readonly string[]): readonly string[] {
  const rest = new Set(ofRight);
  const lines = ofLeft.map((id) => {
    const node = left.nodes.get(id)!;
    const candidates = [...rest].filter((each) => right.nodes.get(each)?.type === node.type);
    const [closest] = candidates
      .map((each) => ({ id: each, changes: changes(node.content, right.nodes.get(each)?.content) }))
      .sort((a, b) => a.changes.length - b.changes.length);
    if (closest === undefined) return `${left.describe(id)}: the other template has nothing like it`;
    rest.delete(closest.id);
    return `${left.describe(id)}, in the other template ${closest.id}: ${closest.changes.join('; ')}`;
  });
  return [...lines, ...[...rest].map((id) => `${right.describe(id)}: only in the other template`)];
}

function changes(one: Json | undefined, other: Json | undefined, path = ''): readonly string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  const isPair = (isList(one) && isList(other)) || (isObject(one) && isObject(other));
  if (!isPair) return [`${path.slice(1)} ${JSON.stringify(one)} is ${JSON.stringify(other)}`];
  const [before, after] = [one, other] as unknown as readonly [JsonObject, JsonObject];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => changes(before[key], after[key], `${path}.${key}`));
}

function contentOf(resource: Resource, except: readonly string[]): Json {
  const { Metadata: metadata = {}, Properties: properties = {} } = resource;
  return {
    ...Object.fromEntries(Object.entries(resource).filter(([key]) => key !== 'DependsOn')),
    Metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== 'aws:cdk:path')),
    Properties: Object.fromEntries(Object.entries(properties).filter(([key]) => !except.includes(`${resource.Type}.${key}`))),
  };
}

/** With conditions and mappings in place of their names. */
function withoutNames(value: Json | undefined, template: Template): Json {
  if (isList(value)) return value.map((item) => withoutNames(item, template));
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const [name, ...others] = isList(item) ? item : [item];
      if (typeof name === 'string') {
        const section = key === 'Fn::If' || key === 'Condition' ? template.Conditions : key === 'Fn::FindInMap' ? template.Mappings : {};
        const content = section?.[name];
        if (content !== undefined) return [key, [withoutNames(content, template), ...others.map((each) => withoutNames(each, template))]];
      }
      return [key, withoutNames(item, template)];
    }),
  );
}

function sorted(value: Json): Json {
  if (isList(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item ?? null)]),
  );
}

function hash(value: Json): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}

import type { DocumentPart } from './document-part';
import { PARAMETER_FIELDS } from './document-fields';
import type { NotCarried } from './not-carried';

const PLACES = ['path', 'query', 'header', 'cookie'] as const;

interface Parameter {
  readonly name: string;
  readonly in: (typeof PLACES)[number];
  readonly at: DocumentPart;
}

/** What an operation says of the parameters of its requests. */
export interface Parameters {
  /** Names of those of the path that may have slashes. */
  readonly greedy: readonly string[];
  /** Names that must be there, each with its place. */
  readonly query: readonly Required[];
  readonly headers: readonly Required[];
}

interface Required {
  readonly name: string;
  readonly place: string;
}

/** OpenAPI takes no notice of them here: security and contents say what they are. https://spec.openapis.org/oas/v3.1.0#parameter-object */
const OF_OTHERS = ['accept', 'authorization', 'content-type'];

/**
 * @param ofPath those that all operations of the path share, which the operation may replace
 * @param notCarried takes no note where services check everything
 */
export function readParameters(ofPath: DocumentPart, own: DocumentPart, path: string, notCarried: NotCarried | undefined): Parameters {
  const shared = listOf(ofPath, path);
  const replaced = listOf(own, path);
  const all = [...shared.filter((each) => !replaced.some((other) => other.name === each.name && other.in === each.in)), ...replaced];
  const asked = all.filter((each) => each.in !== 'header' || !OF_OTHERS.includes(each.name.toLowerCase()));
  const required = (place: Parameter['in']): readonly Required[] =>
    asked.filter((each) => each.in === place && isRequired(each)).map(({ name, at }) => ({ name, place: at.place }));
  for (const each of asked) if (saysMore(each)) notCarried?.add('open-api-parameters', each.at.place, each.name);
  return {
    greedy: all.filter((each) => each.in === 'path' && isTrue(each.at, 'x-greedy')).map(({ name }) => name),
    query: required('query'),
    headers: required('header'),
  };
}

function listOf(at: DocumentPart, path: string): readonly Parameter[] {
  const known = new Set<string>();
  return at.items('a list of parameters').flatMap((item) => {
    const part = item.resolved();
    if (part === undefined) return [];
    if (part.node?.kind !== 'map') return part.fail<[]>('must be a parameter', { fix: 'write name, in and schema' }) ?? [];
    part.checkFields(PARAMETER_FIELDS);
    part.field('required').boolean();
    const place = part.field('in').text();
    const name = part.field('name').text();
    const found = PLACES.find((each) => each === place);
    if (name === undefined || found === undefined) {
      if (part.field('name').absent) part.fail('a parameter needs a name', { fix: 'write name' });
      if (part.field('in').absent || (place !== undefined && found === undefined))
        part.field('in').fail('a parameter says where it is', { allowed: PLACES.join(', '), fix: 'write in' });
      return [];
    }
    if (found === 'path' && !path.split('/').some((each) => each === `{${name}}` || each === `{${name}+}`))
      part.fail(`the path has no "{${name}}"`, { fix: 'correct the name or the path' });
    if (known.has(`${found}:${name}`)) part.fail('stands twice', { value: JSON.stringify(name), fix: 'remove one of the two' });
    known.add(`${found}:${name}`);
    return [{ name, in: found, at: part }];
  });
}

function isTrue(at: DocumentPart, field: string): boolean {
  const { node } = at.field(field);
  return node?.kind === 'scalar' && node.value === true;
}

/** API Gateway refuses one that is blank. */
function isRequired({ at }: Parameter): boolean {
  return isTrue(at, 'required') && !isTrue(at, 'allowEmptyValue');
}

/** What every text meets, as the parameters of the document that synthesis writes do. */
const OF_ANY_TEXT = ['type', 'title', 'description', 'default', 'example', 'examples', 'deprecated'];

/** Whether it says more than whether it must be there. */
function saysMore({ in: place, at }: Parameter): boolean {
  if (place === 'cookie' && isTrue(at, 'required')) return true;
  if (isTrue(at, 'required') && isTrue(at, 'allowEmptyValue')) return true;
  const schema = at.field('schema');
  if (schema.absent) return !at.field('content').absent;
  if (schema.node?.kind !== 'map') return false;
  const type = schema.field('type').node;
  const isText = type === undefined || (type.kind === 'scalar' && type.value === 'string');
  // A part of a path is never empty.
  const meets = place === 'path' ? [...OF_ANY_TEXT, 'minLength'] : OF_ANY_TEXT;
  return !isText || [...schema.node.entries.keys()].some((keyword) => !meets.includes(keyword) && !keyword.startsWith('x-'));
}

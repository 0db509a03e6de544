import { Unresolved } from '../../../lib/core/reading/input';
import type { IssueList } from '../../../lib/core/reading/issues';
import { Reader, suggest } from '../../../lib/core/reading/reader';
import { attributeProperty, refProperty } from './attributes';
import { plainJson } from './plain-json';
import { isJsonObject, symbol, textOf } from './symbolic';

/** Values that CloudFormation has only at deployment, as far as they are known. */
export interface TemplateOptions {
  /** Values of parameters and of pseudo parameters such as `AWS::Region`, by name; a parameter has its default else. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** What other stacks export, by the name of the export. */
  readonly imports?: Readonly<Record<string, string>>;
}

/** A resource that the template makes, with the intrinsic functions in its properties resolved as far as they can be. */
export interface TemplateResource {
  readonly id: string;
  readonly type: string;
  /** Its path is the logical id. */
  readonly properties: Reader;
}

/** Maximum length of a chain of references; real templates stay far below. */
const MAX_CHAIN = 24;

/**
 * A CloudFormation template, read by a person who has no account at hand: references and intrinsic functions become their
 * values where the template (and the options) say enough, else a text in the notation of Fn::Sub, such as
 * `${ProjectName}.local`, that is the same wherever the same is meant. Never throws; what is wrong is an issue.
 */
export class Template {
  private readonly root: Reader;
  private readonly imports: Readonly<Record<string, unknown>>;
  private readonly given: Readonly<Record<string, unknown>>;
  private readonly reported = new Set<string>();
  /** What is being resolved, so that a reference to itself ends. */
  private readonly open: string[] = [];

  constructor(
    template: unknown,
    options: TemplateOptions,
    private readonly issues: IssueList,
  ) {
    this.root = new Reader(issues, '', plainJson(template));
    const { parameters, imports } = (plainJson(options) ?? {}) as { parameters?: unknown; imports?: unknown };
    this.given = isJsonObject(parameters) ? parameters : {};
    this.imports = isJsonObject(imports) ? imports : {};
    if (!isJsonObject(this.root.value))
      new Reader(issues, 'template', this.root.value).wrongType('a CloudFormation template: an object with Resources');
    else if (this.root.field('Resources').absent)
      new Reader(issues, 'Resources', undefined).fail('MISSING', 'there are no resources', {
        fix: 'give a CloudFormation template, parsed',
      });
  }

  /** The resources of the wanted types that are made under the given parameters, sorted by logical id. */
  resources(wanted: (type: string) => boolean): readonly TemplateResource[] {
    const found: TemplateResource[] = [];
    for (const [id, at] of [...this.root.field('Resources').entries()].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const type = at.field('Type').value;
      if (id === 'Fn::Transform' || id.startsWith('Fn::ForEach'))
        this.fail(id, 'INVALID_VALUE', `${id} is expanded by CloudFormation only`, 'give the processed template');
      else if (typeof type !== 'string') this.complain(new Reader(this.issues, id, at.value), 'a resource with a Type');
      else if (wanted(type) && this.isMade(id, at))
        found.push({ id, type, properties: new Reader(this.issues, id, this.resolve(at.field('Properties').value, id) ?? {}) });
    }
    return found;
  }

  private complain(at: Reader, what: string): void {
    at.wrongType(what);
  }

  private isMade(id: string, at: Reader): boolean {
    const name = at.field('Condition').value;
    if (name === undefined) return true;
    if (typeof name !== 'string') {
      new Reader(this.issues, `${id}.Condition`, name).wrongType('the name of a condition');
      return true;
    }
    const made = this.condition(name, `${id}.Condition`);
    if (made === undefined)
      this.fail(`${id}.Condition`, 'TOKEN', `whether the condition "${name}" holds is not known: it is taken to`, GIVE);
    return made ?? true;
  }

  /** The value with everything resolved; undefined for AWS::NoValue. */
  resolve(value: unknown, path: string): unknown {
    if (Array.isArray(value))
      return value.map((item, index) => this.resolve(item, `${path}[${index}]`)).filter((item) => item !== undefined);
    if (!isJsonObject(value)) return value;
    const keys = Object.keys(value);
    const [only] = keys;
    if (keys.length === 1 && only !== undefined && (only === 'Ref' || only.startsWith('Fn::')))
      return this.intrinsic(only, value[only], path);
    return Object.fromEntries(
      keys.map((key) => [key, this.resolve(value[key], `${path}.${key}`)] as const).filter(([, item]) => item !== undefined),
    );
  }

  private intrinsic(name: string, argument: unknown, path: string): unknown {
    switch (name) {
      case 'Ref':
        return this.ref(argument, path);
      case 'Fn::GetAtt':
        return this.getAtt(argument, path);
      case 'Fn::Sub':
        return this.sub(argument, path);
      case 'Fn::If':
        return this.choose(argument, path);
      case 'Fn::Join':
        return this.join(this.resolve(argument, path), path);
      case 'Fn::Select':
        return this.select(this.resolve(argument, path), path);
      case 'Fn::Split':
        return this.split(this.resolve(argument, path), path);
      case 'Fn::FindInMap':
        return this.findInMap(this.resolve(argument, path), path);
      case 'Fn::ImportValue':
        return this.importValue(this.resolve(argument, path));
      case 'Fn::Transform':
        return this.fail(path, 'INVALID_VALUE', 'Fn::Transform is expanded by CloudFormation only', 'give the processed template');
      // What an account, a region or an encoding decides (Fn::GetAZs, Fn::Base64 ...) stays a symbol of its own.
      default:
        return symbol(name.slice('Fn::'.length), this.resolve(argument, path));
    }
  }

  private ref(name: unknown, path: string): unknown {
    if (typeof name !== 'string') return this.malformed('Ref', path);
    if (name === 'AWS::NoValue') return undefined;
    const parameter = this.root.field('Parameters').field(name);
    if (Object.hasOwn(this.given, name)) return parameterValue(parameter.field('Type').value, this.given[name]);
    const byDefault = parameter.field('Default').value;
    if (!parameter.absent)
      return byDefault === undefined ? new Unresolved(`\${${name}}`) : parameterValue(parameter.field('Type').value, byDefault);
    if (name.startsWith('AWS::')) return new Unresolved(`\${${name}}`);
    const resource = this.resource(name, path);
    const property = resource === undefined ? undefined : refProperty(resource.field('Type').value);
    return this.property(name, property, path) ?? new Unresolved(`\${${name}}`);
  }

  private getAtt(argument: unknown, path: string): unknown {
    const parts = typeof argument === 'string' ? splitOnce(argument) : listOf(argument).map((part) => this.resolve(part, path));
    const [id, attribute] = parts.map((part) => (typeof part === 'string' ? part : undefined));
    if (parts.length !== 2 || id === undefined || attribute === undefined) return this.malformed('Fn::GetAtt', path);
    const resource = this.resource(id, path);
    const property = resource === undefined ? undefined : attributeProperty(resource.field('Type').value, attribute);
    return this.property(id, property, path) ?? new Unresolved(`\${${id}.${attribute}}`);
  }

  private resource(id: string, path: string): Reader | undefined {
    const resource = this.root.field('Resources').field(id);
    if (!resource.absent) return resource;
    const known = [...Object.keys(objectAt(this.root, 'Parameters')), ...Object.keys(objectAt(this.root, 'Resources'))];
    const { fix } = suggest(id, known);
    return this.fail(path, 'MISSING', `there is no parameter or resource "${id}"`, fix);
  }

  /** What a property of a resource says, if it says anything. */
  private property(id: string, name: string | undefined, path: string): unknown {
    if (name === undefined) return undefined;
    const key = `${id}.${name}`;
    if (this.open.includes(key) || this.open.length >= MAX_CHAIN) return this.fail(path, 'CONFLICT', `${key} refers to itself`);
    this.open.push(key);
    try {
      const { value } = this.root.field('Resources').field(id).field('Properties').field(name);
      return this.resolve(value, key);
    } finally {
      this.open.pop();
    }
  }

  private sub(argument: unknown, path: string): unknown {
    const [text, variables] = Array.isArray(argument) ? listOf(argument) : [argument, {}];
    if (typeof text !== 'string' || !isJsonObject(variables)) return this.malformed('Fn::Sub', path);
    const pieces = text.split(/(\$\{[^}]*\})/).map((piece): unknown => {
      const name = /^\$\{([^}]*)\}$/.exec(piece)?.[1];
      if (name === undefined) return piece;
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (Object.hasOwn(variables, name)) return this.resolve(variables[name], path);
      return name.includes('.') ? this.getAtt(name, path) : this.ref(name, path);
    });
    return this.concatenate(pieces, '', path);
  }

  private join(argument: unknown, path: string): unknown {
    const [delimiter, list] = listOf(argument);
    if (typeof delimiter !== 'string' || list === undefined) return this.malformed('Fn::Join', path);
    return Array.isArray(list) ? this.concatenate(list, delimiter, path) : symbol('Join', argument);
  }

  private concatenate(pieces: readonly unknown[], delimiter: string, path: string): unknown {
    const texts = pieces.map(textOf);
    if (texts.some((text) => text === undefined)) return this.fail(path, 'WRONG_TYPE', 'must be made of texts');
    const all = texts.join(delimiter);
    return pieces.some((piece) => piece instanceof Unresolved) ? new Unresolved(all) : all;
  }

  private select(argument: unknown, path: string): unknown {
    const [index, list] = listOf(argument);
    if (list === undefined) return this.malformed('Fn::Select', path);
    if (!Array.isArray(list) || index instanceof Unresolved) return symbol('Select', argument);
    const found: unknown = list[Number(index)];
    return found ?? this.fail(path, 'OUT_OF_RANGE', `Fn::Select finds nothing at ${String(index)} of ${list.length}`);
  }

  private split(argument: unknown, path: string): unknown {
    const [delimiter, text] = listOf(argument);
    if (typeof delimiter !== 'string' || delimiter === '' || text === undefined) return this.malformed('Fn::Split', path);
    return typeof text === 'string' ? text.split(delimiter) : symbol('Split', argument);
  }

  private findInMap(argument: unknown, path: string): unknown {
    const [map, first, second, options] = listOf(argument);
    if (second === undefined) return this.malformed('Fn::FindInMap', path);
    if (typeof map !== 'string' || typeof first !== 'string' || typeof second !== 'string') return symbol('FindInMap', argument);
    const { value } = this.root.field('Mappings').field(map).field(first).field(second);
    const byDefault = isJsonObject(options) ? options['DefaultValue'] : undefined;
    return value ?? byDefault ?? this.fail(path, 'MISSING', `the mapping "${map}" has nothing for "${first}" and "${second}"`);
  }

  private importValue(argument: unknown): unknown {
    const name = textOf(argument) ?? '?';
    return Object.hasOwn(this.imports, name) ? this.imports[name] : symbol('ImportValue', argument);
  }

  private choose(argument: unknown, path: string): unknown {
    const [name, whenTrue, whenFalse] = listOf(argument);
    if (typeof name !== 'string' || listOf(argument).length !== 3) return this.malformed('Fn::If', path);
    const holds = this.condition(name, path);
    return holds === undefined
      ? symbol('If', [name, this.resolve(whenTrue, path), this.resolve(whenFalse, path)])
      : this.resolve(holds ? whenTrue : whenFalse, path);
  }

  /** Undefined if it depends on what is not known. */
  private condition(name: string, path: string): boolean | undefined {
    const at = this.root.field('Conditions').field(name);
    if (at.absent)
      return this.fail(
        path,
        'MISSING',
        `there is no condition "${name}"`,
        suggest(name, Object.keys(objectAt(this.root, 'Conditions'))).fix,
      );
    const key = `Conditions.${name}`;
    if (this.open.includes(key)) return this.fail(path, 'CONFLICT', `the condition "${name}" refers to itself`);
    this.open.push(key);
    try {
      return this.holds(at.value, key);
    } finally {
      this.open.pop();
    }
  }

  private holds(value: unknown, path: string): boolean | undefined {
    const [[operator, argument] = []] = isJsonObject(value) && Object.keys(value).length === 1 ? Object.entries(value) : [];
    const all = (): readonly (boolean | undefined)[] => listOf(argument).map((each) => this.holds(each, path));
    switch (operator) {
      case 'Condition':
        return typeof argument === 'string' ? this.condition(argument, path) : this.malformed('Condition', path);
      case 'Fn::Equals':
        return this.equal(this.resolve(argument, path), path);
      case 'Fn::Not':
        return negate(all()[0]);
      case 'Fn::And':
        return every(all());
      case 'Fn::Or':
        return negate(every(all().map(negate)));
      default:
        return this.fail(path, 'INVALID_VALUE', 'is not a condition', 'use Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition');
    }
  }

  private equal(argument: unknown, path: string): boolean | undefined {
    const [left, right] = listOf(argument).map(textOf);
    if (left === undefined || right === undefined) return this.malformed('Fn::Equals', path);
    if (left === right) return true;
    return listOf(argument).some((side) => side instanceof Unresolved) ? undefined : false;
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as Reader.fail
  private malformed<T>(name: string, path: string): T | undefined {
    return this.fail(path, 'WRONG_TYPE', `is not how ${name} is written`);
  }

  /** Once, though a property is read by everything that refers to it. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as Reader.fail
  private fail<T>(path: string, code: Parameters<Reader['fail']>[0], message: string, fix?: string): T | undefined {
    const key = `${path} ${message}`;
    if (this.reported.has(key)) return undefined;
    this.reported.add(key);
    return new Reader(this.issues, path, undefined).fail(code, message, fix === undefined ? {} : { fix });
  }
}

const GIVE = 'give the values of the parameters that it depends on';

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objectAt(root: Reader, name: string): Readonly<Record<string, unknown>> {
  const { value } = root.field(name);
  return isJsonObject(value) ? value : {};
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html */
function parameterValue(type: unknown, value: unknown): unknown {
  const list = typeof type === 'string' && (type === 'CommaDelimitedList' || type.startsWith('List<'));
  return list && typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
}

/** The id of a resource has no dot; an attribute may have some. */
function splitOnce(text: string): readonly string[] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

function negate(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function every(values: readonly (boolean | undefined)[]): boolean | undefined {
  if (values.includes(false)) return false;
  return values.includes(undefined) ? undefined : true;
}

/**
 * CloudFormation's intrinsic functions, worked out as far as they can be without an account. What is left is written in one way
 * only, so that two values that mean the same are the same JSON: every text is a string, or one `Fn::Join` of strings and references.
 */
import type { Json, JsonObject } from '../template/template';
import { isList, isObject } from '../template/template';

/** What names mean where a value is written. What these return is worked out already. */
export interface Scope {
  ref(name: string): Json;
  attribute(id: string, attribute: string): Json;
  /** The value of `Fn::ImportValue`. */
  imported(name: Json): Json;
  /** The value of `Fn::GetStackOutput`. */
  stackOutput(argument: JsonObject): Json;
  /** The value of a parameter in Systems Manager, or undefined if it stays a dynamic reference. */
  parameter(name: string): Json | undefined;
  condition(name: string): string;
  mapping(name: string): string;
}

/** The functions that stay as they are, but for their arguments. */
const OPAQUE = ['Fn::GetAZs', 'Fn::Cidr', 'Fn::Base64'];
const DYNAMIC_PARAMETER = /\{\{resolve:ssm:([^:{}]+)(?::\d+)?\}\}/;

/** @throws Error if it does not know a function, or if one cannot be right */
export function fold(value: Json, scope: Scope): Json {
  if (typeof value === 'string') return textOf([value], scope);
  if (isList(value)) return value.map((item) => fold(item, scope));
  if (!isObject(value)) return value;
  const [entry, ...others] = Object.entries(value);
  if (entry !== undefined && others.length === 0) {
    const [name, argument = null] = entry;
    if (name === 'Ref' || name.startsWith('Fn::')) return call(name, argument, scope);
  }
  return foldObject(value, scope);
}

export function foldObject(value: JsonObject, scope: Scope): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, item === undefined ? undefined : fold(item, scope)]));
}

function call(name: string, argument: Json, scope: Scope): Json {
  switch (name) {
    case 'Ref':
      return scope.ref(string(argument, name));
    case 'Fn::GetAtt': {
      const [id, ...attribute] = typeof argument === 'string' ? argument.split('.') : list(argument, name);
      return scope.attribute(string(id, name), attribute.map((part) => string(fold(part, scope), name)).join('.'));
    }
    case 'Fn::Join': {
      const [delimiter, items] = list(argument, name);
      return join(string(delimiter, name), fold(items, scope), scope);
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::Split': {
      const [delimiter, text] = list(argument, name);
      return split(string(delimiter, name), fold(text, scope));
    }
    case 'Fn::Select': {
      const [index, items] = list(argument, name).map((each) => fold(each, scope));
      return select(index, items);
    }
    case 'Fn::ImportValue':
      return scope.imported(fold(argument, scope));
    case 'Fn::GetStackOutput':
      return scope.stackOutput(foldObject(object(argument, name), scope));
    case 'Fn::If': {
      const [condition, ...branches] = list(argument, name);
      return { [name]: [scope.condition(string(condition, name)), ...branches.map((branch) => fold(branch, scope))] };
    }
    case 'Fn::FindInMap': {
      const [map, ...keys] = list(argument, name);
      return { [name]: [scope.mapping(string(map, name)), ...keys.map((key) => fold(key, scope))] };
    }
    default:
      if (OPAQUE.includes(name)) return { [name]: fold(argument, scope) };
      throw new Error(`the intrinsic function ${name} is not known here: ${JSON.stringify(argument)}`);
  }
}

/** A string, or a function whose value is not known. */
type Part = string | JsonObject;

/** Of a text that is worked out. */
function partsOf(text: Json): readonly Part[] {
  if (typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean') return [String(text)];
  if (!isObject(text)) throw new Error(`expected text, got ${JSON.stringify(text)}`);
  const [delimiter, items] = isList(text['Fn::Join']) ? text['Fn::Join'] : [];
  return delimiter === '' && isList(items) ? (items as readonly Part[]) : [text];
}

/** The text that the parts make, one after the other. */
export function concatenated(parts: readonly Part[]): Json {
  const merged: Part[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part === '') continue;
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = `${last}${part}`;
    else merged.push(part);
  }
  const [only = '', ...others] = merged;
  return others.length === 0 ? only : { 'Fn::Join': ['', merged] };
}

function textOf(parts: readonly Part[], scope: Scope): Json {
  const text = concatenated(parts);
  return concatenated(partsOf(text).flatMap((part) => (typeof part === 'string' ? withoutDynamicParameters(part, scope) : [part])));
}

function withoutDynamicParameters(text: string, scope: Scope): readonly Part[] {
  const [reference, name = ''] = DYNAMIC_PARAMETER.exec(text) ?? [];
  if (reference === undefined) return [text];
  const [before = '', ...after] = text.split(reference);
  const value = scope.parameter(name);
  return [before, ...(value === undefined ? [reference] : partsOf(value)), ...withoutDynamicParameters(after.join(reference), scope)];
}

function join(delimiter: string, items: Json, scope: Scope): Json {
  if (isList(items))
    return textOf(
      items.map(partsOf).flatMap((parts, index) => (index === 0 ? parts : [delimiter, ...parts])),
      scope,
    );
  const [splitAt, text] = isObject(items) && isList(items['Fn::Split']) ? items['Fn::Split'] : [];
  return splitAt === delimiter && text !== undefined ? text : { 'Fn::Join': [delimiter, items] };
}

/** Names, ARNs and addresses do not hold it, so it separates what AWS says of resources for sure. The CDK relies on that as well. */
const separates = (delimiter: string): boolean => delimiter.includes('|');
const isOfResource = (part: Part): boolean => typeof part === 'string' || ['Ref', 'Fn::GetAtt'].includes(Object.keys(part)[0] ?? '');

function split(delimiter: string, text: Json): Json {
  const parts = partsOf(text);
  const [joinedBy, items] = isObject(text) && isList(text['Fn::Join']) ? text['Fn::Join'] : [];
  // The attribute of a resource, which is a list, on its way through an output.
  if (separates(delimiter) && joinedBy === delimiter && isObject(items) && isOfResource(items)) return items;
  if (parts.every((part) => typeof part === 'string')) return parts.join('').split(delimiter);
  return separates(delimiter) && parts.length > 1 && parts.every(isOfResource)
    ? fields(delimiter, parts).map(concatenated)
    : { 'Fn::Split': [delimiter, text] };
}

function fields(delimiter: string, parts: readonly Part[]): readonly (readonly Part[])[] {
  const found: Part[][] = [[]];
  for (const part of parts) {
    const [first = '', ...others] = typeof part === 'string' ? part.split(delimiter) : [part];
    found.at(-1)?.push(first);
    found.push(...others.map((other) => [other]));
  }
  return found;
}

function select(index: Json, items: Json): Json {
  const place = Number(index);
  if (!Number.isInteger(place) || place < 0) return { 'Fn::Select': [index, items] };
  if (isList(items)) {
    const item = items[place];
    if (item === undefined) throw new Error(`Fn::Select: there is no item ${place} in ${JSON.stringify(items)}`);
    return item;
  }
  const [delimiter, text] = isObject(items) && isList(items['Fn::Split']) ? items['Fn::Split'] : [];
  const known = typeof delimiter === 'string' && text !== undefined ? fieldsBeforeReferences(delimiter, partsOf(text)) : [];
  return known[place] ?? { 'Fn::Select': [place, items] };
}

/** Whatever the first reference holds, these come before it. */
function fieldsBeforeReferences(delimiter: string, [first]: readonly Part[]): readonly string[] {
  return typeof first === 'string' ? first.split(delimiter).slice(0, -1) : [];
}

function substitute(argument: Json, scope: Scope): Json {
  const [format, variables = {}] = isList(argument) ? argument : [argument];
  const own = foldObject(object(variables, 'Fn::Sub'), scope);
  const parts: Part[] = [];
  let end = 0;
  const text = string(format, 'Fn::Sub');
  for (const { 0: all, 1: literal, 2: name = '', index } of text.matchAll(/\$\{(!?)([^}]*)\}/g)) {
    parts.push(text.slice(end, index), ...(literal === '!' ? [`\${${name}}`] : partsOf(variable(name.trim(), own, scope))));
    end = index + all.length;
  }
  return textOf([...parts, text.slice(end)], scope);
}

function variable(name: string, own: JsonObject, scope: Scope): Json {
  const value = own[name];
  if (value !== undefined) return value;
  const [id = '', ...attribute] = name.split('.');
  return attribute.length === 0 ? scope.ref(id) : scope.attribute(id, attribute.join('.'));
}

function string(value: Json | undefined, where: string): string {
  if (typeof value !== 'string') throw new Error(`${where}: expected text, got ${JSON.stringify(value)}`);
  return value;
}

function list(value: Json, where: string): readonly [Json, Json, ...Json[]] {
  if (!isList(value) || value.length < 2) throw new Error(`${where}: expected a list of arguments, got ${JSON.stringify(value)}`);
  return value as readonly [Json, Json, ...Json[]];
}

function object(value: Json, where: string): JsonObject {
  if (!isObject(value)) throw new Error(`${where}: expected an object, got ${JSON.stringify(value)}`);
  return value;
}

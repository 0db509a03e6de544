/** Conditions of policies of IAM. What is not understood is undefined. */
import type { Json } from '../template/intrinsics';
import { isObject } from '../template/intrinsics';

/** What a call says of itself, and of who makes it; a list for a key that may have several values. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

interface ContextKey {
  /** More than one for a multivalued key, and where the names of several differ in nothing but their case. */
  readonly values: readonly string[];
  readonly multivalued: boolean;
}

/**
 * By the names in lower case. No part of a name is case-sensitive: neither the key of a tag nor that of an encryption context. Of a
 * call that has both `Identity` and `identity`, AWS does not say which value counts; here each does, as an attacker would like it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context-case
 */
export type ContextKeys = ReadonlyMap<string, ContextKey>;

export function contextKeys(context: RequestContext): ContextKeys {
  const keys = new Map<string, ContextKey>();
  for (const [name, value] of Object.entries(context)) {
    const before = keys.get(name.toLowerCase())?.values ?? [];
    keys.set(name.toLowerCase(), { values: [...before, ...[value].flat()], multivalued: typeof value !== 'string' });
  }
  return keys;
}

/**
 * All operators, and all keys of each, must agree.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
export function conditionsHold(condition: Json | undefined, context: ContextKeys): boolean | undefined {
  if (!isObject(condition)) return undefined;
  const results = Object.entries(condition).flatMap(([operator, keys]) =>
    isObject(keys) ? Object.entries(keys).map(([name, value]) => holds(operator, name, textsOf(value), context)) : [undefined],
  );
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

type Compare = (pattern: string, value: string) => boolean;

/**
 * `ArnEquals` is the same as `ArnLike`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const COMPARISONS: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ['StringEquals', (pattern, value) => literal(pattern) === value],
  ['StringEqualsIgnoreCase', (pattern, value) => literal(pattern).toLowerCase() === value.toLowerCase()],
  ['StringLike', like],
  ['ArnEquals', likeArn],
  ['ArnLike', likeArn],
]);
const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?(String|Arn)(Not)?(Equals|EqualsIgnoreCase|Like)(IfExists)?$/;

function holds(operator: string, name: string, allowed: readonly string[] | undefined, context: ContextKeys): boolean | undefined {
  const key = context.get(name.toLowerCase());
  if (allowed === undefined) return undefined;
  if (operator === 'Null') return isNull(key, allowed);
  const [, set, kind = '', not, how = '', ifExists] = OPERATOR.exec(operator) ?? [];
  const compare = COMPARISONS.get(`${kind}${how}`);
  const patterns = allowed.map((value) => expanded(value, context));
  const strange = (pattern: (typeof patterns)[number]): boolean =>
    pattern === undefined || (kind === 'Arn' && pattern !== NO_VALUE && arnParts(pattern) === undefined);
  if (compare === undefined || patterns.some(strange)) return undefined;
  // For a set, AWS takes a variable only with `StringLike`.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
  if (set !== undefined && kind === 'String' && how !== 'Like' && allowed.some((value) => value.includes('${'))) return undefined;
  // Of several values in the policy one must match; of those after a `Not`, none may.
  const agrees = (value: string): boolean =>
    patterns.some((pattern) => typeof pattern === 'string' && compare(pattern, value)) === (not === undefined);
  if (set !== undefined) return setHolds(set, key, agrees);
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists
  if (key === undefined) return not !== undefined || ifExists !== undefined;
  // AWS does not say what a set is without an operator for sets.
  if (key.multivalued) return undefined;
  return not === undefined ? key.values.some(agrees) : key.values.every(agrees);
}

/**
 * A key that is not there, or that has nothing in it, decides by itself, whatever the operator: with `ForAllValues` all of nothing
 * agrees, with `ForAnyValue` none of it does.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
function setHolds(set: string, key: ContextKey | undefined, agrees: (value: string) => boolean): boolean {
  const values = hasValue(key) ? key.values : [];
  return set === 'ForAllValues' ? values.every(agrees) : values.some(agrees);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null */
function isNull(key: ContextKey | undefined, allowed: readonly string[]): boolean | undefined {
  if (!allowed.every((value) => value === 'true' || value === 'false')) return undefined;
  return allowed.includes(hasValue(key) ? 'false' : 'true');
}

/**
 * An empty text is no value: `null`, as AWS calls it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html#AccessPolicyLanguage_RequestContext
 */
function hasValue(key: ContextKey | undefined): key is ContextKey {
  return key?.values.some((value) => value !== '') === true;
}

/** What a text is with a variable that has no value: it matches nothing. */
export const NO_VALUE = Symbol('no value');

/**
 * Puts in what variables stand for. Undefined if one is of several values, which AWS does not take.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function expanded(text: string, context: ContextKeys): string | typeof NO_VALUE | undefined {
  const parts = text.split(/\$\{([^}]*)\}/).map((part, index) => (index % 2 === 0 ? part : valueOf(part, context)));
  if (parts.includes(undefined)) return undefined;
  return parts.includes(NO_VALUE) ? NO_VALUE : parts.join('');
}

/** @param variable what stands in the braces */
function valueOf(variable: string, context: ContextKeys): string | typeof NO_VALUE | undefined {
  if (['*', '?', '$'].includes(variable)) return escaped(variable);
  const [, name = variable, otherwise] = /^([^,]*), *'(.*)'$/.exec(variable) ?? [];
  const key = context.get(name.toLowerCase());
  if (!hasValue(key)) return otherwise === undefined ? NO_VALUE : escaped(otherwise);
  const [value = '', ...others] = key.values;
  return key.multivalued || others.length > 0 ? undefined : escaped(value);
}

/** Stand for a `*` and a `?` that are no wildcards: characters that are nobody's. */
const ASTERISK = '\uE000';
const QUESTION_MARK = '\uE001';

function escaped(text: string): string {
  return text.replaceAll('*', ASTERISK).replaceAll('?', QUESTION_MARK);
}

function literal(pattern: string): string {
  return pattern.replaceAll(ASTERISK, '*').replaceAll(QUESTION_MARK, '?');
}

/** `*` stands for any text and `?` for any character. */
export function like(pattern: string, value: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll(ASTERISK, '\\*')
    .replaceAll(QUESTION_MARK, '\\?');
  return new RegExp(`^${expression}$`, 's').test(value);
}

/** Each of the six parts of an ARN by itself: a wildcard in one of the first five does not reach beyond a colon. */
function likeArn(pattern: string, value: string): boolean {
  const parts = arnParts(value);
  return parts !== undefined && (arnParts(pattern) ?? []).every((part, index) => like(part, parts[index] ?? ''));
}

/** Undefined for what is no ARN. */
function arnParts(arn: string): readonly string[] | undefined {
  const parts = arn.split(':');
  return parts.length < ARN_PARTS ? undefined : [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}

const ARN_PARTS = 6;

/** One value or a list of them; booleans and numbers are as good as their texts. */
function textsOf(value: Json | undefined): readonly string[] | undefined {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.every((item) => ['string', 'boolean', 'number'].includes(typeof item)) ? list.map(String) : undefined;
}

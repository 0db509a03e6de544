/** What a policy of IAM allows, as far as roles of tasks and functions make use of it. What is not understood allows nothing. */
import type { Json, JsonObject } from '../intrinsics';
import { isObject } from '../intrinsics';

/** A statement of a resolved policy document, as it is written there. */
export type Statement = JsonObject;

/** One call, as IAM sees it. */
export interface PolicyRequest {
  /** `secretsmanager:GetSecretValue` */
  readonly action: string;
  /** An ARN; `*` for an action that knows no resources, which only a statement for all of them allows. */
  readonly resource: string;
  /** Condition keys of the call. */
  readonly context: Readonly<Record<string, string>>;
}

const PARTS = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

/** Deny wins, and what nobody allows is denied. */
export function allows(statements: readonly Statement[], request: PolicyRequest): boolean {
  return (
    !denies(statements, request) && statements.some((statement) => statement['Effect'] === 'Allow' && matches(statement, request, false))
  );
}

export function denies(statements: readonly Statement[], request: PolicyRequest): boolean {
  return statements.some((statement) => statement['Effect'] === 'Deny' && matches(statement, request, true));
}

/** @param otherwise what a part that is not understood counts as */
function matches(statement: Statement, request: PolicyRequest, otherwise: boolean): boolean {
  if (Object.entries(statement).some(([part, value]) => value !== undefined && !PARTS.includes(part))) return otherwise;
  const { Action, Resource, Condition = {} } = statement;
  const actions = texts(Action);
  const resources = texts(Resource);
  if (actions === undefined || resources === undefined || !isObject(Condition)) return otherwise;
  return (
    actions.some((pattern) => like(pattern.toLowerCase(), request.action.toLowerCase())) &&
    resources.some((pattern) => like(pattern, request.resource)) &&
    Object.entries(Condition).every(([operator, keys]) => holds(operator, keys, request.context) ?? otherwise)
  );
}

function holds(operator: string, keys: Json | undefined, context: PolicyRequest['context']): boolean | undefined {
  const compare = OPERATORS[operator];
  if (compare === undefined || !isObject(keys)) return undefined;
  const known = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  const results = Object.entries(keys).map(([key, allowed]) => {
    const value = known.get(key.toLowerCase());
    const patterns = texts(allowed);
    // A key that the call does not have fulfils no condition.
    return patterns === undefined ? undefined : value !== undefined && patterns.some((pattern) => compare(pattern, value));
  });
  return results.includes(undefined) ? undefined : results.every((result) => result === true);
}

const OPERATORS: Readonly<Record<string, (pattern: string, value: string) => boolean>> = {
  StringEquals: (pattern, value) => pattern === value,
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
};

/** `*` stands for any text and `?` for any character. */
function like(pattern: string, value: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(value);
}

/** One text or a list of them. */
function texts(value: Json | undefined): readonly string[] | undefined {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.every((item) => typeof item === 'string') ? list : undefined;
}

/** What a policy of IAM allows, as far as roles of tasks and functions make use of it. What is not understood allows nothing. */
import type { Json, JsonObject } from '../template/intrinsics';
import type { RequestContext } from './conditions';
import { conditionsHold, contextKeys, expanded, like, NO_VALUE } from './conditions';

/** A statement of a resolved policy document, as it is written there. */
export type Statement = JsonObject;

/** One call, as IAM sees it. */
export interface PolicyRequest {
  /** `kms:Encrypt` */
  readonly action: string;
  /** An ARN; `*` for an action that knows no resources, which only a statement for all of them allows. */
  readonly resource: string;
  /** Condition keys of the call, and of who makes it. */
  readonly context: RequestContext;
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
  if (actions === undefined || resources === undefined) return otherwise;
  const context = contextKeys(request.context);
  return (
    actions.some((pattern) => like(pattern.toLowerCase(), request.action.toLowerCase())) &&
    resources.some((pattern) => {
      const resource = expanded(pattern, context);
      return resource === undefined ? otherwise : resource !== NO_VALUE && like(resource, request.resource);
    }) &&
    (conditionsHold(Condition, context) ?? otherwise)
  );
}

/** One text or a list of them. */
function texts(value: Json | undefined): readonly string[] | undefined {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.every((item) => typeof item === 'string') ? list : undefined;
}

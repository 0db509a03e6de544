/**
 * Law 3 (ARCHITECTURE.md): every mistake at once, with its fix. An issue is one mistake in what the user wrote.
 */
export type IssueCode =
  | 'WRONG_TYPE'
  | 'MISSING'
  | 'UNKNOWN_PROPERTY'
  | 'TOKEN'
  | 'OUT_OF_RANGE'
  | 'NOT_ALLOWED'
  | 'INVALID_NAME'
  | 'RESERVED_NAME'
  | 'NO_SERVICES'
  | 'UNKNOWN_SERVICE'
  | 'UNKNOWN_EDGE'
  | 'UNKNOWN_ROUTE'
  | 'CALLS_ITSELF'
  | 'DUPLICATE_CALL'
  | 'DUPLICATE_PORT'
  | 'RESERVED_PORT'
  | 'PORT_CLASH'
  | 'DUPLICATE_CONTAINER'
  | 'TOO_MANY_CONTAINERS'
  | 'TASK_SIZE'
  | 'TASK_DEFINITION_TOO_LARGE'
  | 'STACK_TOO_LARGE'
  | 'SCALING'
  | 'DOMAIN_CLASH'
  | 'VPC_CLASH'
  | 'MALFORMED_ROUTE'
  | 'OVERLAPPING_ROUTES'
  | 'TOO_MANY_ROUTES'
  | 'ROUTE_PROTOCOL'
  | 'NO_AUTHORIZER'
  | 'UNSUPPORTED_AUTHORIZER'
  | 'DUPLICATE_AUTHORIZER'
  | 'TOO_MANY_AUTHORIZERS'
  | 'UNSUPPORTED_BY_EDGE'
  | 'UNSUPPORTED_BY_MESH'
  | 'THROTTLE'
  | 'CORS';

export interface Issue {
  /** Stable: tests and tools may match on it. */
  readonly code: IssueCode;
  /** Where in the user's own props, such as `services.checkout.calls[1]`. */
  readonly path: string;
  /** What is wrong, one sentence without a full stop. */
  readonly message: string;
  /** The value that was given, rendered for reading; absent where nothing was given. */
  readonly value?: string;
  /** What may stand there. */
  readonly allowed?: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** Collects issues while props are read; nothing throws before all are known. */
export class IssueList {
  private readonly found: Issue[] = [];

  add(issue: Issue): void {
    this.found.push(issue);
  }

  get all(): readonly Issue[] {
    return this.found;
  }

  /** @throws MicroservicesValidationError if there is at least one issue */
  throwIfAny(where: string): void {
    if (this.found.length > 0) throw new MicroservicesValidationError(where, this.found);
  }
}

/**
 * The one error that invalid props raise. `name` and `issues` are the contract: jsii cannot export an
 * error class, so callers match on `error.name === 'MicroservicesValidationError'`.
 */
export class MicroservicesValidationError extends Error {
  override readonly name = 'MicroservicesValidationError';

  declare readonly issues: readonly Issue[];

  constructor(where: string, issues: readonly Issue[]) {
    super(
      `${issues.length === 1 ? 'one problem' : `${issues.length} problems`} in ${where}:\n\n${issues.map((issue, index) => describe(issue, String(index + 1).padStart(String(issues.length).length))).join('\n\n')}\n`,
    );
    // Not enumerable, or Node.js would print all of them a second time below the stack.
    Object.defineProperty(this, 'issues', { value: issues });
  }
}

function describe(issue: Issue, number: string): string {
  const lines = [`  ${number}. ${issue.path}: ${issue.message} [${issue.code}]`];
  const indent = ' '.repeat(number.length + 4);
  if (issue.value !== undefined) lines.push(`${indent}got:     ${issue.value}`);
  if (issue.allowed !== undefined) lines.push(`${indent}allowed: ${issue.allowed}`);
  if (issue.fix !== undefined) lines.push(`${indent}fix:     ${issue.fix}`);
  return lines.join('\n');
}

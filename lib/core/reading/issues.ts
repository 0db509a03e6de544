/**
 * What is wrong, for programs: stable, so tests and tools may match on it. docs/errors.md has the table of these comments;
 * `npm run test:update` rewrites it.
 */
export type IssueCode =
  /** A property that is needed is absent, or a list or object that must hold something is empty. */
  | 'MISSING'
  /** The value has another type than the property, such as a number in place of a `Duration`. */
  | 'WRONG_TYPE'
  /** There is no property of this name at this place. */
  | 'UNKNOWN_PROPERTY'
  /** The value is a CDK token, and must be known when the app is synthesized. */
  | 'TOKEN'
  /** The value is none of those that the property takes. */
  | 'INVALID_VALUE'
  /** The text does not have the required form, such as that of a path, an ARN or a regular expression. */
  | 'INVALID_FORMAT'
  /** The text cannot be a name: of a service, a domain, a header, an environment variable ... */
  | 'INVALID_NAME'
  /** A number, duration, size or count is outside of its limits. */
  | 'OUT_OF_RANGE'
  /** Two properties exclude or contradict each other. */
  | 'CONFLICT'
  /** An entry stands twice where it may stand once. */
  | 'DUPLICATE'
  /** The property changes nothing here, because of another one, or of one that is absent. */
  | 'NO_EFFECT'
  /** All weights are 0, so nothing would be chosen. */
  | 'ZERO_WEIGHTS'
  /** The service's protocol has no such thing: no requests in TCP, no query strings in gRPC ... */
  | 'UNSUPPORTED_BY_PROTOCOL'
  /** The chosen mesh cannot do it; the fix names those that can. */
  | 'UNSUPPORTED_BY_MESH'
  /** The chosen kind of API cannot do it. */
  | 'UNSUPPORTED_BY_EDGE'
  /** The name means something else to the mesh, to the CDK or to HTTP. */
  | 'RESERVED_NAME'
  /** The port is taken in every task. */
  | 'RESERVED_PORT'
  /** Two things would have the same name. */
  | 'NAME_CLASH'
  /** Two listeners of one task would have the same port. */
  | 'PORT_CLASH'
  /** One domain or namespace would hide names of another one, of the mesh or of AWS. */
  | 'DOMAIN_CLASH'
  /** There is no service of this name. */
  | 'UNKNOWN_SERVICE'
  /** The service has no port of this name. */
  | 'UNKNOWN_PORT'
  /** There is no version of this name. */
  | 'UNKNOWN_VERSION'
  /** There is no volume of this name in `volumes` of the service. */
  | 'UNKNOWN_VOLUME'
  /** There is no edge of this name. */
  | 'UNKNOWN_EDGE'
  /** There is no client of this name in `clients` of the system, or of the edge. */
  | 'UNKNOWN_CLIENT'
  /** There is no group of this name in `groups`. */
  | 'UNKNOWN_GROUP'
  /** Other stacks have to know of more services, in a group or in none, than one text can name. */
  | 'GROUP_TOO_LARGE'
  /** The edge has no such route. */
  | 'UNKNOWN_ROUTE'
  /** The service is a worker or a job: it has no port, so nobody can call it. */
  | 'NO_PORT'
  /** Something relies on a call that no service lists in `calls`. */
  | 'UNDECLARED_CALL'
  /** A service lists itself in `calls`. */
  | 'CALLS_ITSELF'
  /** Tasks could not run in this VPC. */
  | 'UNUSABLE_VPC'
  /** Fargate has no task of this size, or the containers need more than the task has. */
  | 'TASK_SIZE'
  /** A task has more containers than Amazon ECS takes. */
  | 'TOO_MANY_CONTAINERS'
  /** A container has more environment variables than Amazon ECS takes, those from secrets included. */
  | 'TOO_MANY_VARIABLES'
  /** A task definition has more bytes than Amazon ECS takes. */
  | 'TASK_DEFINITION_TOO_LARGE'
  /** The key of a route of the edge is not a method and a path. */
  | 'MALFORMED_ROUTE'
  /** Two routes take the same requests, or one leaves nothing to another. */
  | 'OVERLAPPING_ROUTES'
  /** A route of the edge leads to a gRPC or TCP service. */
  | 'ROUTE_PROTOCOL'
  /** A part of an answer reads what is not there: a parameter that the route does not have, or another part. */
  | 'UNKNOWN_PART'
  /** Parts of an answer read from each other, so that none can be first. */
  | 'PART_CYCLE'
  /** A `.proto` file or a descriptor set is not there, cannot be read, or is wrong; the message names file and line. */
  | 'GRPC_API'
  /** A schema of bodies cannot be read, or is none of draft 4, which API Gateway takes. */
  | 'JSON_SCHEMA'
  /** An OpenAPI document is not there, is wrong, or says what an edge does not do; the message names file, line and column. */
  | 'OPEN_API'
  /** The API of a gRPC service has no such method, or no such service. */
  | 'UNKNOWN_METHOD'
  /** A method of a gRPC service cannot be called as a route, or its `google.api.http` says it is. */
  | 'GRPC_ROUTE'
  /** A route of the edge has no authorizer, not even `Authorizer.none()`. */
  | 'NO_AUTHORIZER'
  /** The chosen kind of API has no authorizers of this kind, or this kind of authorizer has no such option. */
  | 'UNSUPPORTED_AUTHORIZER'
  /** Two different authorizers have the same name. */
  | 'DUPLICATE_AUTHORIZER'
  /** The rates of a throttle contradict each other. */
  | 'THROTTLE'
  /** The CORS settings are not what browsers take. */
  | 'CORS';

/** One mistake in what the user wrote. Law 3 (ARCHITECTURE.md): every mistake at once, with its fix. */
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
      `${issues.length === 1 ? 'one problem' : `${issues.length} problems`} in ${where}:\n\n` +
        `${issues.map((issue, index) => describe(issue, String(index + 1).padStart(String(issues.length).length))).join('\n\n')}\n`,
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

import { pause } from '../pause';
import type { Answer, Backend, Fields } from './service';
import { AwsService } from './service';

/** A function that can be invoked. */
export interface LambdaFunction {
  /** Its handler. */
  readonly run: (event: unknown) => Promise<unknown>;
  readonly timeoutMs: number;
  /** How many invocations of it may run at once. */
  readonly reservedConcurrency?: number | undefined;
}

/** Lambda's Invoke. A permission that stands at a function is not read: policies of roles alone decide. */
export class LambdaService extends AwsService {
  /**
   * @param place `<region>:<account>`
   * @param remembers how many calls
   */
  constructor(
    place: string,
    remembers = Infinity,
    private readonly functions = new Functions(),
  ) {
    super(lambdaBackend(functions, place), remembers);
  }

  /** How many invocations of one function may run at once, whatever the template says; undefined: what it says. */
  get concurrency(): number | undefined {
    return this.functions.concurrency;
  }

  set concurrency(limit: number | undefined) {
    this.functions.concurrency = limit;
  }

  /** Says which functions there are, by ARN, beside those that others have said. */
  provide(find: (arn: string) => LambdaFunction | undefined): void {
    this.functions.finders.push(find);
  }
}

class Functions {
  concurrency: number | undefined;
  readonly finders: ((arn: string) => LambdaFunction | undefined)[] = [];
  find(arn: string): LambdaFunction | undefined {
    for (const find of this.finders) {
      const found = find(arn);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  /** How many invocations run, by ARN. */
  readonly running = new Map<string, number>();
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LARGEST_PAYLOAD = 6 * 1024 * 1024;

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
function lambdaBackend(functions: Functions, place: string): Backend {
  return {
    prefix: 'lambda',
    action: (operation) => (operation === 'Invoke' ? 'InvokeFunction' : operation),
    request: (_, input) => ({ resource: invokedArn(input, place), context: {} }),
    serve: (operation, input) =>
      operation === 'Invoke' ? invoke(functions, invokedArn(input, place), input) : failed('UnknownOperationException', operation),
    failed,
    throttling: 'TooManyRequestsException',
  };
}

/** The path of a call with what it says, as REST has it; undefined for another path. */
export function invokeInput(url: string, headers: Readonly<Record<string, unknown>>, payload: string): Fields | undefined {
  const [, name, query = ''] = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?(.*))?$/.exec(url) ?? [];
  if (name === undefined) return undefined;
  const qualifier = new URLSearchParams(query).get('Qualifier');
  return {
    FunctionName: decodeURIComponent(name),
    ...(qualifier === null ? {} : { Qualifier: qualifier }),
    InvocationType: headers['x-amz-invocation-type'] ?? 'RequestResponse',
    Payload: payload,
  };
}

/**
 * A name, a part of an ARN or all of it. With a qualifier it is another resource for IAM.
 * https://docs.aws.amazon.com/lambda/latest/dg/access-control-resources.html
 */
function invokedArn({ FunctionName, Qualifier }: Fields, place: string): string {
  const parts = String(FunctionName).split(':');
  const at = parts.indexOf('function');
  const [name = '', inName] = at < 0 ? parts : parts.slice(at + 1);
  const [ownRegion, ownAccount] = place.split(':');
  const { [at - 2]: region = ownRegion, [at - 1]: account = ownAccount } = parts;
  const qualifier = typeof Qualifier === 'string' ? Qualifier : inName;
  return `arn:aws:lambda:${region}:${account}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
}

async function invoke(functions: Functions, arn: string, { InvocationType, Payload }: Fields): Promise<Answer> {
  const unqualified = arn.replace(/:\$LATEST$/, '');
  const called = functions.find(unqualified);
  if (called === undefined) return failed('ResourceNotFoundException', `Function not found: ${arn}`);
  if (InvocationType !== 'RequestResponse')
    return failed('InvalidParameterValueException', `the runner has no invocations of the type ${String(InvocationType)}`);
  const payload = String(Payload);
  if (Buffer.byteLength(payload) > LARGEST_PAYLOAD) return failed('RequestTooLargeException', `more than ${LARGEST_PAYLOAD} bytes`);
  let event: unknown;
  try {
    event = payload === '' ? {} : JSON.parse(payload);
  } catch {
    return failed('InvalidRequestContentException', 'Could not parse request body into json');
  }
  const running = functions.running.get(unqualified) ?? 0;
  if (running >= (functions.concurrency ?? called.reservedConcurrency ?? Infinity))
    return failed('TooManyRequestsException', 'Rate Exceeded.');
  functions.running.set(unqualified, running + 1);
  try {
    return await run(called, event);
  } finally {
    functions.running.set(unqualified, (functions.running.get(unqualified) ?? 1) - 1);
  }
}

const EXECUTED = { 'content-type': 'application/json', 'X-Amz-Executed-Version': '$LATEST' };

/** What goes wrong in a function is an answer all the same, with the trace of the error. */
async function run({ run: handle, timeoutMs }: LambdaFunction, event: unknown): Promise<Answer> {
  const over = new AbortController();
  try {
    const result = await Promise.race([
      handle(event),
      pause(timeoutMs, over.signal).then(() => {
        throw new TimedOut(`Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`);
      }),
    ]);
    return { status: 200, body: JSON.stringify(result ?? null), headers: EXECUTED };
  } catch (error) {
    const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    const thrown = error instanceof TimedOut ? { errorType: 'Sandbox.Timedout' } : { errorType: name, trace: stack.split('\n') };
    return {
      status: 200,
      body: JSON.stringify({ errorMessage: message, ...thrown }),
      headers: { ...EXECUTED, 'X-Amz-Function-Error': 'Unhandled' },
      error: 'Unhandled',
    };
  } finally {
    over.abort();
  }
}

class TimedOut extends Error {}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
const STATUSES: Readonly<Record<string, number>> = {
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  RequestTooLargeException: 413,
  TooManyRequestsException: 429,
  ServiceException: 500,
};

/** REST has the name of an error in a header. */
function failed(error: string, message: string, status = STATUSES[error] ?? 400): Answer {
  const reason = error === 'TooManyRequestsException' ? { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' } : {};
  return {
    status,
    body: JSON.stringify({ Type: status < 500 ? 'User' : 'Service', ...reason, message }),
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error },
    error,
  };
}

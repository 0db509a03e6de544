import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as url from 'node:url';
import { compileFunction } from 'node:vm';

/** What CloudFormation sends. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export interface CustomResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

/** What it waits for. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
export interface CustomResourceResponse {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly NoEcho?: boolean;
  readonly Data?: Readonly<Record<string, string>>;
}

/** One of the functions of the framework, as it is deployed. */
export interface FrameworkRun {
  /** The environment of its function. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lambda's Invoke, with the role of its function. */
  readonly invoke: (functionArn: string, payload: string) => Promise<{ readonly Payload: string; readonly FunctionError?: string }>;
  /** Step Functions' StartExecution, with the role of its function. @default - there are no state machines */
  readonly startExecution?: (stateMachineArn: string, input: string) => Promise<void>;
  /** Where the framework is. @default - that of the package aws-cdk-lib */
  readonly directory?: string | undefined;
}

export type FrameworkFunction = 'onEvent' | 'isComplete' | 'onTimeout';

type Framework = Readonly<Record<FrameworkFunction, (event: unknown) => Promise<void>>>;

interface Invocation {
  readonly FunctionName: string;
  readonly Payload: string;
}

/** A response may be no longer. */
const LONGEST_RESPONSE = 4096;

/** The requests that CloudFormation waits for, by the paths of their URLs. */
const responses = new Map<string, { readonly resolve: (body: string) => void; readonly reject: (error: Error) => void }>();

/**
 * A request of CloudFormation to the program that the CDK's `Provider` puts before a function, and the response that goes to its URL: from
 * the same function, or from another one that has waited.
 */
export async function runFramework(request: CustomResourceRequest, run: FrameworkRun): Promise<CustomResourceResponse> {
  const { pathname } = new URL(request.ResponseURL);
  const answered = new Promise<string>((resolve, reject) => responses.set(pathname, { resolve, reject }));
  answered.catch(() => undefined);
  try {
    await frameworkFunction('onEvent', run)(request);
    const body = await answered;
    if (Buffer.byteLength(body) > LONGEST_RESPONSE)
      throw new Error(`Response object is too long: ${Buffer.byteLength(body)} bytes, and ${LONGEST_RESPONSE} are allowed`);
    return JSON.parse(body) as CustomResourceResponse;
  } finally {
    responses.delete(pathname);
  }
}

/** What CloudFormation says after an hour, at once: nobody will answer any more. */
export function abandonRequest(responseUrl: string, why: string): void {
  responses
    .get(new URL(responseUrl).pathname)
    ?.reject(new Error(`CloudFormation did not receive a response from your Custom Resource: ${why}`));
}

/** A function of the framework, as aws-cdk-lib ships it; each has a process of its own, as in Lambda. */
export function frameworkFunction(name: FrameworkFunction, run: FrameworkRun): (event: unknown) => Promise<void> {
  return load(run)[name];
}

type Evaluate = (...values: readonly unknown[]) => void;
const compiled = new Map<string, Evaluate>();

/** By hand, since what leaves the function needs clients that Lambda's runtime has, and this repository has not. */
function load({ environment, invoke, startExecution, directory: given }: FrameworkRun): Framework {
  const directory = given ?? join(dirname(require.resolve('aws-cdk-lib')), 'custom-resources/lib/provider-framework/runtime');
  const modules: Record<string, object> = {
    url,
    './outbound': {
      invokeFunction: async ({ FunctionName, Payload }: Invocation) => invoke(FunctionName, Payload),
      httpRequest: ({ path }: { readonly path: string }, body: string) => {
        responses.get(path.split('?')[0] ?? '')?.resolve(body);
        return Promise.resolve();
      },
      startExecution: async ({ stateMachineArn, input }: { readonly stateMachineArn: string; readonly input: string }) => {
        if (startExecution === undefined) throw new Error('there are no state machines');
        return startExecution(stateMachineArn, input);
      },
    },
  };
  const required = (name: string): object => {
    modules[name] ??= evaluated(join(directory, `${name}.js`));
    return modules[name];
  };
  const evaluated = (path: string): object => {
    const module = { exports: {} };
    const program = compiled.get(path) ?? (compileFunction(readFileSync(path, 'utf8'), PARAMETERS, { filename: path }) as Evaluate);
    compiled.set(path, program);
    program(module.exports, required, module, { env: environment });
    return module.exports;
  };
  Object.assign(required('./util'), { log: () => undefined });
  return required('./framework') as Framework;
}

const PARAMETERS = ['exports', 'require', 'module', 'process'];

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

export interface FrameworkRun {
  /** The environment of its function. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lambda's Invoke, with the role of its function. */
  readonly invoke: (functionArn: string, payload: string) => Promise<{ readonly Payload: string; readonly FunctionError?: string }>;
}

interface Framework {
  readonly onEvent: (request: CustomResourceRequest) => Promise<void>;
}

interface Invocation {
  readonly FunctionName: string;
  readonly Payload: string;
}

/** A response may be no longer. */
const LONGEST_RESPONSE = 4096;

/** Of the run that begins: the framework reads its environment and invokes before it waits for anything. */
let beginning: FrameworkRun['invoke'] | undefined;
const lambdaProcess: { env: FrameworkRun['environment'] } = { env: {} };
const responses = new Map<string, (body: string) => void>();
let loaded: Framework | undefined;

/**
 * The program that the CDK's `Provider` puts before a function, as aws-cdk-lib ships it, with the request that CloudFormation sends and
 * the response that goes to its URL.
 */
export async function runFramework(request: CustomResourceRequest, { environment, invoke }: FrameworkRun): Promise<CustomResourceResponse> {
  loaded ??= load();
  const { pathname } = new URL(request.ResponseURL);
  const answered = new Promise<string>((resolve) => responses.set(pathname, resolve));
  try {
    lambdaProcess.env = environment;
    beginning = invoke;
    await loaded.onEvent(request);
    const body = await answered;
    if (Buffer.byteLength(body) > LONGEST_RESPONSE)
      throw new Error(`Response object is too long: ${Buffer.byteLength(body)} bytes, and ${LONGEST_RESPONSE} are allowed`);
    return JSON.parse(body) as CustomResourceResponse;
  } finally {
    responses.delete(pathname);
  }
}

/** By hand, since what leaves the function needs clients that Lambda's runtime has, and this repository has not. */
function load(): Framework {
  const directory = join(dirname(require.resolve('aws-cdk-lib')), 'custom-resources/lib/provider-framework/runtime');
  const modules: Record<string, object> = {
    url,
    './outbound': {
      invokeFunction: async ({ FunctionName, Payload }: Invocation) => {
        if (beginning === undefined) throw new Error('bug: nobody runs the framework');
        return beginning(FunctionName, Payload);
      },
      httpRequest: ({ path }: { readonly path: string }, body: string) => {
        responses.get(path.split('?')[0] ?? '')?.(body);
        return Promise.resolve();
      },
      startExecution: () => Promise.reject(new Error('the runner has no state machines')),
    },
  };
  const required = (name: string): object => {
    modules[name] ??= evaluated(join(directory, `${name}.js`));
    return modules[name];
  };
  const evaluated = (path: string): object => {
    const module = { exports: {} };
    const code = readFileSync(path, 'utf8');
    const parameters = ['exports', 'require', 'module', 'process'];
    const run = compileFunction(code, parameters, { filename: path }) as (...values: readonly unknown[]) => void;
    run(module.exports, required, module, lambdaProcess);
    return module.exports;
  };
  Object.assign(required('./util'), { log: () => undefined });
  return required('./framework') as Framework;
}

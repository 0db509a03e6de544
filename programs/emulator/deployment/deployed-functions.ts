import { InvokeCommand } from '@aws-sdk/client-lambda';
import { setTimeout } from 'node:timers/promises';
import type { CustomResourceEvent } from '../../functions/custom-resource-event';
import type { AwsEmulator } from '../aws/emulator';
import type { LambdaFunction } from '../aws/lambda';
import type { Principal } from '../aws/principal';
import type { StateMachine } from '../aws/step-functions';
import { Fields } from '../template/fields';
import type { Json, KnownValues, Template } from '../template/intrinsics';
import { Resolver } from '../template/intrinsics';
import type { Invocation } from './functions';
import { CUSTOM_RESOURCES, programOf } from './functions';
import type { Live, LiveResource } from './live';
import type { FrameworkFunction, FrameworkRun } from './provider-framework';
import { abandonRequest, frameworkFunction } from './provider-framework';
import { attribute } from './provider';
import { runStateMachine, TaskFailed } from './state-machine';

/** What the functions of a deployment run in. */
export interface FunctionsWorld {
  readonly aws: AwsEmulator;
  readonly live: Live;
  readonly template: () => Template;
  readonly values: () => KnownValues;
  readonly principal: (name: string, role: string | undefined) => Principal;
  /** The clock of functions of custom resources. */
  readonly now: () => Date;
  /** The clock of functions that tasks invoke. */
  readonly nowForTasks: () => Date;
  /** How long a second of a state machine takes; for functions that it waits for, a second has passed all the same. */
  readonly secondMs: number;
  /** Where the CDK's provider framework is. */
  readonly frameworkDirectory: string | undefined;
  /** A line of a log. */
  readonly write: (line: string) => void;
}

/** Functions and state machines of a stack, as they are at the moment. */
export class DeployedFunctions {
  /** Functions that were invoked since their last change, by key: between invocations, Lambda keeps them as they are. */
  private readonly functions = new Map<string, LambdaFunction>();
  /** How much longer state machines have waited than they did. */
  private skippedMs = 0;

  constructor(private readonly world: FunctionsWorld) {
    world.aws.lambda.provide((arn) => this.functionAt(arn));
    world.aws.stepFunctions.provide((arn) => this.machineAt(arn));
  }

  named(arn: string): LiveResource | undefined {
    return this.world.live.ofType('AWS::Lambda::Function').find((resource) => attribute(resource, 'Arn') === arn);
  }

  /** What is invoked next is as the template has it now. */
  changed(key: string): void {
    this.functions.delete(key);
  }

  /** @param now the clock of the function */
  invocation({ key, definition }: LiveResource, now = this.world.now): Invocation {
    const { aws, template, values, principal, write } = this.world;
    const resolver = new Resolver(template(), values());
    const properties = definition.Properties ?? {};
    const role = resolver.referenced(properties['Role']);
    if (role === undefined) throw new Error(`${key}.Role: the function has no role of the template`);
    const environment =
      Fields.of(resolver.resolve(properties['Environment'] ?? {}), `${key}.Environment`)
        .child('Variables')
        ?.allTexts() ?? {};
    return { aws, principal: principal(key, role), environment, now, write };
  }

  /** A function of the CDK's provider framework, with what its own role may do. */
  framework(found: LiveResource): FrameworkRun {
    const { environment, principal } = this.invocation(found);
    return {
      environment,
      directory: this.world.frameworkDirectory,
      invoke: async (arn, payload) => this.invoke(principal, arn, payload),
      startExecution: async (arn, input) => this.startExecution(principal, arn, input),
    };
  }

  private async invoke(
    by: Principal,
    arn: string,
    payload: string,
  ): Promise<{ readonly Payload: string; readonly FunctionError?: string }> {
    const { lambda } = this.world.aws.clients(by);
    const answer = await lambda.send(new InvokeCommand({ FunctionName: arn, Payload: Buffer.from(payload) }));
    const { Payload: body = new Uint8Array(), FunctionError: error } = answer;
    return { Payload: new TextDecoder().decode(body), ...(error === undefined ? {} : { FunctionError: error }) };
  }

  /** It goes on by itself. */
  private async startExecution(by: Principal, arn: string, input: string): Promise<void> {
    if (!this.world.aws.mayStartExecution(by, arn))
      throw new Error(`${by.name} is not authorized to perform: states:StartExecution on ${arn}`);
    const machine = this.machineAt(arn);
    if (machine === undefined) throw new Error(`there is no state machine ${arn}`);
    const request = JSON.parse(input) as { readonly ResponseURL: string };
    machine(input).catch((error: unknown) => {
      abandonRequest(request.ResponseURL, String(error));
    });
    return Promise.resolve();
  }

  private machineAt(arn: string): StateMachine | undefined {
    const { live, template, values, principal, secondMs } = this.world;
    const found = live.ofType('AWS::StepFunctions::StateMachine').find(({ key, values: own }) => own[key] === arn);
    if (found === undefined) return undefined;
    const resolver = new Resolver(template(), values());
    const { RoleArn: role, DefinitionString: definition } = found.definition.Properties ?? {};
    const itself = principal(found.key, resolver.referenced(role));
    return async (input) =>
      runStateMachine(resolver.text(definition), JSON.parse(input), {
        invoke: async (functionArn, given) => {
          const { Payload: body, FunctionError: error } = await this.invoke(itself, functionArn, JSON.stringify(given));
          const answer: unknown = JSON.parse(body);
          if (error !== undefined) throw new TaskFailed((answer as { readonly errorType: string }).errorType, body);
          return answer;
        },
        pause: async (seconds) => {
          await setTimeout(seconds * secondMs);
          this.skippedMs += seconds * (1000 - secondMs);
        },
      });
  }

  private functionAt(arn: string): LambdaFunction | undefined {
    const found = this.named(arn);
    if (found === undefined) return undefined;
    const known = this.functions.get(found.key);
    if (known !== undefined) return known;
    const { Timeout: timeout = DEFAULT_TIMEOUT_S, ReservedConcurrentExecutions: reserved } = found.properties;
    const made = {
      run: this.programOf(found, arn),
      timeoutMs: Number(timeout) * 1000,
      reservedConcurrency: reserved === undefined ? undefined : Number(reserved),
    };
    this.functions.set(found.key, made);
    return made;
  }

  /** That of the framework, that of custom resources whose framework invokes it, or that which tasks invoke. */
  private programOf(found: LiveResource, arn: string): (event: unknown) => Promise<unknown> {
    const [, name] = /^framework\.(onEvent|isComplete|onTimeout)$/.exec(found.properties['Handler'] as string) ?? [];
    if (name !== undefined) return async (event) => frameworkFunction(name as FrameworkFunction, this.framework(found))(event);
    const type = this.world.live.all
      .map(({ definition, properties }) => [definition.Type, this.named(properties['ServiceToken'] as string)] as const)
      .find(([, framework]) => JSON.stringify(framework?.properties['Environment'] ?? ({} satisfies Json)).includes(`"${arn}"`))?.[0];
    const handler = type === undefined ? undefined : CUSTOM_RESOURCES[type];
    if (handler === undefined) return programOf(this.invocation(found, this.world.nowForTasks));
    return async (event) => handler(this.invocation(found, () => this.nowAfterWaiting()))(event as CustomResourceEvent);
  }

  private nowAfterWaiting(): Date {
    return new Date(this.world.now().getTime() + this.skippedMs);
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-function.html */
const DEFAULT_TIMEOUT_S = 3;

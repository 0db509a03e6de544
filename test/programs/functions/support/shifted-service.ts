import type { ShiftAnswer, ShiftedDocument, ShiftInput, ShiftSettings, WeightLists } from '../../../../lib/core/contract/weight-shift';
import { WEIGHT_SHIFT_RESOURCE, WEIGHTS_RESOURCE } from '../../../../lib/core/contract/weight-shift';
import { CALL_METRICS, MESH_DIMENSION, METRIC_NAMESPACE, SERVICE_DIMENSION, VERSION_DIMENSION } from '../../../../lib/core/contract/metric';
import { AwsEmulator } from '../../../../programs/emulator/aws/emulator';
import type { Call, Fault } from '../../../../programs/emulator/aws/service';
import { weightShifterHandler } from '../../../../programs/functions/weight-shifter/handler';
import { cloudWatchMeasurements } from '../../../../programs/functions/weight-shifter/measurements';
import { parameterStore } from '../../../../programs/functions/weight-shifter/parameter-store';
import { documentOf } from '../../../../programs/functions/weight-shifter/shifted-document';
import { jsonLog } from '../../../../programs/shared/log';

export const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Shift';
export const PARAMETER = 'mesh-Shop-orders-weights';
const MESH = 'shop.internal/Z1';
export const MINUTE = 60_000;

export const settings: ShiftSettings = {
  mesh: MESH,
  steps: { first: 10, next: 10 },
  checksPerStep: 2,
  checkSeconds: 60,
  alarms: [],
  comparison: { minRequests: 100, errorMargin: 1, latencyFactor: 2 },
};

/** What a minute of calls was like. */
export interface Answers {
  readonly requests: number;
  readonly errors?: number;
  readonly retries?: number;
  readonly latency?: number;
}

/**
 * One service with a shift, its parameter, its function, and what Step Functions does with the function: it tries again what fails.
 * Whatever AWS is asked for may go wrong, before or after it is done.
 */
export class ShiftedService {
  readonly aws = new AwsEmulator('eu-west-1:123456789012');
  readonly lines: string[] = [];
  /** Inputs of executions, by name. */
  readonly executions: ShiftInput[] = [];
  now = Date.UTC(2026, 10, 30);
  private requests = 0;
  private before: Readonly<Record<string, unknown>> = {};
  readonly handle;

  constructor() {
    const clients = this.aws.clients({
      name: 'shifter',
      statements: () => [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      tags: () => ({}),
    });
    this.aws.stepFunctions.provide((arn) =>
      arn === MACHINE
        ? async (input) => {
            this.executions.push(JSON.parse(input) as ShiftInput);
            return new Promise(() => undefined);
          }
        : undefined,
    );
    this.handle = weightShifterHandler({
      parameters: parameterStore(clients.ssm),
      measurements: cloudWatchMeasurements(clients.cloudWatch),
      sfn: clients.sfn,
      log: jsonLog((line) => this.lines.push(line)),
      pause: () => Promise.resolve(),
      now: () => this.now,
    });
  }

  get document(): ShiftedDocument {
    return documentOf(this.aws.parameters.get(PARAMETER) ?? '');
  }

  get weights(): Readonly<Record<string, number>> {
    return this.document.weights;
  }

  /** All that anybody has ever found in the parameter. */
  get history(): readonly ShiftedDocument[] {
    return this.aws.parameters.history(PARAMETER).map(documentOf);
  }

  /** The first deployment. */
  async create(lists: WeightLists): Promise<void> {
    const properties = { Parameter: PARAMETER, Description: 'Weights', Weights: JSON.stringify(lists) };
    await this.handle({ RequestType: 'Create', ResourceType: WEIGHTS_RESOURCE, RequestId: 'first', ResourceProperties: properties });
    this.before = this.properties(lists, 'task:1', settings);
    await this.handle({ RequestType: 'Create', ResourceType: WEIGHT_SHIFT_RESOURCE, RequestId: 'first', ResourceProperties: this.before });
  }

  /** A later one. Returns the input of the execution that it has begun, if any. */
  async update(lists: WeightLists, { tasks = 'task:1', of = settings, attempts = 1 } = {}): Promise<ShiftInput | undefined> {
    this.requests += 1;
    const properties = this.properties(lists, tasks, of);
    const event = {
      RequestType: 'Update' as const,
      ResourceType: WEIGHT_SHIFT_RESOURCE,
      StackId: 'stack',
      LogicalResourceId: 'Shift',
      RequestId: `update-${this.requests}`,
      PhysicalResourceId: 'weight-shift-orders',
      ResourceProperties: properties,
      OldResourceProperties: this.before,
    };
    const known = this.executions.length;
    await again(async () => this.handle(event), attempts);
    this.before = properties;
    return this.executions[known];
  }

  async step(input: object): Promise<ShiftAnswer> {
    return (await this.handle(input as ShiftInput)) as ShiftAnswer;
  }

  /**
   * Goes from step to step until it ends, and waits in between.
   *
   * @param attempts how often a step is tried
   * @param meanwhile what happens before each step
   */
  async run(
    input: ShiftInput,
    { attempts = 1, meanwhile = () => undefined }: { attempts?: number; meanwhile?: (looked: number) => void } = {},
  ): Promise<ShiftAnswer> {
    let given: object = input;
    for (let looked = 0; ; looked += 1) {
      meanwhile(looked);
      const answer = await again(async () => this.step(given), attempts);
      if (answer.Status !== 'going') return answer;
      this.now += answer.Settings.checkSeconds * 1000;
      given = answer;
    }
  }

  /** A minute of calls of a version, as its callers have counted them. */
  count(version: string, { requests, errors = 0, retries = 0, latency = 20 }: Answers, at = this.now - MINUTE / 2): void {
    const point = (name: string, value: number, count = 1): void => {
      this.aws.metrics.points.push({
        namespace: METRIC_NAMESPACE,
        name,
        dimensions: { [MESH_DIMENSION]: MESH, [SERVICE_DIMENSION]: 'orders', [VERSION_DIMENSION]: version },
        at,
        value,
        count,
      });
    };
    point(CALL_METRICS.requests, requests);
    point(CALL_METRICS.serverErrors, errors);
    if (retries > 0) point(CALL_METRICS.retries, retries);
    point(CALL_METRICS.latency, latency, requests);
  }

  /** Lets one call of AWS of the function go wrong, before or after it is done: the one with this number. Returns whether there was one. */
  failAt(number: number, when: 'before' | 'after'): () => boolean {
    let calls = 0;
    const fault = ({ operation }: Call): Fault | undefined => {
      calls += 1;
      if (calls !== number) return undefined;
      if (when === 'before') return { error: 'InternalFailure', status: 400 };
      return { answer: () => Promise.reject(new Error(`no answer of ${operation}`)) };
    };
    for (const service of [this.aws.systemsManager, this.aws.stepFunctions, this.aws.cloudWatch]) service.functionFault = fault;
    return () => calls >= number;
  }

  private properties(lists: WeightLists, tasks: string, of: ShiftSettings): Readonly<Record<string, unknown>> {
    return {
      Service: 'orders',
      Parameter: PARAMETER,
      Weights: JSON.stringify(lists),
      StateMachine: MACHINE,
      TaskDefinitions: [tasks],
      Settings: JSON.stringify(of),
    };
  }
}

async function again<Result>(attempt: () => Promise<Result>, attempts: number): Promise<Result> {
  for (let left = attempts - 1; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left <= 0) throw error;
    }
  }
}

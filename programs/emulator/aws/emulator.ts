import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { FakeEcs } from './fake-ecs';
import { FakeKms } from './fake-kms';
import type { CloudMap } from './cloud-map';
import { cloudMapApi } from './cloud-map-api';
import type { Tag } from './ecs-api';
import { ecsBackend } from './ecs-api';
import { kmsBackend } from './fakes';
import { invokeInput, LambdaService } from './lambda';
import { Metrics, metricsBackend } from './metrics';
import { Namespaces } from './namespaces';
import { Parameters, parametersBackend } from './parameters';
import type { Statement } from './policy';
import { allows } from './policy';
import type { MessageQueue } from './queues';
import { queuesBackend } from './queues';
import type { Principal } from './principal';
import { contextOf } from './principal';
import type { AnswerOrFault, Backend, Fields } from './service';
import { StepFunctions } from './step-functions';
import { AwsService, failed } from './service';

/** A call over HTTP. */
export interface HttpCall {
  /** Path and query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The clients of somebody with a role. */
export interface Clients {
  readonly kms: KMSClient;
  readonly lambda: LambdaClient;
  readonly cloudMap: ServiceDiscoveryClient;
  readonly cloudWatch: CloudWatchClient;
  readonly ecs: ECSClient;
  readonly ssm: SSMClient;
  readonly sfn: SFNClient;
  /** There is no AWS Private CA here: it knows no operation. */
  readonly acmPca: ACMPCAClient;
}

/**
 * The services of AWS that tasks and functions call, of one account and Region, in which there may be several clusters. Everybody gets
 * what the policies of the template allow, and nothing else.
 */
export class AwsEmulator {
  /** What they hold. */
  readonly keys: FakeKms;
  /** By the ARN of the key. */
  readonly keyPolicies = new Map<string, readonly Statement[]>();
  readonly parameters = new Parameters();
  readonly namespaces: Namespaces;
  readonly metrics: Metrics;
  /** By URL. */
  readonly queues = new Map<string, MessageQueue>();
  /** Tasks that nobody's service runs. */
  readonly tasks: FakeEcs;
  /** Set by those who deploy: the roles of a task definition. */
  rolesOfTask: (taskDefinition: string) => readonly string[] = () => [];
  /** Set by those who deploy: the tags of a task definition. */
  tagsOfTask: (taskDefinition: string) => readonly Tag[] = () => [];
  readonly ecs: AwsService;
  readonly kms: AwsService;
  readonly lambda: LambdaService;
  readonly systemsManager: AwsService;
  readonly cloudMap: AwsService;
  readonly sqs: AwsService;
  readonly stepFunctions: StepFunctions;
  readonly cloudWatch: AwsService;
  private readonly cloudMaps: CloudMap[] = [];

  /**
   * @param place `<region>:<account>`
   * @param remembers how much of what has happened: calls of each service, points of metrics, lines of logs. Tests look at all of it.
   */
  constructor(
    place: string,
    readonly remembers = Infinity,
  ) {
    const service = (backend: Backend): AwsService => new AwsService(backend, remembers);
    this.keys = new FakeKms(place, remembers);
    this.metrics = new Metrics(remembers);
    this.tasks = new FakeEcs(undefined, undefined, remembers);
    this.namespaces = new Namespaces(place);
    this.ecs = service(ecsBackend(this.tasks, { rolesOf: (arn) => this.rolesOfTask(arn), tagsOf: (arn) => this.tagsOfTask(arn) }));
    this.kms = service(kmsBackend(this.keys, this.keyPolicies));
    this.lambda = new LambdaService(place, remembers);
    this.systemsManager = service(parametersBackend(this.parameters, place));
    this.cloudMap = service(cloudMapApi(this.namespaces, this.cloudMaps));
    this.sqs = service(queuesBackend(this.queues));
    this.stepFunctions = new StepFunctions(remembers);
    this.cloudWatch = service(metricsBackend(this.metrics));
  }

  /** The instances of a cluster come with its network, after the deployment. */
  connect(cloudMap: CloudMap): void {
    this.cloudMaps.push(cloudMap);
  }

  /** A call of a task. */
  async answer(principal: Principal, call: HttpCall): Promise<AnswerOrFault> {
    const called = this.find(call);
    return called === undefined ? unknown(call) : called.service.callFromTask(principal, called.operation, called.input);
  }

  /** For a function with a role of its own, or to do by hand what a task could do. Faults of tasks do not concern them. */
  clients(principal: Principal): Clients {
    const settings = {
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: {
        metadata: { handlerProtocol: 'http/1.1' },
        handle: async (request: SdkRequest) => ({ response: await this.answerFunction(principal, callOf(request)) }),
        destroy: () => undefined,
      },
    };
    // Nobody needs all of them, and each takes its time.
    return {
      get kms() {
        return new KMSClient(settings);
      },
      get lambda() {
        return new LambdaClient(settings);
      },
      get acmPca() {
        return new ACMPCAClient(settings);
      },
      get cloudMap() {
        return new ServiceDiscoveryClient(settings);
      },
      get cloudWatch() {
        return new CloudWatchClient(settings);
      },
      get ecs() {
        return new ECSClient(settings);
      },
      get ssm() {
        return new SSMClient(settings);
      },
      get sfn() {
        return new SFNClient(settings);
      },
    };
  }

  mayStartExecution(principal: Principal, stateMachineArn: string): boolean {
    return allows(principal.statements(), { action: 'states:StartExecution', resource: stateMachineArn, context: contextOf(principal) });
  }

  close(): void {
    for (const service of [
      this.kms,
      this.lambda,
      this.systemsManager,
      this.cloudMap,
      this.cloudWatch,
      this.ecs,
      this.sqs,
      this.stepFunctions,
    ])
      service.close();
  }

  private async answerFunction(
    principal: Principal,
    call: HttpCall,
  ): Promise<{ readonly statusCode: number; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }> {
    const called = this.find(call);
    const answer = called === undefined ? unknown(call) : await called.service.callFromFunction(principal, called.operation, called.input);
    if (answer === 'unreachable' || answer === 'silent') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const { status, body, headers } = httpAnswer(answer);
    return { statusCode: status, headers, body: new TextEncoder().encode(body) };
  }

  /** What is called: a header says so, or the path. */
  private find(call: HttpCall): { readonly service: AwsService; readonly operation: string; readonly input: Fields } | undefined {
    const invoked = invokeInput(call.url, call.headers, call.body);
    if (invoked !== undefined) return { service: this.lambda, operation: 'Invoke', input: invoked };
    const [name = '', operation = ''] = targetOf(call).split('.');
    const services: Readonly<Record<string, AwsService | undefined>> = {
      TrentService: this.kms,
      AmazonSSM: this.systemsManager,
      Route53AutoNaming_v20170314: this.cloudMap,
      GraniteServiceVersion20100801: this.cloudWatch,
      AmazonEC2ContainerServiceV20141113: this.ecs,
      AmazonSQS: this.sqs,
      AWSStepFunctions: this.stepFunctions,
    };
    const service = services[name];
    return service === undefined ? undefined : { service, operation, input: JSON.parse(call.body) as Fields };
  }
}

/** What goes over the wire. Names of headers are in lower case, as the SDK's own connections have them. */
export function httpAnswer({ status, body, headers = {} }: Exclude<AnswerOrFault, string>): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1', ...lower }, body };
}

interface SdkRequest {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function callOf({ path, query = {}, headers, body }: SdkRequest): HttpCall {
  const search = new URLSearchParams(query).toString();
  return {
    url: search === '' ? path : `${path}?${search}`,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: body === undefined ? '' : textOf(body),
  };
}

function textOf(body: unknown): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
}

function targetOf({ headers }: HttpCall): string {
  return String(headers['x-amz-target']);
}

function unknown(call: HttpCall): AnswerOrFault {
  return failed('UnknownOperationException', `the runner has no ${targetOf(call)} at ${call.url}`);
}

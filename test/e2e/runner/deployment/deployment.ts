import type { CustomResourceAnswer, CustomResourceEvent } from '../../../../programs/functions/custom-resource-event';
import type { AwsEmulator } from '../aws/emulator';
import type { LambdaFunction } from '../aws/lambda';
import type { Principal } from '../aws/principal';
import { Fields } from '../fields';
import type { Json, KnownValues, Template } from '../intrinsics';
import { Resolver } from '../intrinsics';
import { withoutConditions } from './conditions';
import type { Invocation } from './functions';
import { CUSTOM_RESOURCES, programOf } from './functions';
import type { LiveResource } from './live';
import { Live } from './live';
import type { StackEvent, State } from './operation';
import { Operation } from './operation';
import type { Providers } from './provider';
import { attribute, together } from './provider';
import { customResources } from './providers/custom';
import { keys } from './providers/kms';
import { roleStatements, roleTags } from './role-statements';
import type { Order } from './walk';

export interface UpdateOptions {
  /**
   * How much later the update comes than it does, for custom resources: a change of authorities is refused while tasks
   * may not have heard of the one before.
   */
  readonly laterMs?: number;
  /** @default 'parallel' */
  readonly order?: Order;
}

/** What else there is beside what programs of AWS do by themselves. */
export interface DeploymentParts {
  readonly providers?: Providers;
  /** Told of each change of what exists. */
  readonly changed?: () => Promise<void>;
}

const NOTHING: State = { template: {}, current: new Map() };

/**
 * A stack of CloudFormation. What certificates come from (keys, custom resources and functions) is made by the real code of the
 * functions; other resources exist, and what they do more is for `DeploymentParts` to say.
 */
export class Deployment {
  /** What the functions logged. */
  readonly log: string[] = [];
  /** What became of each resource, in this order. */
  readonly events: StackEvent[] = [];
  /** What there is of the stack after its resources are deleted. */
  readonly remains: string[] = [];
  /** How far the clock of invoked functions is from that of the tasks. */
  clockAheadMs = 0;
  /** All resources that exist. */
  readonly live = new Live();
  private state = NOTHING;
  private laterMs = 0;
  /** Functions that were invoked since their last change, by key: between invocations, Lambda keeps them as they are. */
  private readonly functions = new Map<string, LambdaFunction>();
  private readonly place: string;

  constructor(
    private readonly aws: AwsEmulator,
    private readonly known: KnownValues,
    private readonly parts: DeploymentParts = {},
  ) {
    this.place = new Resolver({}, known).text({ Ref: 'AWS::AccountId' });
    aws.lambda.provide((arn) => this.functionAt(arn));
  }

  /** What the resources that exist are called, and what custom resources have answered. */
  get values(): KnownValues {
    return { ...this.live.values, ...this.known };
  }

  /** The resources that exist. */
  get template(): Template {
    return this.live.template;
  }

  /**
   * Makes or changes what the template says.
   *
   * @throws Error if that fails, when everything is as it was before
   */
  async deploy(template: Template, { laterMs = 0, order = 'parallel' }: UpdateOptions = {}): Promise<void> {
    this.laterMs = laterMs;
    const world = {
      live: this.live,
      known: this.known,
      providers: this.providers(),
      custom: this.customResources(),
      changed: async () => this.parts.changed?.(),
      order,
      now: () => this.now(),
      event: (event: StackEvent) => {
        this.events.push(event);
      },
      remains: (what: string) => {
        this.remains.push(what);
      },
    };
    try {
      const { state, failure } = await new Operation(world, this.state, withoutConditions(template, this.known)).run();
      this.state = state;
      if (failure !== undefined) throw failure;
    } finally {
      this.laterMs = 0;
    }
  }

  /** Deletes all resources, each before those that it needs. */
  async destroy(order: Order = 'parallel'): Promise<void> {
    await this.deploy({}, { order });
  }

  /** Who acts in a role that exists at the time, or in none, which may do nothing. */
  principal(name: string, role: string | undefined): Principal {
    if (role === undefined) return { name, statements: () => [], tags: () => ({}) };
    const parts = (): Parameters<typeof roleStatements> => [this.template, new Resolver(this.template, this.values), role];
    // A role that is deleted may do nothing.
    const exists = (): boolean => this.live.get(role) !== undefined;
    return {
      name,
      roleArn: this.values[`${role}.Arn`] ?? '',
      statements: () => (exists() ? roleStatements(...parts()) : []),
      tags: () => (exists() ? roleTags(...parts()) : {}),
    };
  }

  private now(): Date {
    return new Date(Date.now() + this.laterMs);
  }

  private readonly customResources = once(() =>
    customResources({
      aws: this.aws,
      stackId: new Resolver({}, this.known).text({ Ref: 'AWS::StackId' }),
      functionOf: (arn) => {
        const found = this.functionNamed(arn);
        return found === undefined ? undefined : this.invocation(found, () => this.now());
      },
      handle: async (type, arn, event) => {
        const found = this.functionNamed(arn);
        if (found === undefined) throw new Error(`there is no function ${arn}`);
        return CUSTOM_RESOURCES[type](this.invocation(found, () => this.now()))(event);
      },
    }),
  );

  private readonly providers = once((): Providers => together(this.ownProviders(), this.parts.providers ?? {}));

  private readonly ownProviders = once((): Providers => ({
    'AWS::KMS::Key': keys(this.aws, this.live, this.place),
    'AWS::SSM::Parameter': {
      create: async ({ resource, fields }) => {
        const name = fields.optionalText('Name') ?? resource.values[resource.key] ?? resource.key;
        this.aws.parameters.put(name, fields.text('Value'));
        return Promise.resolve({ '': name, Value: fields.text('Value') });
      },
      // What a person has changed stays, until the template says something else than before.
      update: async ({ resource, fields }, before) => {
        if (before.properties['Value'] !== fields.text('Value'))
          this.aws.parameters.put(resource.values[resource.key] ?? '', fields.text('Value'));
        return Promise.resolve({ made: { Value: fields.text('Value') } });
      },
      delete: async ({ key, values }) => {
        this.aws.parameters.delete(values[key] ?? '');
        return Promise.resolve();
      },
    },
    'AWS::Lambda::Function': {
      update: async ({ resource: { key } }) => {
        this.functions.delete(key);
        return Promise.resolve(undefined);
      },
      delete: async ({ key }) => {
        this.functions.delete(key);
        return Promise.resolve();
      },
    },
    'AWS::ServiceDiscovery::PrivateDnsNamespace': {
      create: async ({ fields }) => {
        const { id, arn } = this.aws.namespaces.create(fields.text('Name'));
        return Promise.resolve({ '': id, Id: id, Arn: arn });
      },
      delete: async (namespace) => {
        this.aws.namespaces.delete(attribute(namespace, 'Id') ?? '');
        return Promise.resolve();
      },
    },
  }));

  private functionNamed(arn: string): LiveResource | undefined {
    return this.live.ofType('AWS::Lambda::Function').find((resource) => attribute(resource, 'Arn') === arn);
  }

  private invocation({ key, definition }: LiveResource, now: () => Date): Invocation {
    const resolver = new Resolver(this.template, this.values);
    const properties = definition.Properties ?? {};
    const role = resolver.referenced(properties['Role']);
    if (role === undefined) throw new Error(`${key}.Role: the function has no role of the template`);
    const environment =
      Fields.of(resolver.resolve(properties['Environment'] ?? {}), `${key}.Environment`)
        .child('Variables')
        ?.allTexts() ?? {};
    return {
      aws: this.aws,
      principal: this.principal(key, role),
      environment,
      now,
      write: (line) => {
        this.log.push(line);
        this.aws.metrics.read(line);
      },
    };
  }

  private functionAt(arn: string): LambdaFunction | undefined {
    const found = this.functionNamed(arn);
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

  /** That of the custom resources whose framework invokes it, or that which tasks invoke. */
  private programOf(found: LiveResource, arn: string): (event: unknown) => Promise<unknown> {
    const type = this.live.all
      .map(({ definition, properties }) => [definition.Type, this.functionNamed(properties['ServiceToken'] as string)] as const)
      .find(([, framework]) => JSON.stringify(framework?.properties['Environment'] ?? ({} satisfies Json)).includes(`"${arn}"`))?.[0];
    if (type === undefined || CUSTOM_RESOURCES[type] === undefined)
      return programOf(this.invocation(found, () => new Date(Date.now() + this.clockAheadMs)));
    return async (event): Promise<CustomResourceAnswer> =>
      CUSTOM_RESOURCES[type](this.invocation(found, () => this.now()))(event as CustomResourceEvent);
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-function.html */
const DEFAULT_TIMEOUT_S = 3;

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

import type { CustomResourceAnswer } from '../../functions/custom-resource-event';
import type { AwsEmulator } from '../aws/emulator';
import type { Tag } from '../aws/ecs-api';
import type { Principal } from '../aws/principal';
import { remember } from '../remember';
import type { JsonObject, KnownValues, Template } from '../template/intrinsics';
import { Resolver } from '../template/intrinsics';
import { withoutConditions } from './conditions';
import { DeployedFunctions } from './deployed-functions';
import { CUSTOM_RESOURCES } from './functions';
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
  /** Values for what only AWS knows, from now on. @default - as before */
  readonly known?: KnownValues;
}

/** What else there is beside what programs of AWS do by themselves. */
export interface DeploymentParts {
  readonly providers?: Providers;
  /** How long a second takes for which a custom resource waits. @default 1000 */
  readonly secondMs?: number;
  /** Told of each change of what exists. */
  readonly changed?: () => Promise<void>;
  /** Where the CDK's provider framework for custom resources is. @default - that of the package aws-cdk-lib */
  readonly frameworkDirectory?: string;
  /** Types of custom resources that exist, and do nothing, beside those of others. */
  readonly idle?: readonly string[];
  /** Whether resources of types that are not known are changed in place, whatever changes of them. @default false - they cannot change */
  readonly takesAnyType?: boolean;
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
  private readonly functions: DeployedFunctions;
  private readonly place: string;

  constructor(
    private readonly aws: AwsEmulator,
    private known: KnownValues,
    private readonly parts: DeploymentParts = {},
  ) {
    this.place = new Resolver({}, known).text({ Ref: 'AWS::AccountId' });
    this.functions = new DeployedFunctions({
      aws,
      live: this.live,
      template: () => this.template,
      values: () => this.values,
      principal: (name, role) => this.principal(name, role),
      now: () => this.now(),
      nowForTasks: () => new Date(Date.now() + this.clockAheadMs),
      secondMs: parts.secondMs ?? 1000,
      frameworkDirectory: parts.frameworkDirectory,
      write: (line) => {
        remember(this.log, line, aws.remembers);
        aws.metrics.read(line);
      },
    });
    aws.rolesOfTask = (arn) => this.rolesOfTask(arn);
    aws.tagsOfTask = (arn) => this.tagsOfTask(arn);
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
  async deploy(template: Template, { laterMs = 0, order = 'parallel', known = this.known }: UpdateOptions = {}): Promise<void> {
    this.laterMs = laterMs;
    const before = this.known;
    this.known = known;
    const world = {
      live: this.live,
      known,
      takesAnyType: this.parts.takesAnyType ?? false,
      providers: this.providers(),
      custom: this.customResources(),
      changed: async () => this.parts.changed?.(),
      order,
      now: () => this.now(),
      event: (event: StackEvent) => {
        remember(this.events, event, this.aws.remembers);
      },
      remains: (what: string) => {
        remember(this.remains, what, this.aws.remembers);
      },
    };
    try {
      const { state, failure } = await new Operation(world, this.state, withoutConditions(template, known)).run();
      this.state = state;
      if (failure !== undefined) throw failure;
    } catch (error) {
      this.known = before;
      throw error;
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

  /** Those which whoever runs its tasks has to pass on. */
  private rolesOfTask(arn: string): readonly string[] {
    const properties = this.taskDefinition(arn);
    return ['TaskRoleArn', 'ExecutionRoleArn'].flatMap((name) => (properties[name] as string | undefined) ?? []);
  }

  private tagsOfTask(arn: string): readonly Tag[] {
    const tags = (this.taskDefinition(arn)['Tags'] ?? []) as readonly { readonly Key: string; readonly Value: string }[];
    return tags.map(({ Key: key, Value: value }) => ({ key, value }));
  }

  private taskDefinition(arn: string): JsonObject {
    const [found] = this.live.ofType('AWS::ECS::TaskDefinition').filter(({ key, values }) => values[key] === arn);
    return found?.properties ?? {};
  }

  private now(): Date {
    return new Date(Date.now() + this.laterMs);
  }

  private readonly customResources = once(() =>
    customResources({
      stackId: new Resolver({}, this.known).text({ Ref: 'AWS::StackId' }),
      idle: this.parts.idle ?? [],
      frameworkOf: (arn) => {
        const found = this.functions.named(arn);
        return found === undefined ? undefined : this.functions.framework(found);
      },
      handle: async (type, arn, event) => {
        const found = this.functions.named(arn);
        if (found === undefined) throw new Error(`there is no function ${arn}`);
        return (await CUSTOM_RESOURCES[type](this.functions.invocation(found))(event)) as CustomResourceAnswer;
      },
    }),
  );

  private readonly providers = once((): Providers => together(this.ownProviders(), this.parts.providers ?? {}));

  private readonly ownProviders = once((): Providers => ({
    'AWS::KMS::Key': keys(this.aws, this.live, {
      account: this.place,
      stack: new Resolver({}, this.known).text({ Ref: 'AWS::StackName' }),
    }),
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
        this.functions.changed(key);
        return Promise.resolve(undefined);
      },
      delete: async ({ key }) => {
        this.functions.changed(key);
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
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

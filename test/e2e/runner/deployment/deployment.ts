import type { AwsEmulator } from '../aws/emulator';
import { checkLockout, checkSets, defaultKeyPolicy } from '../aws/key-policy';
import type { LambdaFunction } from '../aws/lambda';
import type { Principal } from '../aws/principal';
import { Fields } from '../fields';
import type { Json, KnownValues, Resource, Template } from '../intrinsics';
import { isObject, Resolver } from '../intrinsics';
import type { Invocation } from './functions';
import { CUSTOM_RESOURCES, programOf } from './functions';
import { deploymentOrder } from './order';
import { physicalIds } from './physical-ids';
import { roleStatements, roleTags, statementsIn } from './role-statements';

export interface UpdateOptions {
  /**
   * How much later the update comes than it does, for custom resources: a change of authorities is refused while tasks
   * may not have heard of the one before.
   */
  readonly laterMs?: number;
}

interface CustomResource {
  readonly type: string;
  readonly physicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What is deployed: everything that a next template is compared with. */
interface State {
  readonly template: Template;
  readonly values: Readonly<Record<string, string>>;
  readonly customResources: ReadonlyMap<string, CustomResource>;
}

const NOTHING: State = { template: {}, values: {}, customResources: new Map() };

/**
 * What CloudFormation makes of the resources of a template that certificates come from: keys, custom resources and functions, by
 * the real code of the functions.
 */
export class Deployment {
  /** What the functions logged. */
  readonly log: string[] = [];
  /** How far the clock of invoked functions is from that of the tasks. */
  clockAheadMs = 0;
  private state = NOTHING;
  /** Functions that were invoked since the last deployment, by logical ID: between invocations, Lambda keeps them as they are. */
  private readonly functions = new Map<string, LambdaFunction>();

  constructor(
    private readonly aws: AwsEmulator,
    private readonly known: KnownValues,
  ) {
    aws.lambda.provide((arn) => this.functionAt(arn));
  }

  /** What the resources are called, and what custom resources have answered. */
  get values(): KnownValues {
    return { ...this.state.values, ...this.known };
  }

  get template(): Template {
    return this.state.template;
  }

  /** Makes or changes what the template says. If that fails, everything stays as it was; CloudFormation would send the functions back. */
  async deploy(template: Template, { laterMs = 0 }: UpdateOptions = {}): Promise<void> {
    const keyPolicies = [...this.aws.keyPolicies];
    const next = new Update(this, this.aws, this.known, this.state, template, () => new Date(Date.now() + laterMs));
    try {
      this.state = await next.run();
      this.functions.clear();
    } catch (error) {
      for (const [key, policy] of keyPolicies) this.aws.keyPolicies.set(key, policy);
      throw error;
    }
  }

  /** Who acts in a role of the template as it is deployed at the time, or in none, which may do nothing. */
  principal(name: string, role: string | undefined): Principal {
    if (role === undefined) return { name, statements: () => [], tags: () => ({}) };
    return principalOf(name, role, () => this);
  }

  invocation(template: Template, values: KnownValues, id: string, now: () => Date): Invocation {
    const resolver = new Resolver(template, values);
    const properties = template.Resources?.[id]?.Properties ?? {};
    const role = resolver.referenced(properties['Role']);
    if (role === undefined) throw new Error(`${id}.Role: the function has no role of the template`);
    const principal = principalOf(id, role, () => ({ template, values }));
    const environment =
      Fields.of(resolver.resolve(properties['Environment'] ?? {}), `${id}.Environment`)
        .child('Variables')
        ?.allTexts() ?? {};
    return {
      aws: this.aws,
      principal,
      environment,
      now,
      write: (line) => {
        this.log.push(line);
        this.aws.metrics.read(line);
      },
    };
  }

  private functionAt(arn: string): LambdaFunction | undefined {
    const { template, values } = this;
    const [id, resource] =
      Object.entries(template.Resources ?? {}).find(
        ([each, { Type: type }]) => type === 'AWS::Lambda::Function' && values[`${each}.Arn`] === arn,
      ) ?? [];
    if (id === undefined) return undefined;
    const known = this.functions.get(id);
    if (known !== undefined) return known;
    const { Timeout: timeout = DEFAULT_TIMEOUT_S, ReservedConcurrentExecutions: reserved } = resource?.Properties ?? {};
    const made = {
      run: programOf(this.invocation(template, values, id, () => new Date(Date.now() + this.clockAheadMs))),
      timeoutMs: Number(timeout) * 1000,
      reservedConcurrency: reserved === undefined ? undefined : Number(reserved),
    };
    this.functions.set(id, made);
    return made;
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-function.html */
const DEFAULT_TIMEOUT_S = 3;

/** One way from a state to the next. */
class Update {
  private readonly values: Record<string, string>;
  private readonly customResources = new Map<string, CustomResource>();

  constructor(
    private readonly deployment: Deployment,
    private readonly aws: AwsEmulator,
    private readonly known: KnownValues,
    private readonly before: State,
    private readonly template: Template,
    private readonly now: () => Date,
  ) {
    this.values = { ...physicalIds(template, known) };
  }

  async run(): Promise<State> {
    for (const id of deploymentOrder(this.template)) await this.make(id, this.template.Resources?.[id]);
    await this.cleanUp();
    return { template: this.template, values: this.values, customResources: this.customResources };
  }

  private async make(id: string, resource: Resource | undefined): Promise<void> {
    switch (resource?.Type) {
      case 'AWS::KMS::Key':
        this.values[`${id}.Arn`] = this.before.values[`${id}.Arn`] ?? this.key(id);
        this.keyPolicy(this.values[`${id}.Arn`] ?? '', resource);
        break;
      case 'AWS::ServiceDiscovery::PrivateDnsNamespace':
        this.namespace(id);
        break;
      case 'AWS::SSM::Parameter': {
        const text = this.properties(id).text('Value');
        // What a person has changed stays, until the template says something else than before.
        if (this.before.template.Resources?.[id]?.Properties?.['Value'] !== text) this.aws.parameters.put(this.values[id] ?? id, text);
        break;
      }
      default:
        if (resource?.Type.startsWith('Custom::') === true && CUSTOM_RESOURCES[resource.Type] !== undefined)
          await this.custom(id, resource);
    }
  }

  /** CloudFormation replaces one that changes, and makes the new one first. */
  private namespace(id: string): void {
    const properties = JSON.stringify(this.template.Resources?.[id]?.Properties);
    const kept =
      properties === JSON.stringify(this.before.template.Resources?.[id]?.Properties) ? this.before.values[`${id}.Id`] : undefined;
    const { id: namespaceId, arn } =
      (kept === undefined ? undefined : this.aws.namespaces.get(kept)) ?? this.aws.namespaces.create(this.properties(id).text('Name'));
    this.values[id] = this.values[`${id}.Id`] = namespaceId;
    this.values[`${id}.Arn`] = arn;
  }

  private key(id: string): string {
    const properties = this.properties(id);
    const spec = properties.optionalText('KeySpec') ?? 'SYMMETRIC_DEFAULT';
    const usage = properties.optionalText('KeyUsage') ?? 'ENCRYPT_DECRYPT';
    switch (`${spec} ${usage}`) {
      case 'SYMMETRIC_DEFAULT ENCRYPT_DECRYPT':
        return this.aws.keys.createSymmetricKey();
      case 'ECC_NIST_P256 SIGN_VERIFY':
        return this.aws.keys.createKey(new Date());
      default:
        throw new Error(`${id}: the runner has symmetric keys, and keys of ECC_NIST_P256 for SIGN_VERIFY, not ${spec} for ${usage}`);
    }
  }

  private keyPolicy(key: string, { Properties: properties = {} }: Resource): void {
    const account = this.resolver.text({ Ref: 'AWS::AccountId' });
    const policy = properties['KeyPolicy'] === undefined ? defaultKeyPolicy(account) : statementsIn(properties['KeyPolicy'], this.resolver);
    checkSets(policy);
    checkLockout(policy, account, key);
    this.aws.keyPolicies.set(key, policy);
  }

  private async custom(id: string, { Type: type }: Resource): Promise<void> {
    const properties = asText(this.resolver.resolve(this.template.Resources?.[id]?.Properties ?? {})) as Readonly<Record<string, unknown>>;
    const existing = this.before.customResources.get(id);
    if (existing !== undefined && JSON.stringify(existing.properties) === JSON.stringify(properties)) {
      this.customResources.set(id, existing);
      for (const [name, value] of Object.entries(this.before.values)) if (name.startsWith(`${id}.`)) this.values[name] = value;
      return;
    }
    const invocation = this.deployment.invocation(this.template, { ...this.values, ...this.known }, this.handlerOf(id), this.now);
    const { PhysicalResourceId: physicalId, Data: data = {} } = await CUSTOM_RESOURCES[type](invocation)({
      RequestType: existing === undefined ? 'Create' : 'Update',
      StackId: this.resolver.text({ Ref: 'AWS::StackId' }),
      LogicalResourceId: id,
      ResourceProperties: properties,
      ...(existing !== undefined && { PhysicalResourceId: existing.physicalId, OldResourceProperties: existing.properties }),
    });
    this.customResources.set(id, { type, physicalId, properties });
    this.values[id] = physicalId;
    for (const [name, value] of Object.entries(data)) this.values[`${id}.${name}`] = value;
  }

  /** Last, CloudFormation deletes what is gone or was replaced. */
  private async cleanUp(): Promise<void> {
    for (const [id, { Type: type }] of Object.entries(this.before.template.Resources ?? {})) {
      const namespace = this.before.values[`${id}.Id`] ?? '';
      if (type === 'AWS::ServiceDiscovery::PrivateDnsNamespace' && this.values[`${id}.Id`] !== namespace)
        this.aws.namespaces.delete(namespace);
    }
    for (const [id, { type, physicalId, properties }] of this.before.customResources) {
      if (this.customResources.get(id)?.physicalId === physicalId) continue;
      const invocation = this.deployment.invocation(
        this.before.template,
        this.before.values,
        handlerOf(this.before.template, id),
        this.now,
      );
      await CUSTOM_RESOURCES[type](invocation)({
        RequestType: 'Delete',
        LogicalResourceId: id,
        PhysicalResourceId: physicalId,
        ResourceProperties: properties,
      });
    }
  }

  private handlerOf(id: string): string {
    return handlerOf(this.template, id);
  }

  private get resolver(): Resolver {
    return new Resolver(this.template, { ...this.values, ...this.known });
  }

  private properties(id: string): Fields {
    return Fields.of(this.resolver.resolve(this.template.Resources?.[id]?.Properties ?? {}), id);
  }
}

function principalOf(name: string, role: string, deployed: () => Pick<Deployment, 'template' | 'values'>): Principal {
  const parts = (): Parameters<typeof roleStatements> => {
    const { template, values } = deployed();
    return [template, new Resolver(template, values), role];
  };
  return {
    name,
    roleArn: deployed().values[`${role}.Arn`] ?? '',
    statements: () => roleStatements(...parts()),
    tags: () => roleTags(...parts()),
  };
}

/** The function that a custom resource is handled by: the CDK's provider framework stands before it, if it is there. */
function handlerOf(template: Template, id: string): string {
  const resolver = new Resolver(template);
  const target = resolver.referenced(template.Resources?.[id]?.Properties?.['ServiceToken']);
  if (target === undefined) throw new Error(`${id}.ServiceToken: the function is none of the template`);
  const environment = template.Resources?.[target]?.Properties?.['Environment'];
  const variables = isObject(environment) ? environment['Variables'] : undefined;
  return resolver.referenced(isObject(variables) ? variables['USER_ON_EVENT_FUNCTION_ARN'] : undefined) ?? target;
}

/** CloudFormation hands numbers and booleans over as text. */
function asText(value: Json | undefined): unknown {
  if (Array.isArray(value)) return (value as readonly Json[]).map(asText);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

import { randomBytes } from 'node:crypto';
import { STEPS } from '../../../../programs/functions/certificate-rotation/rotation-event';
import type { AwsEmulator } from '../aws/emulator';
import { checkLockout, defaultKeyPolicy } from '../aws/key-policy';
import type { Statement } from '../aws/policy';
import type { Principal } from '../aws/service';
import { Fields } from '../fields';
import type { Json, KnownValues, Resource, Template } from '../intrinsics';
import { isObject, Resolver } from '../intrinsics';
import type { Invocation } from './functions';
import { CUSTOM_RESOURCES, runRotationStep } from './functions';
import { deploymentOrder } from './order';
import { physicalIds } from './physical-ids';
import { roleStatements, statementsIn } from './role-statements';

export interface UpdateOptions {
  /**
   * How much later the update comes than it does, for custom resources: a change of authorities is refused while tasks
   * may hold what was before, by the time since the last rotation.
   */
  readonly laterMs?: number;
  /** Whether secrets are rotated that get a schedule, as AWS does at once. */
  readonly firstRotation?: 'done' | 'held';
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
  /** Secret → the logical ID of the function that rotates it. */
  readonly rotations: ReadonlyMap<string, string>;
}

const NOTHING: State = { template: {}, values: {}, customResources: new Map(), rotations: new Map() };

/**
 * What CloudFormation makes of the resources of a template that certificates come from: keys, secrets, custom resources,
 * functions and schedules, by the real code of the functions.
 */
export class Deployment {
  /** What the functions logged. */
  readonly log: string[] = [];
  private state = NOTHING;

  constructor(
    private readonly aws: AwsEmulator,
    private readonly known: KnownValues,
  ) {}

  /** What the resources are called, and what custom resources have answered. */
  get values(): KnownValues {
    return { ...this.state.values, ...this.known };
  }

  get template(): Template {
    return this.state.template;
  }

  /** ARNs of the secrets that are rotated. */
  get rotated(): readonly string[] {
    return [...this.state.rotations.keys()];
  }

  /** Makes or changes what the template says. If that fails, everything stays as it was; CloudFormation would send the functions back. */
  async deploy(template: Template, { laterMs = 0, firstRotation = 'done' }: UpdateOptions = {}): Promise<void> {
    const { rotated } = this;
    const keyPolicies = [...this.aws.keyPolicies];
    const next = new Update(this, this.aws, this.known, this.state, template, () => new Date(Date.now() + laterMs));
    try {
      this.state = await next.run();
    } catch (error) {
      for (const [key, policy] of keyPolicies) this.aws.keyPolicies.set(key, policy);
      throw error;
    }
    if (firstRotation === 'held') return;
    for (const secret of this.rotated) if (!rotated.includes(secret)) await this.rotate(secret);
  }

  statements(role: string): readonly Statement[] {
    return statementsOf(this.state.template, this.values, role);
  }

  roleArn(role: string): string {
    return roleArnOf(this.values, role);
  }

  /** Secrets Manager's rotation: the four steps. */
  async rotate(secret: string): Promise<void> {
    const id = this.state.rotations.get(secret);
    if (id === undefined) throw new Error(`the template does not rotate ${secret}`);
    const version = this.aws.secrets.startRotation(secret);
    for (const step of STEPS)
      await runRotationStep(
        this.invocation(this.state.template, this.values, id, () => new Date()),
        { step, secretId: secret, version },
      );
  }

  invocation(template: Template, values: KnownValues, id: string, now: () => Date): Invocation {
    const resolver = new Resolver(template, values);
    const properties = template.Resources?.[id]?.Properties ?? {};
    const role = resolver.referenced(properties['Role']);
    if (role === undefined) throw new Error(`${id}.Role: the function has no role of the template`);
    const principal: Principal = { name: id, roleArn: roleArnOf(values, role), statements: () => statementsOf(template, values, role) };
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
      },
    };
  }
}

/** One way from a state to the next. */
class Update {
  private readonly values: Record<string, string>;
  private readonly customResources = new Map<string, CustomResource>();
  private readonly rotations = new Map<string, string>();

  constructor(
    private readonly deployment: Deployment,
    private readonly aws: AwsEmulator,
    private readonly known: KnownValues,
    private readonly before: State,
    private readonly template: Template,
    private readonly now: () => Date,
  ) {
    this.values = { ...physicalIds(template) };
  }

  async run(): Promise<State> {
    for (const id of deploymentOrder(this.template)) await this.make(id, this.template.Resources?.[id]);
    await this.cleanUp();
    return { template: this.template, values: this.values, customResources: this.customResources, rotations: this.rotations };
  }

  private async make(id: string, resource: Resource | undefined): Promise<void> {
    switch (resource?.Type) {
      case 'AWS::KMS::Key':
        this.values[`${id}.Arn`] = this.before.values[`${id}.Arn`] ?? this.key(id);
        this.keyPolicy(this.values[`${id}.Arn`] ?? '', resource);
        break;
      case 'AWS::SSM::Parameter': {
        const text = this.properties(id).text('Value');
        // What a person has changed stays, until the template says something else than before.
        if (this.before.template.Resources?.[id]?.Properties?.['Value'] !== text) this.aws.parameters.put(this.values[id] ?? id, text);
        break;
      }
      case 'AWS::SecretsManager::Secret':
        this.values[id] = this.secret(id, this.properties(id));
        break;
      case 'AWS::SecretsManager::RotationSchedule': {
        const properties = resource.Properties ?? {};
        const rotation = this.resolver.referenced(properties['RotationLambdaARN']);
        if (rotation === undefined) throw new Error(`${id}.RotationLambdaARN: the function is none of the template`);
        this.rotations.set(this.properties(id).text('SecretId'), rotation);
        break;
      }
      default:
        if (resource?.Type.startsWith('Custom::') === true && CUSTOM_RESOURCES[resource.Type] !== undefined)
          await this.custom(id, resource);
    }
  }

  private key(id: string): string {
    const properties = this.properties(id);
    if (properties.optionalText('KeySpec') !== 'ECC_NIST_P256' || properties.optionalText('KeyUsage') !== 'SIGN_VERIFY')
      throw new Error(`${id}: the runner has only keys of ECC_NIST_P256 for SIGN_VERIFY`);
    return this.aws.keys.createKey(new Date());
  }

  private keyPolicy(key: string, { Properties: properties = {} }: Resource): void {
    const account = this.resolver.text({ Ref: 'AWS::AccountId' });
    const policy = properties['KeyPolicy'] === undefined ? defaultKeyPolicy(account) : statementsIn(properties['KeyPolicy'], this.resolver);
    checkLockout(policy, account, key);
    this.aws.keyPolicies.set(key, policy);
  }

  private secret(id: string, properties: Fields): string {
    const tags = Object.fromEntries(properties.objects('Tags').map((tag) => [tag.text('Key'), tag.text('Value')]));
    const existing = this.before.values[id];
    if (existing !== undefined) {
      this.aws.secrets.tag(existing, tags);
      return existing;
    }
    const generated = properties.child('GenerateSecretString');
    const content = generated === undefined ? properties.optionalText('SecretString') : generatedText(generated);
    return this.aws.secrets.create(id, tags, content);
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

function statementsOf(template: Template, values: KnownValues, role: string): readonly Statement[] {
  return roleStatements(template, new Resolver(template, values), role);
}

function roleArnOf(values: KnownValues, role: string): string {
  return values[`${role}.Arn`] ?? '';
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

function generatedText(generated: Fields): string {
  const random = randomBytes(24).toString('base64url');
  const template = generated.optionalText('SecretStringTemplate');
  return template === undefined
    ? random
    : JSON.stringify({ ...(JSON.parse(template) as object), [generated.text('GenerateStringKey')]: random });
}

/** CloudFormation hands numbers and booleans over as text. */
function asText(value: Json | undefined): unknown {
  if (Array.isArray(value)) return (value as readonly Json[]).map(asText);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

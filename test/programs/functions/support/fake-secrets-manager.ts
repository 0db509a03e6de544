import { randomUUID } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { fakeRequestHandler, ServiceError, type CallHooks, type Fields } from './fake-aws';

interface Version {
  text?: string;
  readonly createdAt: Date;
}

interface Secret {
  readonly arn: string;
  readonly name: string;
  tags: { readonly Key: string; readonly Value: string }[];
  readonly versions: Map<string, Version>;
  /** Stage → version: a stage is at one version at most, as in AWS. */
  readonly stages: Map<string, string>;
  rotationEnabled: boolean;
  changedAt: Date;
}

/**
 * Secrets Manager as AWS documents it, in memory: stages, their automatic moves, ClientRequestToken's idempotency and
 * the errors. Real SDK clients talk to it, so that what goes over the wire is tested too.
 */
export class FakeSecretsManager {
  private readonly secrets = new Map<string, Secret>();

  /** Called after every call that changed something. */
  onChange: () => void = () => undefined;

  constructor(private readonly now: () => Date) {}

  client(hooks: CallHooks = {}, attempts = 1): SecretsManagerClient {
    return new SecretsManagerClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: attempts,
      requestHandler: fakeRequestHandler((operation, input) => this.call(operation, input), hooks),
    });
  }

  create(name: string, tags: Readonly<Record<string, string>>, text?: string): string {
    const arn = `arn:aws:secretsmanager:eu-west-1:111111111111:secret:${name}-AbCdEf`;
    const secret: Secret = { arn, name, tags: [], versions: new Map(), stages: new Map(), rotationEnabled: true, changedAt: this.now() };
    this.secrets.set(arn, secret);
    this.tag(arn, tags);
    if (text !== undefined) this.put(arn, text);
    return arn;
  }

  tag(arn: string, tags: Readonly<Record<string, string>>): void {
    this.secret(arn).tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  }

  disableRotation(arn: string): void {
    this.secret(arn).rotationEnabled = false;
  }

  /** A new current version, as PutSecretValue makes it for a person. */
  put(arn: string, text: string): void {
    this.putSecretValue({ SecretId: arn, SecretString: text, ClientRequestToken: randomUUID() });
  }

  /**
   * RotateSecret: the version to rotate to. A rotation that is not complete is taken up again with the same version;
   * otherwise there is a new one, with no content.
   */
  startRotation(arn: string): string {
    const secret = this.secret(arn);
    const pending = secret.stages.get('AWSPENDING');
    if (pending !== undefined && pending !== secret.stages.get('AWSCURRENT')) return pending;
    const version = randomUUID();
    secret.versions.set(version, { createdAt: this.now() });
    this.attach(secret, 'AWSPENDING', version);
    return version;
  }

  stage(arn: string, stage: string): { readonly version: string; readonly text: string | undefined } | undefined {
    const secret = this.secret(arn);
    const version = secret.stages.get(stage);
    return version === undefined ? undefined : { version, text: secret.versions.get(version)?.text };
  }

  /** For what only a person does: sets the content of a version that has none. */
  fill(arn: string, version: string, text: string): void {
    const entry = this.secret(arn).versions.get(version);
    if (entry === undefined) throw new Error(`no version ${version}`);
    entry.text = text;
  }

  private call(operation: string, input: Fields): Fields {
    switch (operation) {
      case 'DescribeSecret':
        return this.describeSecret(input);
      case 'GetSecretValue':
        return this.getSecretValue(input);
      case 'PutSecretValue':
        return this.putSecretValue(input);
      case 'UpdateSecretVersionStage':
        return this.updateSecretVersionStage(input);
      default:
        throw new ServiceError('UnknownOperationException', operation);
    }
  }

  private describeSecret(input: Fields): Fields {
    const secret = this.secret(input.SecretId);
    const stages: Record<string, string[]> = {};
    for (const [stage, version] of secret.stages) (stages[version] ??= []).push(stage);
    return {
      ARN: secret.arn,
      Name: secret.name,
      Tags: secret.tags,
      RotationEnabled: secret.rotationEnabled,
      VersionIdsToStages: stages,
      LastChangedDate: secret.changedAt.getTime() / 1000,
    };
  }

  private getSecretValue(input: Fields): Fields {
    const secret = this.secret(input.SecretId);
    const stage = text(input.VersionStage) ?? (input.VersionId === undefined ? 'AWSCURRENT' : undefined);
    const version = text(input.VersionId) ?? secret.stages.get(stage ?? '');
    const entry = secret.versions.get(version ?? '');
    if (version === undefined || entry === undefined)
      throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value.");
    if (stage !== undefined && secret.stages.get(stage) !== version)
      throw new ServiceError('InvalidRequestException', 'You provided a VersionStage that is not associated to the provided VersionId.');
    if (entry.text === undefined)
      throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value.");
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version,
      SecretString: entry.text,
      CreatedDate: entry.createdAt.getTime() / 1000,
    };
  }

  private putSecretValue(input: Fields): Fields {
    const secret = this.secret(input.SecretId);
    const version = text(input.ClientRequestToken) ?? randomUUID();
    const content = text(input.SecretString);
    if (content === undefined || content === '')
      throw new ServiceError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
    const existing = secret.versions.get(version);
    if (existing?.text !== undefined) {
      if (existing.text !== content) throw new ServiceError('ResourceExistsException', "You can't modify the content of a version.");
      return { VersionId: version };
    }
    const isFirst = secret.versions.size === 0;
    secret.versions.set(version, { text: content, createdAt: this.now() });
    const stages = Array.isArray(input.VersionStages) ? input.VersionStages.map(String) : ['AWSCURRENT'];
    for (const stage of new Set(isFirst ? [...stages, 'AWSCURRENT'] : stages)) this.attach(secret, stage, version);
    return { VersionId: version };
  }

  private updateSecretVersionStage(input: Fields): Fields {
    const secret = this.secret(input.SecretId);
    const stage = text(input.VersionStage) ?? '';
    const to = text(input.MoveToVersionId);
    const from = text(input.RemoveFromVersionId);
    const holder = secret.stages.get(stage);
    if (to !== undefined && !secret.versions.has(to))
      throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret version.");
    if (from !== undefined && from !== holder)
      throw new ServiceError(
        'InvalidParameterException',
        `The parameter RemoveFromVersionId can't be ${from}: the staging label ${stage} is not attached to it.`,
      );
    if (from === undefined && holder !== undefined && holder !== to)
      throw new ServiceError(
        'InvalidParameterException',
        `The staging label ${stage} is attached to another version: RemoveFromVersionId must name it.`,
      );
    if (to === undefined && from === undefined)
      throw new ServiceError('InvalidParameterException', 'Either MoveToVersionId or RemoveFromVersionId is required.');
    if (to === undefined && stage === 'AWSCURRENT')
      throw new ServiceError('InvalidParameterException', 'You can only move staging label AWSCURRENT to a different version.');
    if (to !== undefined) this.attach(secret, stage, to);
    else {
      secret.stages.delete(stage);
      this.changed(secret);
    }
    return { ARN: secret.arn, Name: secret.name };
  }

  private attach(secret: Secret, stage: string, version: string): void {
    const before = secret.stages.get(stage);
    secret.stages.set(stage, version);
    if (stage === 'AWSCURRENT' && before !== undefined && before !== version) secret.stages.set('AWSPREVIOUS', before);
    // AWS forgets versions without a stage, sooner or later; sooner is harder on the code.
    for (const id of secret.versions.keys()) {
      if (![...secret.stages.values()].includes(id) && secret.versions.size > 1) secret.versions.delete(id);
    }
    this.changed(secret);
  }

  private changed(secret: Secret): void {
    secret.changedAt = this.now();
    this.onChange();
  }

  private secret(id: unknown): Secret {
    const secret = this.secrets.get(text(id) ?? '');
    if (secret === undefined) throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return secret;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

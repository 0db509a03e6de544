import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  UpdateSecretVersionStageCommand,
  type SecretsManagerClient,
  type Tag,
} from '@aws-sdk/client-secrets-manager';
import type { PrivateText } from '../../shared/private-text';

export interface SecretDescription {
  readonly rotationEnabled: boolean;
  readonly tags: readonly Tag[];
  readonly stages: ReadonlyMap<string, readonly string[]>;
}

/** One secret in Secrets Manager, as a rotation sees it. */
export class SecretVersions {
  constructor(private readonly client: SecretsManagerClient, private readonly secretId: string) {}

  async describe(): Promise<SecretDescription> {
    const secret = await this.client.send(new DescribeSecretCommand({ SecretId: this.secretId }));
    return { rotationEnabled: secret.RotationEnabled ?? false, tags: secret.Tags ?? [], stages: new Map(Object.entries(secret.VersionIdsToStages ?? {})) };
  }

  /** Undefined while the version has no content yet; empty for content that is not text. */
  async pendingText(versionId: string): Promise<string | undefined> {
    return this.text({ VersionId: versionId, VersionStage: 'AWSPENDING' });
  }

  async currentText(): Promise<string | undefined> {
    return this.text({ VersionStage: 'AWSCURRENT' });
  }

  /** False if the version already has another content: somebody ran the same step at the same time. */
  async putPending(versionId: string, content: PrivateText): Promise<boolean> {
    try {
      await this.client.send(new PutSecretValueCommand({ SecretId: this.secretId, ClientRequestToken: versionId, SecretString: content.reveal(), VersionStages: ['AWSPENDING'] }));
      return true;
    } catch (error) {
      if (error instanceof ResourceExistsException) return false;
      throw error;
    }
  }

  /** Moves AWSCURRENT; Secrets Manager moves AWSPREVIOUS along, and refuses if the stage has moved meanwhile. */
  async promote(versionId: string, from: string | undefined): Promise<void> {
    await this.client.send(new UpdateSecretVersionStageCommand({
      SecretId: this.secretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: versionId,
      ...(from === undefined ? {} : { RemoveFromVersionId: from }),
    }));
  }

  /** A version without a stage is forgotten, and no longer keeps the next rotation from making a new one. */
  async abandon(versionId: string): Promise<void> {
    await this.client.send(new UpdateSecretVersionStageCommand({ SecretId: this.secretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: versionId }));
  }

  private async text(version: { readonly VersionId?: string; readonly VersionStage: string }): Promise<string | undefined> {
    try {
      return (await this.client.send(new GetSecretValueCommand({ SecretId: this.secretId, ...version }))).SecretString ?? '';
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }
}

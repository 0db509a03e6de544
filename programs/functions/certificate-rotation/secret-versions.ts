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

export interface VersionContent {
  /** Empty for content that is not text. */
  readonly text: string;
  readonly createdAt: Date;
}

/** One secret in Secrets Manager, as a rotation sees it. */
export class SecretVersions {
  constructor(
    private readonly client: SecretsManagerClient,
    private readonly secretId: string,
  ) {}

  async describe(): Promise<SecretDescription> {
    const secret = await this.client.send(new DescribeSecretCommand({ SecretId: this.secretId }));
    return {
      rotationEnabled: secret.RotationEnabled ?? false,
      tags: secret.Tags ?? [],
      stages: new Map(Object.entries(secret.VersionIdsToStages ?? {})),
    };
  }

  /** Undefined while the version has no content yet. */
  async pending(versionId: string): Promise<VersionContent | undefined> {
    return this.content({ VersionId: versionId, VersionStage: 'AWSPENDING' });
  }

  async current(): Promise<VersionContent | undefined> {
    return this.content({ VersionStage: 'AWSCURRENT' });
  }

  /** False if the version already has another content: somebody ran the same step at the same time. */
  async putPending(versionId: string, content: PrivateText): Promise<boolean> {
    try {
      await this.client.send(
        new PutSecretValueCommand({
          SecretId: this.secretId,
          ClientRequestToken: versionId,
          SecretString: content.reveal(),
          VersionStages: ['AWSPENDING'],
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ResourceExistsException) return false;
      throw error;
    }
  }

  /** Moves AWSCURRENT; Secrets Manager moves AWSPREVIOUS along, and refuses if the stage has moved meanwhile. */
  async promote(versionId: string, from: string | undefined): Promise<void> {
    await this.client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: this.secretId,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: versionId,
        ...(from === undefined ? {} : { RemoveFromVersionId: from }),
      }),
    );
  }

  /** A version without a stage is forgotten, and no longer keeps the next rotation from making a new one. */
  async abandon(versionId: string): Promise<void> {
    await this.client.send(
      new UpdateSecretVersionStageCommand({ SecretId: this.secretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: versionId }),
    );
  }

  private async content(version: { readonly VersionId?: string; readonly VersionStage: string }): Promise<VersionContent | undefined> {
    try {
      const { SecretString: text = '', CreatedDate: createdAt = new Date(0) } = await this.client.send(
        new GetSecretValueCommand({ SecretId: this.secretId, ...version }),
      );
      return { text, createdAt };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }
}

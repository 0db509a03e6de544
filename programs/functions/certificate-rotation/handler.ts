import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { causeOf, type Log } from '../../shared/log';
import type { RotationConfiguration } from './configuration';
import type { IssuingClients } from './issue-chain';
import { createSecret, finishSecret, setSecret, testSecret, type Rotation } from './rotation';
import { readRotationEvent, type RotationEvent } from './rotation-event';
import { secretOwner } from './secret-owner';
import { SecretVersions, type SecretDescription } from './secret-versions';

export interface RotationDependencies extends IssuingClients {
  readonly secretsManager: SecretsManagerClient;
  /** Read at each call, so that a wrong environment shows in the log of each. */
  readonly configuration: () => RotationConfiguration;
  readonly now: () => Date;
  readonly log: (context: { readonly step: string; readonly secret: string; readonly version: string }) => Log;
}

/**
 * The rotation function of all certificate secrets. Secrets Manager calls it four times for each rotation, and calls
 * it again, from the first step, after any failure; so each step looks first at what is already done.
 */
export function rotationHandler(dependencies: RotationDependencies): (event: unknown) => Promise<void> {
  return async (input) => {
    const event = readRotationEvent(input);
    const log = dependencies.log({ step: event.step, secret: event.secretId, version: event.version });
    try {
      await runStep(dependencies, event, log);
    } catch (error) {
      log.error('rotation-failed', causeOf(error));
      throw error;
    }
  };
}

async function runStep(dependencies: RotationDependencies, event: RotationEvent, log: Log): Promise<void> {
  const secret = new SecretVersions(dependencies.secretsManager, event.secretId);
  const description = await secret.describe();
  if (isDone(description, event.version)) {
    log.info('already-current');
    return;
  }
  const configuration = dependencies.configuration();
  const rotation: Rotation = {
    secret,
    version: event.version,
    owner: secretOwner(description.tags, configuration.trustDomain),
    configuration,
    clients: dependencies,
    now: dependencies.now,
    log,
  };
  switch (event.step) {
    case 'createSecret':
      return createSecret(rotation);
    case 'setSecret':
      return setSecret(rotation);
    case 'testSecret':
      return testSecret(rotation);
    case 'finishSecret':
      return finishSecret(rotation, versionAt('AWSCURRENT', description));
  }
}

/** @throws Error if Secrets Manager did not start the rotation of this version */
function isDone(description: SecretDescription, version: string): boolean {
  if (!description.rotationEnabled) throw new Error('the rotation of the secret is not enabled');
  const stages = description.stages.get(version);
  if (stages?.includes('AWSCURRENT') === true) return true;
  if (stages?.includes('AWSPENDING') !== true) throw new Error(`the version ${version} is not pending: rotate the secret again`);
  return false;
}

function versionAt(stage: string, { stages }: SecretDescription): string | undefined {
  return [...stages].find(([, names]) => names.includes(stage))?.[0];
}

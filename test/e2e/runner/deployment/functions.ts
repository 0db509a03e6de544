import { setTimeout } from 'node:timers/promises';
import { authoritySetHandler } from '../../../../programs/functions/authority-set/handler';
import { authorityHandler } from '../../../../programs/functions/certificate-authority/handler';
import { readConfiguration } from '../../../../programs/functions/certificate-rotation/configuration';
import { rotationHandler } from '../../../../programs/functions/certificate-rotation/handler';
import type { RotationEvent } from '../../../../programs/functions/certificate-rotation/rotation-event';
import type { CustomResourceAnswer, CustomResourceEvent } from '../../../../programs/functions/custom-resource-event';
import { jsonLog } from '../../../../programs/shared/log';
import { kmsSigner } from '../../../../programs/functions/x509/kms-signer';
import type { AwsEmulator } from '../aws/emulator';
import type { Principal } from '../aws/service';

/** What a function runs with. */
export interface Invocation {
  readonly aws: AwsEmulator;
  /** The function, with what its role may do. */
  readonly principal: Principal;
  readonly environment: Readonly<Record<string, string>>;
  readonly now: () => Date;
  /** A line of its log. */
  readonly write: (line: string) => void;
}

type CustomResourceHandler = (event: CustomResourceEvent) => Promise<CustomResourceAnswer>;

/** The program behind each type of custom resource. */
export const CUSTOM_RESOURCES: Readonly<Record<string, (invocation: Invocation) => CustomResourceHandler>> = {
  'Custom::MeshAuthority': ({ aws, principal, write }) => {
    const { kms, acmPca } = aws.clients(principal);
    return authorityHandler({ kms, acmPca, log: jsonLog(write), pause: (milliseconds) => setTimeout(milliseconds) });
  },
  'Custom::MeshAuthoritySet': ({ aws, principal, write, now }) =>
    authoritySetHandler({ secretsManager: aws.clients(principal).secretsManager, log: jsonLog(write), now }),
};

/** One step of a rotation, as Secrets Manager asks for it. */
export async function runRotationStep(
  { aws, principal, environment, now, write }: Invocation,
  { step, secretId, version }: RotationEvent,
): Promise<void> {
  const { secretsManager, kms, acmPca } = aws.clients(principal);
  const handle = rotationHandler({
    secretsManager,
    acmPca,
    pause: (milliseconds) => setTimeout(milliseconds),
    configuration: () => readConfiguration(environment),
    signerOf: (authority) => kmsSigner(kms, authority.keyArn),
    now,
    log: (context) => jsonLog(write, context),
  });
  await handle({ Step: step, SecretId: secretId, ClientRequestToken: version });
}

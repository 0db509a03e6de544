import { setTimeout } from 'node:timers/promises';
import { authoritySetHandler } from '../../functions/authority-set/handler';
import { cloudWatchReports } from '../../functions/authority-set/task-reports';
import { authorityHandler } from '../../functions/certificate-authority/handler';
import { readConfiguration } from '../../functions/certificate-issuer/configuration';
import { issuerHandler } from '../../functions/certificate-issuer/handler';
import { jobRunnerHandler } from '../../functions/job-runner/handler';
import { readRunnerSettings } from '../../functions/job-runner/runner-settings';
import { namespaceNameHandler } from '../../functions/namespace-name/handler';
import { JOB_RUN_RESOURCE } from '../../../lib/core/contract/job-run';
import { WEIGHT_SHIFT_RESOURCE, WEIGHTS_RESOURCE } from '../../../lib/core/contract/weight-shift';
import { weightShifterHandler } from '../../functions/weight-shifter/handler';
import { cloudWatchMeasurements } from '../../functions/weight-shifter/measurements';
import { parameterStore } from '../../functions/weight-shifter/parameter-store';
import type { CustomResourceEvent } from '../../functions/custom-resource-event';
import { kmsSigner } from '../../functions/x509/kms-signer';
import { jsonLog } from '../../shared/log';
import type { AwsEmulator } from '../aws/emulator';
import type { Principal } from '../aws/principal';

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

/** What `isComplete` answers is something else. */
type CustomResourceHandler = (event: CustomResourceEvent) => Promise<unknown>;

/** The program behind each type of custom resource. */
export const CUSTOM_RESOURCES: Readonly<Record<string, (invocation: Invocation) => CustomResourceHandler>> = {
  'Custom::MeshAuthority': ({ aws, principal, write }) => {
    const { kms, acmPca } = aws.clients(principal);
    return authorityHandler({ kms, acmPca, log: jsonLog(write), pause: (milliseconds) => setTimeout(milliseconds) });
  },
  'Custom::MeshAuthoritySet': ({ aws, principal, write, now }) =>
    authoritySetHandler({ reports: cloudWatchReports(aws.clients(principal).cloudWatch), log: jsonLog(write), now }),
  'Custom::MeshNamespaceName': ({ aws, principal, write }) =>
    namespaceNameHandler({
      cloudMap: aws.clients(principal).cloudMap,
      log: jsonLog(write),
      pause: (milliseconds) => setTimeout(milliseconds),
    }),
  [JOB_RUN_RESOURCE]: ({ aws, principal, environment, write, now }) =>
    jobRunnerHandler({
      ecs: aws.clients(principal).ecs,
      settings: () => readRunnerSettings(environment),
      log: jsonLog(write),
      pause: (milliseconds) => setTimeout(milliseconds),
      now: () => now().getTime(),
    }),
  [WEIGHTS_RESOURCE]: weightShifter,
  [WEIGHT_SHIFT_RESOURCE]: weightShifter,
};

/** Of what tasks report, which do not wait where a state machine does, it asks by their clock. */
function weightShifter({ aws, principal, write }: Invocation): CustomResourceHandler {
  const { ssm, cloudWatch, sfn } = aws.clients(principal);
  return weightShifterHandler({
    parameters: parameterStore(ssm),
    measurements: cloudWatchMeasurements(cloudWatch),
    sfn,
    log: jsonLog(write),
    pause: (milliseconds) => setTimeout(milliseconds),
    now: () => Date.now(),
  }) as CustomResourceHandler;
}

type Program = (event: unknown) => Promise<unknown>;

/** The program of a function that tasks invoke, by a variable that only its environment has. */
const PROGRAMS: Readonly<Record<string, (invocation: Invocation) => Program>> = {
  IDENTITY_KEY_ARN: ({ aws, principal, environment, now, write }) => {
    const { kms, acmPca } = aws.clients(principal);
    return issuerHandler({
      kms,
      acmPca,
      pause: (milliseconds) => setTimeout(milliseconds),
      configuration: () => readConfiguration(environment),
      signerOf: (authority) => kmsSigner(kms, authority.keyArn),
      now,
      log: jsonLog(write),
    });
  },
};

/** What a function does that is invoked; it fails if the runner does not know the function. */
export function programOf(invocation: Invocation): Program {
  const known = Object.entries(PROGRAMS).find(([variable]) => invocation.environment[variable] !== undefined);
  return (
    known?.[1](invocation) ?? (() => Promise.reject(new Error(`the runner has no program for the function ${invocation.principal.name}`)))
  );
}

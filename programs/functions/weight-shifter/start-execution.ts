import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { ShiftInput } from '../../../lib/core/contract/weight-shift';
import type { Log } from '../../shared/log';
import { retryWhileNew } from '../retry-while-new';
import type { Pause } from '../retry';

/**
 * Once, however often it is asked for: an execution of the same name exists.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export async function startExecution(
  input: ShiftInput,
  parts: { readonly sfn: SFNClient; readonly stateMachine: string; readonly log: Log; readonly pause: Pause },
): Promise<void> {
  const { sfn, stateMachine: stateMachineArn, pause, log } = parts;
  const command = new StartExecutionCommand({ stateMachineArn, name: input.Id, input: JSON.stringify(input) });
  await retryWhileNew(async () => sfn.send(command), { temporary: [], pause, log }).catch((error: unknown) => {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  });
}

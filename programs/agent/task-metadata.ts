import { Failure } from './failure';
import { localHttp } from './local-http';

export interface TaskMetadata {
  readonly taskArn: string;
  /** The task's id, which is its instance id in Cloud Map too. */
  readonly taskId: string;
  readonly zone: string | undefined;
}

export interface MetadataSource {
  /** Throws a Failure. */
  read(): Promise<TaskMetadata>;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html */
export function ecsMetadata(uri: string): MetadataSource {
  return {
    read: async () =>
      taskOf(
        await localHttp('GET', `${uri}/task`).catch((error: unknown) => {
          throw new Failure('metadata', error instanceof Error ? error.message : String(error), { cause: error });
        }),
      ),
  };
}

function taskOf(text: string): TaskMetadata {
  const task = objectIn(text);
  const arn = task['TaskARN'];
  const taskId = typeof arn === 'string' ? /[^/]+$/.exec(arn)?.[0] : undefined;
  if (typeof arn !== 'string' || taskId === undefined) throw new Failure('metadata', "the task's metadata names no TaskARN");
  const zone = task['AvailabilityZone'];
  return { taskArn: arn, taskId, zone: typeof zone === 'string' && zone !== '' ? zone : undefined };
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Reported below.
  }
  throw new Failure('metadata', "the task's metadata is not a JSON object");
}

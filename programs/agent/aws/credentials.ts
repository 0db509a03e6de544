import { fromEnv } from '@aws-sdk/credential-provider-env';
import { fromHttp } from '@aws-sdk/credential-provider-http';
import type { Environment } from '../settings';

export type Credentials = Awaited<ReturnType<ReturnType<typeof fromHttp>>>;

/**
 * Of the task's role, as ECS gives them to containers; variables come first, as in every SDK. The SDK's own chain has eight more
 * sources, none of which a container of ECS has, and takes 3 MiB.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
export function taskCredentials(environment: Environment): () => Promise<Credentials> {
  const given = (environment['AWS_ACCESS_KEY_ID'] ?? '') !== '' && (environment['AWS_SECRET_ACCESS_KEY'] ?? '') !== '';
  // Not before they are needed: without a source, it throws.
  return async () => (given ? fromEnv() : fromHttp())();
}

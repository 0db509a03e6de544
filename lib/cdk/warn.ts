import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** What works otherwise than one may think: `id` is stable, for `acknowledgeWarning()`. */
export interface WarningText {
  readonly id: string;
  /** Where in the user's own props. */
  readonly path: string;
  readonly message: string;
}

export function warn(scope: IConstruct, warnings: readonly WarningText[]): void {
  for (const { id, path, message } of warnings) Annotations.of(scope).addWarningV2(`cdk-ecs-microservices:${id}`, `${path}: ${message}`);
}

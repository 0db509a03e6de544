import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Warning } from '../core/reading/warnings';

/** As annotations of CDK: the ID of each is stable, for `acknowledgeWarning()`. */
export function warn(scope: IConstruct, warnings: readonly Warning[]): void {
  for (const { id, path, message } of warnings) Annotations.of(scope).addWarningV2(`cdk-ecs-microservices:${id}`, `${path}: ${message}`);
}

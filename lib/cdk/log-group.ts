import { RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { LogProps } from '../props/microservices-props';
import { defined } from '../core/defined';

/**
 * A log group that the library makes.
 *
 * @param logGroupName only where something asks for a name: CloudFormation makes names that never clash
 */
export function renderLogGroup(scope: Construct, id: string, props: LogProps | undefined, logGroupName?: string): logs.LogGroup {
  return new logs.LogGroup(scope, id, {
    ...defined({ logGroupName }),
    retention: props?.retention ?? logs.RetentionDays.ONE_MONTH,
    removalPolicy: props?.removalPolicy ?? RemovalPolicy.DESTROY,
    ...(props?.encryptionKey === undefined ? {} : { encryptionKey: props.encryptionKey }),
  });
}

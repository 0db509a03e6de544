import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

/** The ARN of a log group as API Gateway keeps it: with the ":*" of `logGroupArn`, drift detection always finds a difference. */
export function accessLogDestination(logGroup: ILogGroup): string {
  const { account, region } = logGroup.env;
  return Stack.of(logGroup).formatArn({
    service: 'logs',
    account,
    region,
    resource: 'log-group',
    resourceName: logGroup.logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

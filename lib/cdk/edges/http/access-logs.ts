import { Aws, Stack, Token } from 'aws-cdk-lib';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { LogProps } from '../../../props/microservices-props';
import { renderLogGroup } from '../../log-group';
import { warn } from '../../warn';
import type { EdgeContext } from '../model';

/**
 * Where log deliveries of AWS services need no entry of their own in a resource policy. For any other log group API Gateway adds its ARN
 * to the policy `AWSLogDeliveryWrite20150319` of the account and Region, which takes 5,120 characters, and which nobody shortens when log
 * groups go: after some dozens of stages, deployments fail.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html
 * https://github.com/serverless/serverless/issues/10469
 */
const VENDED = '/aws/vendedlogs/';

/** The log group of an HTTP API: one of its own, unless the user brings one. */
export function accessLogGroup(scope: Construct, apiId: string, { logGroup, logProps }: EdgeContext): ILogGroup {
  // By the ID of the API the name clashes with none, also where a stack of that name was deleted and its log groups were kept.
  const name = `${VENDED}ecs-microservices/${Aws.STACK_NAME}/${apiId}`;
  if (logProps?.logGroup === undefined) return renderLogGroup(scope, 'AccessLogs', logProps, name);
  warnOfPolicy(scope, logGroup, logProps);
  return logGroup;
}

function warnOfPolicy(scope: Construct, logGroup: ILogGroup, { logGroup: given }: LogProps): void {
  const name = knownName(logGroup, given);
  if (name === undefined || name.startsWith(VENDED)) return;
  warn(scope, [
    {
      id: 'access-log-group',
      path: 'logs.logGroup',
      message:
        'API Gateway adds the ARN of this log group to a resource policy of the account and Region that takes 5,120 characters, since ' +
        `its name${name === '' ? '' : ` "${name}"`} does not begin with "${VENDED}". When the policy is full, the deployment of a stage ` +
        'fails with "Insufficient permissions to enable logging" or "Policy document length breaking Cloudwatch Logs Constraints". ' +
        'Give the log group such a name, or leave logGroup out',
    },
  ]);
}

/** Empty if CloudFormation makes the name, from that of the stack; undefined if nobody knows it. */
function knownName(logGroup: ILogGroup, given: LogProps['logGroup']): string | undefined {
  if (!Token.isUnresolved(logGroup.logGroupName)) return logGroup.logGroupName;
  const resource = [given, given?.node.defaultChild].find((each) => each !== undefined && CfnLogGroup.isCfnLogGroup(each));
  if (resource === undefined) return undefined;
  // Of a construct without a name it is a token for nothing.
  const name: unknown = Stack.of(resource).resolve(resource.logGroupName);
  if (name === undefined) return '';
  return typeof name === 'string' ? name : undefined;
}

import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as cr from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { FunctionName } from '../../core/contract/functions';
import { acknowledge } from '../acknowledge';
import { functionAsset } from '../assets';
import { defined } from '../../core/defined';

export interface MeshFunctionProps {
  readonly asset: FunctionName;
  readonly description: string;
  readonly logGroup: logs.ILogGroup;
  /** What its role may do beside writing its log. @default - nothing */
  readonly statements?: readonly iam.PolicyStatement[];
  /** Instead of a role of its own, if others have to name it first. */
  readonly role?: iam.Role;
  readonly environment?: Record<string, string>;
  readonly timeout: Duration;
  readonly reservedConcurrentExecutions?: number;
  /** Whether an invocation that is queued, and failed or has waited for a minute, is dropped. @default false */
  readonly onlyIfWaitedFor?: boolean;
}

/** A function of this library with a role that may do just what is stated here. */
export class MeshFunction extends Construct {
  readonly function: lambda.Function;
  readonly role: iam.Role;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: MeshFunctionProps,
  ) {
    super(scope, id);
    const {
      asset,
      description,
      logGroup,
      statements = [],
      role,
      environment,
      timeout,
      reservedConcurrentExecutions,
      onlyIfWaitedFor,
    } = props;
    this.role = role ?? functionRole(this, 'Role', logGroup, statements);
    this.function = new lambda.Function(this, 'Function', {
      // The agent's image has the same one.
      runtime: lambda.Runtime.NODEJS_22_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(functionAsset(asset)),
      handler: 'index.handler',
      description,
      memorySize: 256,
      timeout,
      role: this.role,
      logGroup,
      // Without the lines by which Lambda says of each invocation that it begins and ends. What the program writes stays as it is.
      loggingFormat: lambda.LoggingFormat.JSON,
      systemLogLevelV2: lambda.SystemLogLevel.WARN,
      ...(onlyIfWaitedFor === true ? { retryAttempts: 0, maxEventAge: Duration.minutes(1) } : {}),
      ...defined({ environment, reservedConcurrentExecutions }),
    });
    acknowledge(this.function, ['testedRuntime', 'awsApiOnly', 'callerWaits']);
  }

  /** Makes the function the handler of custom resources. */
  provider(id: string): cr.Provider {
    const { logGroup } = this.props;
    const role = functionRole(this, `${id}Role`, logGroup, []);
    const provider = new cr.Provider(this, id, { onEventHandler: this.function, logGroup, frameworkOnEventRole: role });
    const { logicalId } = this.function.node.defaultChild as lambda.CfnFunction;
    acknowledge(this.function, ['onlyInDeployments']);
    acknowledge(
      role.node.tryFindChild('DefaultPolicy'),
      ['anyVersion', 'inlinePolicy'],
      `<${Stack.of(this).resolve(logicalId) as string}.Arn>`,
    );
    acknowledge(provider.node.tryFindChild('framework-onEvent'), ['awsApiOnly', 'callerWaits', 'onlyInDeployments']);
    return provider;
  }
}

/** Instead of AWSLambdaBasicExecutionRole, which may write to every log group of the account. */
export function functionRole(scope: Construct, id: string, logGroup: logs.ILogGroup, statements: readonly iam.PolicyStatement[]): iam.Role {
  const logging = new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] });
  const role = new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { Function: new iam.PolicyDocument({ statements: [logging, ...statements] }) },
  });
  acknowledge(role, ['inlinePolicy']);
  return role;
}

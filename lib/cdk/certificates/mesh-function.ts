import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as cr from 'aws-cdk-lib/custom-resources';
import type { IConstruct } from 'constructs';
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

  /** For what its statements have to name without knowing it. */
  acknowledgeRole(reason: 'anyTaskOfCluster', target: string): void {
    acknowledge(this.role, [reason], target);
  }

  /**
   * Makes the function the handler of custom resources.
   *
   * @param waits how long and how often it is asked whether what it has begun is done; absent: it is done when it answers
   */
  provider(id: string, waits?: Required<Pick<cr.ProviderProps, 'queryInterval' | 'totalTimeout'>>): cr.Provider {
    const { logGroup } = this.props;
    const role = functionRole(this, `${id}Role`, logGroup, []);
    const waitRole = waits === undefined ? undefined : functionRole(this, `${id}WaitRole`, logGroup, []);
    const provider = new cr.Provider(this, id, {
      onEventHandler: this.function,
      logGroup,
      frameworkOnEventRole: role,
      ...(waits === undefined ? {} : { ...waits, isCompleteHandler: this.function }),
      ...defined({ frameworkCompleteAndTimeoutRole: waitRole }),
    });
    acknowledge(this.function, ['onlyInDeployments']);
    for (const each of [role, waitRole ?? []].flat())
      acknowledge(each.node.tryFindChild('DefaultPolicy'), ['anyVersion', 'inlinePolicy'], arnText(this.function));
    acknowledgeFramework(provider);
    return provider;
  }
}

const FRAMEWORK_FUNCTIONS = ['framework-onEvent', 'framework-isComplete', 'framework-onTimeout'];

function acknowledgeFramework(provider: cr.Provider): void {
  const functions = FRAMEWORK_FUNCTIONS.flatMap((name) => provider.node.tryFindChild(name) ?? []);
  for (const each of functions) acknowledge(each, ['awsApiOnly', 'callerWaits', 'onlyInDeployments']);
  const waiter = provider.node.tryFindChild('waiter-state-machine');
  const role = waiter?.node.tryFindChild('Role');
  acknowledge(waiter?.node.tryFindChild('Resource'), ['waiterLogs']);
  for (const each of functions.slice(1))
    acknowledge(role?.node.tryFindChild('DefaultPolicy'), ['anyVersion', 'inlinePolicy'], arnText(each));
}

function arnText(ofFunction: IConstruct): string {
  const { logicalId } = ofFunction.node.defaultChild as lambda.CfnFunction;
  return `<${Stack.of(ofFunction).resolve(logicalId) as string}.Arn>`;
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

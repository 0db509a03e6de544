import { ArnFormat, CustomResource, Duration, Fn, Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import type { ShiftPace, WeightShiftProperties, WeightsProperties } from '../../core/contract/weight-shift';
import { WEIGHT_SHIFT_RESOURCE, WEIGHTS_RESOURCE, weightsDescription } from '../../core/contract/weight-shift';
import type { WeightsPlan } from '../../core/plan/system-plan';
import type { IServiceShift } from '../../microservice';
import { acknowledge } from '../acknowledge';
import { MeshFunction } from '../certificates/mesh-function';
import { findingText } from '../finding-text';

export interface ShifterProps {
  readonly meshScope: string;
  readonly logGroup: logs.ILogGroup;
  /** ARNs of parameters that another one makes, and this one moves. @default - it makes them, of whatever services */
  readonly parameterArns?: readonly string[];
}

/** What a shift needs to be known of the service. */
export interface ShiftedVersions {
  /** The construct of the service. */
  readonly scope: Construct;
  /** The resources of the ECS services of all versions, which are there before weights move. */
  readonly ecsServices: readonly IConstruct[];
  readonly taskDefinitionArns: readonly string[];
  readonly alarms: readonly cloudwatch.IAlarmRef[];
  /** Gets what moves them. */
  readonly moved: (shift: IServiceShift) => void;
}

/**
 * What moves weights: a function, which is also the custom resource of parameters and of shifts, and a state machine that calls it once a
 * minute. There is one of each for a system, and one for each of its groups with such a service.
 *
 * The parameters are made by the function, since CloudFormation would write the last weights into its own at once; and not by the resource
 * that comes after the ECS services, since tasks of callers, which those may be, need weights to start.
 */
export class Shifter extends Construct {
  readonly stateMachine: sfn.StateMachine;
  private readonly serviceToken: string;

  readonly meshScope: string;

  constructor(
    private readonly system: Construct,
    id: string,
    { meshScope, logGroup, parameterArns }: ShifterProps,
  ) {
    super(system, id);
    this.meshScope = meshScope;
    const parameters = parameterArn(this, this.named('*'));
    const shifter = new MeshFunction(this, 'Shifter', {
      asset: 'weight-shifter',
      description: 'Moves weights of versions of a mesh, and takes them back',
      logGroup,
      statements: [
        parameterArns === undefined
          ? new iam.PolicyStatement({
              actions: ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'],
              // Of whatever service: CloudFormation takes away what a role may do before it deletes the parameter of one that is removed.
              resources: [parameters],
            })
          : new iam.PolicyStatement({ actions: ['ssm:GetParameter', 'ssm:PutParameter'], resources: [...parameterArns] }),
        // Neither metrics nor their alarms are resources here: of alarms, the function asks for several at once.
        new iam.PolicyStatement({ actions: ['cloudwatch:GetMetricData', 'cloudwatch:DescribeAlarms'], resources: ['*'] }),
        // By its name, since the state machine comes after the function that it calls.
        new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [machineArn(this, this.named())] }),
      ],
      // It waits for permissions, which were made a moment ago.
      timeout: Duration.minutes(2),
    });
    acknowledge(shifter.role, ['metricsOfShifts']);
    if (parameterArns === undefined) acknowledge(shifter.role, ['anyParameterOfSystem'], findingText(this, parameters));
    this.serviceToken = shifter.provider('Provider').serviceToken;
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName: this.named(),
      definitionBody: sfn.DefinitionBody.fromChainable(stepsOf(this, shifter)),
      comment: 'Moves weights of versions step by step',
    });
    acknowledge(this.stateMachine.node.defaultChild, ['shiftHistory']);
    acknowledge(
      this.stateMachine.role.node.tryFindChild('DefaultPolicy'),
      ['anyVersion', 'inlinePolicy'],
      findingText(this, shifter.function.functionArn),
    );
  }

  /** The parameter of a service, with the weights of the first deployment. */
  renderParameter(scope: Construct, id: string, { service, text }: WeightsPlan): ssm.IStringParameter {
    const properties: WeightsProperties = {
      Parameter: this.named(service),
      Description: weightsDescription(service),
      Weights: text,
    };
    const { ref: parameterName } = new CustomResource(scope, id, {
      resourceType: WEIGHTS_RESOURCE,
      serviceToken: this.serviceToken,
      properties,
    });
    return ssm.StringParameter.fromStringParameterAttributes(scope, `${id}Parameter`, { parameterName, simpleName: true });
  }

  /** Lets the weights go where the plan says, when the tasks of all versions run. */
  renderShift({ service, text }: WeightsPlan, pace: ShiftPace, parameter: string, versions: ShiftedVersions): void {
    const { scope, ecsServices, taskDefinitionArns, alarms } = versions;
    const { meshScope: mesh } = this;
    const properties: WeightShiftProperties = {
      Service: service,
      Parameter: parameter,
      Weights: text,
      StateMachine: this.stateMachine.stateMachineArn,
      TaskDefinitions: taskDefinitionArns,
      Settings: Stack.of(this).toJsonString({ ...pace, mesh, alarms: alarms.map(({ alarmRef }) => alarmRef.alarmName) }),
    };
    const shift = new CustomResource(scope, 'Shift', {
      resourceType: WEIGHT_SHIFT_RESOURCE,
      serviceToken: this.serviceToken,
      properties,
    });
    shift.node.addDependency(...ecsServices);
  }

  /**
   * A name that is known before the parameter or the state machine is there, for what may be done with it, and that no other stack has.
   * Of parameters, CloudFormation makes no longer ones: lib/core/plan/deployed-bytes.ts.
   */
  private named(...parts: readonly string[]): string {
    // Also of a parameter in foundations, which are nested in this stack.
    const ofStack = Fn.select(2, Fn.split('/', Stack.of(this.system).stackId));
    return Fn.join('-', ['mesh', ...parts, this.system.node.addr.slice(-8), ofStack]);
  }
}

/** Step, look at how it went, wait, and so on: the function says what is next. */
function stepsOf(scope: Construct, { function: shifter }: MeshFunction): sfn.IChainable {
  const back = new sfn.Fail(scope, 'TakenBack', { error: 'ShiftTakenBack', causePath: '$.Reason' });
  const ended = new sfn.Succeed(scope, 'Ended');
  const invoke = (id: string): tasks.LambdaInvoke =>
    new tasks.LambdaInvoke(scope, id, { lambdaFunction: shifter, payloadResponseOnly: true, retryOnServiceExceptions: false });
  const step = invoke('Step');
  const giveUp = invoke('GiveUp');
  // What does not go away in 10 minutes is no fault of a moment.
  for (const task of [step, giveUp])
    task.addRetry({ errors: [sfn.Errors.ALL], interval: Duration.seconds(10), maxAttempts: 6, backoffRate: 2 });
  step.addCatch(giveUp, { errors: [sfn.Errors.ALL], resultPath: '$.Failure' });
  const wait = new sfn.Wait(scope, 'Wait', { time: sfn.WaitTime.secondsPath('$.Settings.checkSeconds') });
  const next = new sfn.Choice(scope, 'Next')
    .when(sfn.Condition.stringEquals('$.Status', 'going'), wait)
    .when(sfn.Condition.stringEquals('$.Status', 'back'), back)
    .otherwise(ended);
  giveUp.next(next);
  wait.next(step);
  return step.next(next);
}

function machineArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

function parameterArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: 'parameter', resourceName: name });
}

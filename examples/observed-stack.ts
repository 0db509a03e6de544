import { Annotations, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { Authorizer, Edge, Microservices, Shift, Tracing } from '../lib';

/**
 * A ticket office that a team on call looks after: metrics, dashboard, alarms and saved queries in CloudWatch, metrics for the company's
 * Prometheus, traces by OpenTelemetry, and a new version of a service that gets its calls step by step, and loses them if it is worse.
 */
export class ObservedStack extends Stack {
  readonly tickets: Microservices;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const { vpc, prometheus } = existing(this);

    // Alarms can tell an encrypted topic only if its key lets them.
    const onCallKey = new Key(this, 'OnCallKey', { enableKeyRotation: true });
    onCallKey.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'));
    const onCall = new SnsAction(new Topic(this, 'OnCall', { enforceSSL: true, masterKey: onCallKey }));

    // What no proxy sees: the bookings service counts it itself. A response of 200 may say that a seat was sold twice.
    const soldTwice = new Alarm(this, 'SoldTwice', {
      alarmDescription: 'Seats were sold twice. If a shift of bookings is on its way, it goes back by itself.',
      metric: new Metric({ namespace: 'Tickets', metricName: 'SeatsSoldTwice', statistic: Stats.SUM, period: Duration.minutes(1) }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    soldTwice.addAlarmAction(onCall);

    this.tickets = new Microservices(this, 'Tickets', {
      vpc,
      services: {
        web: {
          image: image('web', '7'),
          port: 8080,
          calls: ['bookings', 'events'],
          environment: urls('bookings', 'events'),
          desiredCount: 2,
        },
        events: { image: image('events', '4'), port: 8080, desiredCount: 2 },
        bookings: {
          image: image('bookings', '11'),
          port: 8080,
          calls: ['events', 'payments'],
          environment: urls('events', 'payments'),
          // To bring out 12: add it with weight 0, deploy; then change places of the weights, and deploy again.
          versions: { v11: { weight: 100, desiredCount: 2 }, v12: { weight: 0, image: image('bookings', '12'), desiredCount: 2 } },
          shift: Shift.linear({ step: 20, every: Duration.minutes(10), alarms: [soldTwice] }),
        },
      },
      external: { payments: { host: 'api.payments.example' } },
      edge: Edge.httpApi({
        authorizer: Authorizer.jwt({ issuer: 'https://login.tickets.example', audience: ['tickets'] }),
        throttle: { rateLimit: 200, burstLimit: 400 },
        routes: { 'ANY /{proxy+}': { service: 'web' } },
      }),
      tracing: Tracing.openTelemetry({ resourceAttributes: { 'deployment.environment.name': 'production' } }),
      observability: {
        metrics: true,
        queries: true,
        dashboard: { dashboardName: 'tickets' },
        alarms: {
          actions: [onCall],
          okActions: [onCall],
          services: {
            bookings: { errorPercent: 2, latency: Duration.millis(800) },
            // When a sale begins, half of the town looks at once, and may wait.
            events: { latency: Duration.seconds(2) },
          },
        },
        prometheus: { openTo: [prometheus] },
      },
    });

    const takenBack = this.tickets.service('bookings').shift?.metricTakenBack({ period: Duration.minutes(5) });
    takenBack
      ?.createAlarm(this, 'TakenBack', {
        alarmDescription: 'A new version of bookings was worse, and has lost its calls. The state machine of the shift says why.',
        threshold: 1,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      })
      .addAlarmAction(onCall);
    // 4.5 vCPUs at first; docs/first-deployment.md says how to raise the quota.
    Annotations.of(this.tickets).acknowledgeWarning(
      'cdk-ecs-microservices:fargate-vcpus',
      'A new account, with 6 vCPUs, is enough for the first deployment; before all services are replaced at once, raise the quota.',
    );
    this.acknowledgeChoices();
  }

  /** What this system chooses, for the packs of cdk-nag: the library acknowledges only what it decides itself. */
  private acknowledgeChoices(): void {
    Validations.of(this.tickets).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'The environment variables are addresses inside the mesh, and those of the OpenTelemetry SDKs.',
    });
  }
}

/** What the company has already, and other teams look after. Put in what you have. */
function existing(scope: Stack): { readonly vpc: IVpc; readonly prometheus: ISecurityGroup } {
  return {
    vpc: Vpc.fromVpcAttributes(scope, 'Vpc', {
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      vpcCidrBlock: '10.20.0.0/16',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      privateSubnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-0b1c2d3e4f5061728'],
      privateSubnetRouteTableIds: ['rtb-0a1b2c3d4e5f60718', 'rtb-0b1c2d3e4f5061728'],
    }),
    prometheus: SecurityGroup.fromSecurityGroupId(scope, 'Prometheus', 'sg-0c1d2e3f405162738'),
  };
}

function urls(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name.toUpperCase(), `http://${name}.tickets.internal:15080`]));
}

function image(name: string, version: string): ContainerImage {
  return ContainerImage.fromRegistry(`public.ecr.aws/example/tickets-${name}:${version}`);
}

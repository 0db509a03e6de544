import { join } from 'node:path';
import { Annotations, Duration, Stack, TimeZone, Validations } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage, Secret } from 'aws-cdk-lib/aws-ecs';
import { FileSystem } from 'aws-cdk-lib/aws-efs';
import { ApplicationListener, ApplicationTargetGroup, ListenerCondition } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import type { IDatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Secret as StoredSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { LoadBalancerTarget, Microservices, Volume } from '../lib';

/**
 * The warehouse of a company, in the company's network: orders come in by its load balancer, workers print labels for parcels, goods that
 * arrive are booked by a Lambda function, and stock is compared with the company's ERP every night.
 */
export class WarehouseStack extends Stack {
  readonly warehouse: Microservices;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const { vpc, listener, database, password } = existing(this);

    const parcels = new Queue(this, 'Parcels', {
      enforceSSL: true,
      visibilityTimeout: Duration.minutes(2),
      deadLetterQueue: { queue: new Queue(this, 'FailedParcels', { enforceSSL: true }), maxReceiveCount: 5 },
    });
    const fileSystem = new FileSystem(this, 'Files', { vpc, encrypted: true });
    const labels = Volume.efs({
      fileSystem,
      accessPoint: fileSystem.addAccessPoint('Labels', {
        path: '/labels',
        createAcl: { ownerUid: '1000', ownerGid: '1000', permissions: '750' },
        posixUser: { uid: '1000', gid: '1000' },
      }),
    });
    // This role proves the identity of the function to the services, so it is of no other function.
    const goodsInRole = new Role(this, 'GoodsInRole', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaVPCAccessExecutionRole')],
    });
    const goodsIn = new NodejsFunction(this, 'GoodsIn', {
      entry: join(__dirname, 'warehouse/goods-in.ts'),
      runtime: Runtime.NODEJS_24_X,
      timeout: Duration.seconds(30),
      role: goodsInRole,
      vpc,
      deadLetterQueue: new Queue(this, 'FailedGoodsIn', { enforceSSL: true }),
    });
    new Rule(this, 'GoodsReceived', {
      eventPattern: { source: ['example.purchasing'], detailType: ['GoodsReceived'] },
      targets: [new LambdaFunction(goodsIn)],
    });

    // Alarms can tell an encrypted topic only if its key lets them.
    const onCallKey = new Key(this, 'OnCallKey', { enableKeyRotation: true });
    onCallKey.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'));
    const onCall = new Topic(this, 'OnCall', { enforceSSL: true, masterKey: onCallKey });
    const secrets = { DATABASE: Secret.fromSecretsManager(password) };
    this.warehouse = new Microservices(this, 'Warehouse', {
      vpc,
      services: {
        orders: {
          image: image('orders'),
          port: 8080,
          calls: ['stock'],
          environment: { STOCK: 'http://stock.warehouse.internal:15080', PARCELS: parcels.queueUrl },
          // It hands labels out, and writes none.
          volumes: { labels },
          mountPoints: [{ sourceVolume: 'labels', containerPath: '/labels', readOnly: true }],
          loadBalancerTarget: LoadBalancerTarget.application(),
          scaling: { minCapacity: 2, maxCapacity: 8, requestsPerTask: 1200 },
        },
        stock: {
          image: image('stock'),
          port: 8080,
          secrets,
          desiredCount: 2,
          // Who books goods may do nothing else.
          allow: [{ callers: ['orders', 'labels', 'stocktaking'] }, { callers: ['goods-in'], methods: ['PUT'], paths: ['/receipts/*'] }],
        },
        // A worker, since it has no port. While there are no parcels, there is no task.
        labels: {
          image: image('labels'),
          calls: ['stock', 'carrier'],
          environment: {
            STOCK: 'http://stock.warehouse.internal:15080',
            CARRIER: 'http://carrier.warehouse.internal:15080',
            PARCELS: parcels.queueUrl,
          },
          volumes: { labels },
          mountPoints: [{ sourceVolume: 'labels', containerPath: '/labels', readOnly: false }],
          // As long as a label may take: a task that is stopped prints the one that it has begun.
          stopTimeout: Duration.seconds(60),
          scaling: { minCapacity: 0, maxCapacity: 6, queue: { queue: parcels, messagesPerTask: 50 } },
        },
      },
      jobs: {
        // It changes the tables of the stock service, and fills new columns with what the ERP knows. It cannot call services of this
        // system: at the first deployment there are none.
        migrate: {
          image: image('stock'),
          command: ['migrate'],
          calls: ['erp'],
          environment: { ERP: 'http://erp.warehouse.internal:15080' },
          secrets,
          beforeDeployment: true,
        },
        stocktaking: {
          image: image('stocktaking'),
          calls: ['stock', 'erp'],
          environment: { STOCK: 'http://stock.warehouse.internal:15080', ERP: 'http://erp.warehouse.internal:15080' },
          schedule: ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
        },
      },
      external: { carrier: { host: 'api.carrier.example' }, erp: { host: 'erp.company.example' } },
      clients: { 'goods-in': { role: goodsInRole, connections: goodsIn, calls: ['stock'] } },
      observability: {
        metrics: true,
        dashboard: {},
        // Few orders come in at night: five in a minute are enough to say that something is wrong.
        alarms: { actions: [new SnsAction(onCall)], services: { orders: { minRequests: 5, latency: Duration.seconds(2) } } },
      },
    });

    const orders = this.warehouse.service('orders');
    const targetGroup = new ApplicationTargetGroup(this, 'OrdersTargets', {
      vpc,
      port: 80,
      // Not the ECS service, whose ports take calls of the mesh alone.
      targets: [orders.workload().loadBalancerTarget()],
      healthCheck: { path: '/health' },
    });
    listener.addTargetGroups('Orders', {
      targetGroups: [targetGroup],
      priority: 10,
      conditions: [ListenerCondition.hostHeaders(['orders.company.example'])],
    });
    parcels.grantSendMessages(orders);
    parcels.grantConsumeMessages(this.warehouse.service('labels'));
    database.connections.allowDefaultPortFrom(this.warehouse.service('stock'));
    database.connections.allowDefaultPortFrom(this.warehouse.job('migrate'));
    goodsIn.addEnvironment('MESH_CLIENT', this.warehouse.client('goods-in').configuration);

    // 3.5 vCPUs at first; docs/first-deployment.md has the other numbers, and how to raise the quota.
    Annotations.of(this.warehouse).acknowledgeWarning(
      'cdk-ecs-microservices:fargate-vcpus',
      'A new account, with 6 vCPUs, is enough for the first deployment; before orders and labels scale that far, raise the quota.',
    );
    this.acknowledgeChoices(goodsInRole, fileSystem);
  }

  /** What this system chooses, for the packs of cdk-nag: the library acknowledges only what it decides itself. */
  private acknowledgeChoices(goodsInRole: Role, fileSystem: FileSystem): void {
    Validations.of(this.warehouse).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'The environment variables are addresses inside the mesh and of a queue; the password is a secret.',
    });
    Validations.of(goodsInRole).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole]',
      reason: 'It lets the function write logs and have network interfaces, for which AWS Lambda has no narrower resources.',
    });
    const printedAgain = 'The files are labels, which are printed again from the orders if they are lost.';
    Validations.of(fileSystem).acknowledge(
      { id: 'HIPAA.Security-EFSInBackupPlan', reason: printedAgain },
      { id: 'NIST.800.53.R5-EFSInBackupPlan', reason: printedAgain },
    );
  }
}

/** What the company has already, and other teams look after. Put in what you have. */
function existing(scope: Stack): {
  readonly vpc: IVpc;
  readonly listener: IApplicationListener;
  readonly database: IDatabaseCluster;
  readonly password: ISecret;
} {
  const group = (id: string, securityGroupId: string) => SecurityGroup.fromSecurityGroupId(scope, id, securityGroupId);
  return {
    vpc: Vpc.fromVpcAttributes(scope, 'Vpc', {
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      vpcCidrBlock: '10.20.0.0/16',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      privateSubnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-0b1c2d3e4f5061728'],
      privateSubnetRouteTableIds: ['rtb-0a1b2c3d4e5f60718', 'rtb-0b1c2d3e4f5061728'],
    }),
    listener: ApplicationListener.fromApplicationListenerAttributes(scope, 'Listener', {
      listenerArn: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/company/0123456789abcdef/0123456789abcdef',
      securityGroup: group('LoadBalancer', 'sg-0a1b2c3d4e5f60718'),
    }),
    database: DatabaseCluster.fromDatabaseClusterAttributes(scope, 'Database', {
      clusterIdentifier: 'company',
      port: 5432,
      securityGroups: [group('DatabaseGroup', 'sg-0b1c2d3e4f5061728')],
    }),
    password: StoredSecret.fromSecretCompleteArn(
      scope,
      'Password',
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:warehouse-database-AbCdEf',
    ),
  };
}

function image(name: string): ContainerImage {
  return ContainerImage.fromRegistry(`public.ecr.aws/example/warehouse-${name}:1.0.0`);
}

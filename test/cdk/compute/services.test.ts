import { Duration, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Table, AttributeType } from 'aws-cdk-lib/aws-dynamodb';
import { Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, CpuArchitecture, LogDrivers, Secret } from 'aws-cdk-lib/aws-ecs';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { CfnKey, Key } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret as SecretsManagerSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Authorizer, Edge, EnvoyLogLevel, Mesh, Protocol, Tracing } from '../../../lib';
import { build, containersOf, resourcesOf, service, taskConfigOf } from '../../support/stack';

describe('a task', () => {
  const { template } = build({ services: { ui: service({ calls: ['catalog'] }), catalog: service() } });
  const containers = containersOf(template, 'ui');

  test('holds Envoy, the application, the tracing collector, and the agent at its start and beside it', () => {
    expect([...containers.keys()]).toEqual(['mesh-init', 'envoy', 'app', 'collector', 'mesh-agent']);
  });

  test('starts the application when Envoy is healthy', () => {
    expect(containers.get('app')).toMatchObject({ DependsOn: [{ ContainerName: 'envoy', Condition: 'HEALTHY' }] });
    expect(containers.get('envoy')).toMatchObject({
      HealthCheck: { Command: ['CMD', 'bash', '-c', expect.stringContaining('/ready')] },
      Essential: true,
    });
  });

  test('starts Envoy when its certificate is there', () => {
    expect(containers.get('envoy')).toMatchObject({ DependsOn: [{ ContainerName: 'mesh-init', Condition: 'SUCCESS' }] });
    expect(containers.get('mesh-init')).toMatchObject({ Essential: false, Command: ['init'] });
    expect(containers.get('mesh-init')).not.toHaveProperty('DependsOn');
  });

  test('tells the agent first to stop, while everything else still runs: it depends on all others', () => {
    expect(containers.get('mesh-agent')).toMatchObject({
      DependsOn: ['envoy', 'app', 'collector'].map((name) => ({ ContainerName: name, Condition: 'START' })),
      // Callers need 11 seconds to notice, requests up to 30, and the agent some of its own.
      StopTimeout: 46,
    });
  });

  test('is replaced if its agent cannot run, which is restarted in place first', () => {
    expect(containers.get('mesh-agent')).toMatchObject({
      Essential: true,
      RestartPolicy: { Enabled: true },
      HealthCheck: { Command: ['CMD', 'perl', '/agent/health.pl'] },
    });
  });

  test("bounds the agent's memory", () => {
    expect(containers.get('mesh-agent')).toMatchObject({ Memory: 96 });
  });

  test.each(['mesh-init', 'mesh-agent'])(
    'gives %s the same user as Envoy, no capability, a read-only root, and one directory to write to',
    (name) => {
      expect(containers.get(name)).toMatchObject({
        User: '101',
        ReadonlyRootFilesystem: true,
        LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
        MountPoints: [{ SourceVolume: 'mesh', ContainerPath: '/run/mesh', ReadOnly: false }],
      });
      expect(containers.get('envoy')).toMatchObject({
        MountPoints: [{ SourceVolume: 'mesh', ContainerPath: '/run/mesh', ReadOnly: true }],
      });
      expect(containers.get('app')).not.toHaveProperty('MountPoints.0');
    },
  );

  test('runs Envoy as a user without rights on a read-only root, one worker a processor', () => {
    expect(containers.get('envoy')).toMatchObject({
      User: '101',
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
    });
    expect(containers.get('envoy')?.Command).toEqual(expect.arrayContaining(['--concurrency', '1']));
  });

  test('outlives its collector, which is restarted in place', () => {
    expect(containers.get('collector')).toMatchObject({ Essential: false, RestartPolicy: { Enabled: true } });
  });

  test('runs the collector with no capability on a read-only root, which writes where the CloudWatch agent writes and nowhere else', () => {
    expect(containers.get('collector')).toMatchObject({
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
      MountPoints: [
        { SourceVolume: 'collector-etc', ContainerPath: '/opt/aws/amazon-cloudwatch-agent/etc', ReadOnly: false },
        { SourceVolume: 'collector-var', ContainerPath: '/opt/aws/amazon-cloudwatch-agent/var', ReadOnly: false },
      ],
    });
    // Root owns the volumes, so it may write there without a capability.
    expect(containers.get('collector')).not.toHaveProperty('User');
  });

  test('logs into one group, never blocking, in streams that start with the name of the service', () => {
    for (const container of containers.values()) {
      expect(container).toMatchObject({
        LogConfiguration: { LogDriver: 'awslogs', Options: { 'awslogs-stream-prefix': 'ui', mode: 'non-blocking' } },
      });
    }
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  test('runs on ARM64 with 512 CPU units and 1 GiB, unless told otherwise', () => {
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Cpu: '512',
      Memory: '1024',
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    });
  });
});

describe('an ECS service', () => {
  const { template } = build({ services: { ui: service({ calls: ['catalog'] }), catalog: service() } });

  test('rolls back a deployment that fails, and never has fewer tasks than wanted', () => {
    template.allResourcesProperties(
      'AWS::ECS::Service',
      Match.objectLike({
        DeploymentConfiguration: {
          DeploymentCircuitBreaker: { Enable: true, Rollback: true },
          MinimumHealthyPercent: 100,
          MaximumPercent: 200,
        },
        EnableExecuteCommand: false,
      }),
    );
  });

  test('runs in private subnets without a public address', () => {
    template.allResourcesProperties(
      'AWS::ECS::Service',
      Match.objectLike({ NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } } }),
    );
  });

  test('is found by Cloud Map under its own name, and forgotten within seconds', () => {
    template.hasResourceProperties('AWS::ServiceDiscovery::Service', {
      Name: 'catalog',
      DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 5 }], RoutingPolicy: 'MULTIVALUE' },
      HealthCheckCustomConfig: Match.anyValue(),
    });
    template.hasResourceProperties('AWS::ServiceDiscovery::PrivateDnsNamespace', {
      Name: 'tasks.shop.internal',
      Properties: { DnsProperties: { SOA: { TTL: 5 } } },
    });
  });

  test('waits for the names of the services that it calls, so that no resolver remembers that they are missing', () => {
    const resources = resourcesOf(template);
    const record = Object.entries(resources).find(([, { Type }]) => Type === 'AWS::Route53::RecordSet')?.[0];
    const ui = Object.entries(resources).find(([id, { Type }]) => Type === 'AWS::ECS::Service' && id.includes('Shopui'))?.[1];
    expect(ui?.DependsOn).toContain(record);
  });
});

describe('virtual services', () => {
  const { template } = build({ services: { ui: service({ calls: ['catalog'] }), catalog: service() } });

  test('have names in a private zone beside the Cloud Map namespace, which lead to loopback', () => {
    template.hasResourceProperties('AWS::Route53::HostedZone', { Name: 'shop.internal.', VPCs: Match.anyValue() });
    template.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'catalog.shop.internal',
      Type: 'A',
      ResourceRecords: [Match.stringLikeRegexp('^127\\.')],
    });
  });

  test('have no name if nobody calls them', () => {
    template.resourceCountIs('AWS::Route53::RecordSet', 1);
  });
});

describe('the network', () => {
  const { template } = build({ services: { ui: service({ calls: ['catalog'] }), catalog: service(), other: service() } });

  test('opens port 15006 to declared callers, and nothing else to anybody', () => {
    const ingress = Object.values(resourcesOf(template)).filter(({ Type }) => Type === 'AWS::EC2::SecurityGroupIngress');
    expect(ingress).toHaveLength(1);
    expect(ingress[0]?.Properties).toMatchObject({
      FromPort: 15006,
      ToPort: 15006,
      IpProtocol: 'tcp',
      GroupId: { 'Fn::GetAtt': [expect.stringMatching(/Shopcatalog/), 'GroupId'] },
      SourceSecurityGroupId: { 'Fn::GetAtt': [expect.stringMatching(/Shopui/), 'GroupId'] },
    });
    template.allResourcesProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.absent() });
  });

  test('is a VPC of two zones whose refused connections are logged', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 2);
    template.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'REJECT' });
  });
});

describe('least privilege', () => {
  test('a task role may send traces; what else it may do, iam.test.ts tells', () => {
    const { template } = build({ services: { ui: service() } });
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['xray:PutTraceSegments']), Resource: '*' })]),
      },
    });
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 1);
  });

  test('a task role may send no traces where nothing is traced', () => {
    const { template } = build({ services: { ui: service() }, tracing: Tracing.none() });
    expect(JSON.stringify(template.toJSON())).not.toContain('xray:');
    expect([...containersOf(template, 'ui').keys()]).toEqual(['mesh-init', 'envoy', 'app', 'mesh-agent']);
  });

  test('only the service that needs a secret can read it, by an execution role of its own', () => {
    const { template } = build((stack) => ({
      services: {
        ui: service(),
        orders: service({ secrets: { PASSWORD: Secret.fromSecretsManager(new SecretsManagerSecret(stack, 'Password')) } }),
      },
    }));
    const readers = Object.entries(resourcesOf(template)).filter(
      ([, { Type, Properties }]) => Type.startsWith('AWS::IAM::') && JSON.stringify(Properties).includes('"Password'),
    );
    expect(readers.map(([id]) => id)).toEqual([expect.stringMatching(/ShopordersExecutionRole/)]);
    expect(containersOf(template, 'orders').get('app')).toMatchObject({ Secrets: [{ Name: 'PASSWORD' }] });
  });
});

test.each([EnvoyLogLevel.TRACE, EnvoyLogLevel.WARNING, EnvoyLogLevel.OFF])('Envoy logs at the level %s', (logLevel) => {
  const { template } = build({ services: { ui: service() }, mesh: Mesh.envoy({ logLevel }) });
  expect(JSON.stringify(containersOf(template, 'ui').get('envoy')?.Command)).toContain(`"--log-level","${logLevel}"`);
});

describe('a service handle', () => {
  const { system, stack } = build({
    services: { ui: service({ calls: ['orders'] }), orders: service({ protocol: Protocol.GRPC, port: 50051 }) },
  });

  test('gives the role and the security group, and one workload', () => {
    const ui = system.service('ui');
    expect(ui.serviceName).toBe('ui');
    expect(ui.workloads).toEqual([ui.workload()]);
    expect(ui.connections.securityGroups).toEqual([ui.securityGroup]);
  });

  test('gives by its workload the ECS service, the task definition and the containers', () => {
    const ui = system.service('ui');
    const { serviceName, version, ecsService, taskDefinition, container, proxyContainer } = ui.workload();
    expect([serviceName, version]).toEqual(['ui', undefined]);
    expect([container.containerName, proxyContainer.containerName]).toEqual(['app', 'envoy']);
    expect(ecsService.taskDefinition).toBe(taskDefinition);
    expect(taskDefinition.taskRole).toBe(ui.taskRole);
  });

  test('tells where callers reach it', () => {
    expect(system.service('ui').url).toBe('http://ui.shop.internal:15080');
    expect(system.service('orders').url).toBe('orders.shop.internal:15080');
  });

  test('takes grants for its task role, and connections for its security group', () => {
    const { stack: other, system: shop } = build({ services: { ui: service() } });
    const table = new Table(other, 'Table', { partitionKey: { name: 'id', type: AttributeType.STRING } });
    table.grantReadData(shop.service('ui'));
    const database = new SecurityGroup(other, 'Database', { vpc: shop.vpc });
    database.connections.allowFrom(shop.service('ui'), Port.tcp(5432));
    const text = JSON.stringify(other.resolve(other.node.findAll().map((child) => child.node.path)));
    expect(text).toContain('Stack/Shop/ui/TaskRole/DefaultPolicy');
  });

  test('fails if there is no such service, with the name that was meant', () => {
    expect(() => system.service('order')).toThrow(/there is no service "order"[\s\S]*did you mean "orders"/);
  });

  test('fails if an edge is asked for where there is none', () => {
    expect(() => system.edge()).toThrow(/Stack\/Shop:[\s\S]*edge\(\): there is no edge[\s\S]*by the prop edge/);
    expect(stack.node.findAll().length).toBeGreaterThan(10);
  });
});

describe('what the user brings', () => {
  test('a cluster and its VPC are used, and none is made', () => {
    const { template, system } = build((stack) => {
      const cluster = new Cluster(stack, 'Own', { vpc: new Vpc(stack, 'OwnVpc', { maxAzs: 2 }), enableFargateCapacityProviders: true });
      return { services: { ui: service() }, cluster };
    });
    template.resourceCountIs('AWS::ECS::Cluster', 1);
    template.resourceCountIs('AWS::EC2::VPC', 1);
    expect(system.cluster.node.path).toBe('Stack/Own');
  });

  test('a namespace is used for the tasks, and Envoy looks there', () => {
    const { template } = build((stack) => {
      const vpc = new Vpc(stack, 'OwnVpc', { maxAzs: 2 });
      return {
        vpc,
        namespace: new PrivateDnsNamespace(stack, 'OwnNamespace', { vpc, name: 'mine.example' }),
        services: { ui: service({ calls: ['catalog'] }), catalog: service() },
      };
    });
    template.resourceCountIs('AWS::ServiceDiscovery::PrivateDnsNamespace', 1);
    expect(JSON.stringify(taskConfigOf(template, 'ui').envoy)).toContain('"catalog.mine.example"');
  });

  test('a log group is used by every container', () => {
    const { template } = build((stack) => ({ services: { ui: service() }, logs: { logGroup: new LogGroup(stack, 'Own') } }));
    for (const container of containersOf(template, 'ui').values())
      expect(container).toMatchObject({ LogConfiguration: { Options: { 'awslogs-group': { Ref: expect.stringMatching(/^Own/) } } } });
  });

  test('a log group of CloudFormation does as well, by its name', () => {
    const { template, system } = build((stack) => ({
      services: { ui: service() },
      edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'ui' } } }),
      logs: { logGroup: new CfnLogGroup(stack, 'Own') },
    }));
    const group = { Ref: 'Own' };
    const arnTo = (...end: readonly string[]): unknown => ({ 'Fn::Join': ['', Match.arrayWith([':log-group:', group, ...end])] });
    expect(containersOf(template, 'ui').get('app')).toMatchObject({ LogConfiguration: { Options: { 'awslogs-group': group } } });
    template.hasResourceProperties('AWS::IAM::Role', {
      Policies: [Match.objectLike({ PolicyDocument: Match.objectLike({ Statement: [Match.objectLike({ Resource: arnTo(':*') })] }) })],
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', { AccessLogSettings: { DestinationArn: arnTo() } });
    expect(Stack.of(system).resolve(system.logGroup.logGroupName)).toEqual(group);
  });

  test('a key encrypts the log groups that are made, whether it is a construct of the CDK or of CloudFormation', () => {
    const keysOf = (encryptionKey: (stack: Stack) => IKeyRef): readonly unknown[] =>
      Object.values(
        resourcesOf(build((stack) => ({ services: { ui: service() }, logs: { encryptionKey: encryptionKey(stack) } })).template),
      )
        .filter(({ Type }) => Type === 'AWS::Logs::LogGroup')
        .map(({ Properties }) => Properties?.['KmsKeyId']);
    const arn = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };
    expect(keysOf((stack) => new Key(stack, 'Key'))).toEqual([arn, arn]);
    expect(keysOf((stack) => new CfnKey(stack, 'Key'))).toEqual([arn, arn]);
  });

  test('log settings reach the log group', () => {
    const { template } = build({ services: { ui: service() }, logs: { retention: RetentionDays.ONE_YEAR } });
    template.allResourcesProperties('AWS::Logs::LogGroup', Match.objectLike({ RetentionInDays: 365 }));
  });

  test('an Envoy image and a collector image replace the defaults', () => {
    const { template } = build({
      services: { ui: service() },
      mesh: Mesh.envoy({ image: ContainerImage.fromRegistry('mine/envoy:1'), logLevel: EnvoyLogLevel.DEBUG }),
      tracing: Tracing.xray({ image: ContainerImage.fromRegistry('mine/collector:1') }),
    });
    expect(containersOf(template, 'ui').get('envoy')).toMatchObject({
      Image: 'mine/envoy:1',
      Command: expect.arrayContaining(['--log-level', 'debug']),
    });
    expect(containersOf(template, 'ui').get('collector')).toMatchObject({ Image: 'mine/collector:1' });
  });
});

describe('what a service can choose', () => {
  test('every setting of the application container', () => {
    const { template } = build((stack) => ({
      services: {
        ui: service({
          environment: { MODE: 'fast', REGION: stack.region },
          command: ['serve'],
          entryPoint: ['/init'],
          user: '1000',
          readonlyRootFilesystem: true,
          healthCheck: { command: ['CMD', 'true'], interval: Duration.seconds(7) },
          stopTimeout: Duration.seconds(90),
          logging: LogDrivers.fluentd(),
        }),
      },
    }));
    expect(containersOf(template, 'ui').get('app')).toMatchObject({
      Environment: expect.arrayContaining([
        { Name: 'MODE', Value: 'fast' },
        { Name: 'REGION', Value: { Ref: 'AWS::Region' } },
      ]),
      Command: ['serve'],
      EntryPoint: ['/init'],
      User: '1000',
      ReadonlyRootFilesystem: true,
      HealthCheck: { Command: ['CMD', 'true'], Interval: 7 },
      StopTimeout: 90,
      LogConfiguration: { LogDriver: 'fluentd' },
    });
  });

  test('an init process, which applications have and extra containers do not have if nothing else is said', () => {
    const init = { InitProcessEnabled: true };
    const image = ContainerImage.fromRegistry('example/helper');
    const { template } = build({
      services: {
        ui: service({ extraContainers: { helper: { image }, chosen: { image, initProcess: true } } }),
        own: service({ initProcess: false }),
        orders: service({ versions: { v1: { weight: 1 }, v2: { weight: 1, initProcess: false } } }),
        // CDK constructs of the task have these names, too.
        named: service({ extraContainers: { WithInitProcess: { image }, WithoutCapabilities: { image } } }),
      },
    });
    const linux = (task: string, container: string): unknown => containersOf(template, task).get(container)?.LinuxParameters;
    expect(linux('ui', 'app')).toMatchObject(init);
    expect(linux('ui', 'helper')).toBeUndefined();
    expect(linux('ui', 'chosen')).toMatchObject(init);
    expect(linux('own', 'app')).toBeUndefined();
    expect(linux('orders-v1', 'app')).toMatchObject(init);
    expect(linux('orders-v2', 'app')).toBeUndefined();
    expect(linux('named', 'WithInitProcess')).toBeUndefined();
    for (const name of ['envoy', 'mesh-init', 'mesh-agent', 'collector'])
      expect(linux('ui', name)).toEqual({ Capabilities: { Drop: ['ALL'] } });
  });

  test('the time that its application may take to start', () => {
    const { template } = build({
      services: { ui: service({ calls: ['orders'] }), orders: service({ startupTimeout: Duration.minutes(10) }) },
    });
    expect(containersOf(template, 'orders').get('mesh-agent')).toMatchObject({
      HealthCheck: { StartPeriod: 300, Interval: 34, Retries: 9 },
    });
    expect(taskConfigOf(template, 'orders').variables.MESH_APPLICATION).toBe('{"container":"app","port":8080,"startupSeconds":600}');
  });

  test('size, processor, number and a shell', () => {
    const { template } = build({
      services: {
        ui: service({
          cpu: 2048,
          memoryLimitMiB: 4096,
          cpuArchitecture: CpuArchitecture.X86_64,
          desiredCount: 3,
          enableExecuteCommand: true,
        }),
      },
    });
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Cpu: '2048',
      Memory: '4096',
      RuntimePlatform: { CpuArchitecture: 'X86_64' },
    });
    template.hasResourceProperties('AWS::ECS::Service', { DesiredCount: 3, EnableExecuteCommand: true });
    expect(containersOf(template, 'ui').get('envoy')?.Command).toEqual(expect.arrayContaining(['--concurrency', '2']));
  });

  test('auto scaling, which then decides on the number of tasks', () => {
    const { template } = build({
      services: { ui: service({ scaling: { minCapacity: 2, maxCapacity: 6, cpuTargetPercent: 55, memoryTargetPercent: 70 } }) },
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 2, MaxCapacity: 6 });
    template.resourceCountIs('AWS::ApplicationAutoScaling::ScalingPolicy', 2);
    template.hasResourceProperties('AWS::ECS::Service', { DesiredCount: Match.absent() });
  });

  test('Spot capacity', () => {
    const { template } = build({
      services: {
        ui: service({
          capacityProviderStrategies: [
            { capacityProvider: 'FARGATE_SPOT', weight: 3 },
            { capacityProvider: 'FARGATE', base: 1, weight: 1 },
          ],
        }),
      },
    });
    template.hasResourceProperties('AWS::ECS::Service', {
      CapacityProviderStrategy: [
        { CapacityProvider: 'FARGATE_SPOT', Weight: 3 },
        { CapacityProvider: 'FARGATE', Base: 1, Weight: 1 },
      ],
      LaunchType: Match.absent(),
    });
  });

  test('containers of its own beside the application', () => {
    const { template } = build({
      services: {
        ui: service({
          extraContainers: {
            sidekick: {
              image: ContainerImage.fromRegistry('example/sidekick'),
              essential: false,
              cpu: 64,
              memoryLimitMiB: 128,
              ports: [9000],
            },
          },
        }),
      },
    });
    expect(containersOf(template, 'ui').get('sidekick')).toMatchObject({
      Image: 'example/sidekick',
      Essential: false,
      Cpu: 64,
      Memory: 128,
      DependsOn: [{ ContainerName: 'envoy', Condition: 'HEALTHY' }],
    });
  });
});

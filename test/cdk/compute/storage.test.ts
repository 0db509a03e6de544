import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Egress, Mesh, Microservices, Placement, Volume } from '../../../lib';
import type { MicroservicesProps, ServiceProps } from '../../../lib';
import { newApp } from '../../support/shapes';
import type { Resource } from '../../support/stack';
import { build, containersOf, resourcesOf, service } from '../../support/stack';

const image = ecs.ContainerImage.fromRegistry('example/app');
const mount = (sourceVolume: string, readOnly = false, containerPath = `/${sourceVolume}`): ecs.MountPoint => ({
  sourceVolume,
  containerPath,
  readOnly,
});

/** A system whose file system stands in a stack of its own, with the VPC, or in the system's. */
class Files {
  readonly app = newApp();
  readonly storage: Stack;
  readonly stack = new Stack(this.app, 'Stack');
  readonly fileSystem: efs.FileSystem;
  readonly accessPoint: efs.AccessPoint;

  constructor(
    orders: (files: Files) => Partial<ServiceProps>,
    { props = {}, apart = false }: { readonly props?: Partial<MicroservicesProps>; readonly apart?: boolean } = {},
  ) {
    this.storage = apart ? new Stack(this.app, 'Storage') : this.stack;
    const vpc = new ec2.Vpc(this.storage, 'Vpc');
    this.fileSystem = new efs.FileSystem(this.storage, 'Files', { vpc });
    this.accessPoint = this.fileSystem.addAccessPoint('Uploads', { path: '/uploads', posixUser: { uid: '1000', gid: '1000' } });
    new Microservices(this.stack, 'Shop', { vpc, services: { orders: service(orders(this)) }, ...props });
  }

  resources(type: string, stack = this.stack): readonly (readonly [string, Resource])[] {
    return Object.entries(resourcesOf(Template.fromStack(stack))).filter(([, { Type }]) => Type === `AWS::${type}`);
  }

  /** What the role of the tasks may do with file systems. */
  get permissions(): unknown {
    const policies = this.resources('IAM::Role').flatMap(
      ([, { Properties = {} }]) => (Properties['Policies'] ?? []) as { PolicyName: string; PolicyDocument: { Statement: unknown[] } }[],
    );
    return policies.filter(({ PolicyName }) => PolicyName === 'FileSystems').flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  }

  get volumes(): readonly Record<string, unknown>[] {
    const [definition] = this.resources('ECS::TaskDefinition');
    return definition?.[1].Properties?.['Volumes'] as Record<string, unknown>[];
  }
}

describe('a file system without a policy, to which the role of a task means nothing', () => {
  const warningsOf = (props: Partial<efs.FileSystemProps>, imports = false): readonly string[] => {
    const stack = new Stack(newApp(), 'Stack');
    const vpc = new ec2.Vpc(stack, 'Vpc');
    const fileSystem = imports
      ? efs.FileSystem.fromFileSystemAttributes(stack, 'Files', {
          fileSystemId: 'fs-1',
          securityGroup: new ec2.SecurityGroup(stack, 'Group', { vpc }),
        })
      : new efs.FileSystem(stack, 'Files', { vpc, ...props });
    const files = { volumes: { files: Volume.efs({ fileSystem }) }, mountPoints: [mount('files', true)] };
    new Microservices(stack, 'Shop', { vpc, services: { orders: service(files), ui: service(), late: service(files) } });
    const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('has no policy'));
    return found.map(({ entry }) => entry.data as string).sort();
  };

  test('is a warning at each service that mounts it', () => {
    expect(warningsOf({ allowAnonymousAccess: true })).toEqual([
      expect.stringMatching(/^services\.late\.volumes\.files: the file system Stack\/Files has no policy/),
      expect.stringMatching(/^services\.orders\.volumes\.files: /),
    ]);
  });

  test('is none with a policy, and none of an imported one, of which nothing is known', () => {
    expect(warningsOf({ allowAnonymousAccess: false })).toEqual([]);
    expect(
      warningsOf({
        fileSystemPolicy: new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({ actions: ['elasticfilesystem:ClientMount'], principals: [new iam.AccountRootPrincipal()] }),
          ],
        }),
      }),
    ).toEqual([]);
    expect(warningsOf({}, true)).toEqual([]);
  });
});

describe('a file system of Amazon EFS', () => {
  test('is mounted with TLS and the role of the service, by its access point', () => {
    const files = new Files(({ fileSystem, accessPoint }) => ({
      volumes: { uploads: Volume.efs({ fileSystem, accessPoint }) },
      mountPoints: [mount('uploads')],
    }));
    expect(files.volumes.find(({ Name }) => Name === 'uploads')).toEqual({
      Name: 'uploads',
      EFSVolumeConfiguration: {
        FilesystemId: { Ref: expect.stringMatching(/^Files/) as string },
        TransitEncryption: 'ENABLED',
        AuthorizationConfig: { IAM: 'ENABLED', AccessPointId: { Ref: expect.stringMatching(/^FilesUploads/) as string } },
      },
    });
    expect(files.permissions).toEqual([
      {
        Effect: 'Allow',
        Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Files/) as string, 'Arn'] },
        Condition: {
          StringEquals: { 'elasticfilesystem:AccessPointArn': files.stack.resolve(files.accessPoint.accessPointArn) as unknown },
        },
      },
    ]);
  });

  test('that is only read is not the tasks to write', () => {
    const files = new Files(({ fileSystem }) => ({
      volumes: { uploads: Volume.efs({ fileSystem, rootDirectory: '/uploads' }) },
      mountPoints: [mount('uploads', true)],
    }));
    expect(files.permissions).toEqual([expect.objectContaining({ Action: 'elasticfilesystem:ClientMount' })]);
    expect(files.volumes.find(({ Name }) => Name === 'uploads')).toMatchObject({ EFSVolumeConfiguration: { RootDirectory: '/uploads' } });
  });

  test('lets root write only where that is said, and a container beside the application counts', () => {
    const files = new Files(({ fileSystem }) => ({
      volumes: { uploads: Volume.efs({ fileSystem, rootAccess: true }) },
      extraContainers: { writer: { image, mountPoints: [mount('uploads')] } },
    }));
    expect(files.permissions).toEqual([
      expect.objectContaining({
        Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientRootAccess', 'elasticfilesystem:ClientWrite'],
      }),
    ]);
  });

  test.each([
    ['the same stack', false],
    ['a stack of its own', true],
  ])('in %s is opened to the tasks, which wait for that, and for its mount targets', (_, apart) => {
    const files = new Files(
      ({ fileSystem, accessPoint }) => ({
        volumes: { uploads: Volume.efs({ fileSystem, accessPoint }), all: Volume.efs({ fileSystem }) },
        mountPoints: [mount('uploads'), mount('all', true)],
      }),
      { apart },
    );
    const rules = [...files.resources('EC2::SecurityGroupIngress'), ...files.resources('EC2::SecurityGroupEgress')].filter(
      ([, { Properties }]) => Properties?.['FromPort'] === 2049,
    );
    expect(rules.map(([, { Type }]) => Type)).toEqual(['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress']);
    const [ecsService] = files.resources('ECS::Service');
    expect(ecsService?.[1].DependsOn).toEqual(expect.arrayContaining(rules.map(([id]) => id)));
    if (apart) {
      expect(files.stack.dependencies).toContain(files.storage);
      expect(files.storage.dependencies).toEqual([]);
    } else {
      const targets = files.resources('EFS::MountTarget').map(([id]) => id);
      expect(targets).toHaveLength(2);
      expect(ecsService?.[1].DependsOn).toEqual(expect.arrayContaining(targets));
    }
  });

  test('needs no rule out of the tasks where everything is open', () => {
    const files = new Files(({ fileSystem }) => ({ volumes: { a: Volume.efs({ fileSystem }) }, mountPoints: [mount('a')] }), {
      props: { egress: Egress.open() },
    });
    expect(files.resources('EC2::SecurityGroupEgress')).toEqual([]);
  });

  test('is opened once to a service with versions, whose tasks may do what any of them may', () => {
    const files = new Files(({ fileSystem }) => ({
      volumes: { a: Volume.efs({ fileSystem }) },
      versions: { v1: { weight: 1, mountPoints: [mount('a', true)] }, v2: { weight: 0, mountPoints: [mount('a')] } },
    }));
    expect(files.resources('EC2::SecurityGroupEgress')).toHaveLength(1);
    expect(JSON.stringify(files.permissions)).toContain('ClientWrite');
  });

  test('is opened where the service stands in a stack of a group', () => {
    const files = new Files(
      ({ fileSystem }) => ({ group: 'team', volumes: { a: Volume.efs({ fileSystem }) }, mountPoints: [mount('a')] }),
      {
        props: { groups: { team: Placement.nestedStack() } },
      },
    );
    expect(() => files.app.synth()).not.toThrow();
  });

  test('with App Mesh is reached past Envoy', () => {
    const files = new Files(({ fileSystem }) => ({ volumes: { a: Volume.efs({ fileSystem }) }, mountPoints: [mount('a')] }), {
      props: { mesh: Mesh.appMesh({ ignoredEgressPorts: [5432] }) },
    });
    const [definition] = files.resources('ECS::TaskDefinition');
    expect(JSON.stringify(definition?.[1].Properties?.['ProxyConfiguration'])).toContain('"5432,2049"');
    expect(files.volumes.map(({ Name }) => Name)).toContain('a');
  });

  test('fails if App Mesh would leave more ports alone than ECS takes', () => {
    const ignoredEgressPorts = Array.from({ length: 15 }, (_, index) => 3000 + index);
    const make = (): Files =>
      new Files(({ fileSystem }) => ({ volumes: { a: Volume.efs({ fileSystem }) }, mountPoints: [mount('a')] }), {
        props: { mesh: Mesh.appMesh({ ignoredEgressPorts }) },
      });
    expect(make).toThrow(/services\.orders\.volumes: .* which makes 16 \[CONFLICT\]/);
  });
});

describe('a container of the user', () => {
  const settings: Partial<ServiceProps> = {
    workingDirectory: '/srv',
    interactive: true,
    pseudoTerminal: true,
    dockerLabels: { team: 'orders' },
    ulimits: [{ name: ecs.UlimitName.NOFILE, softLimit: 1000, hardLimit: 2000 }],
    tmpfs: [{ containerPath: '/tmp', size: 64, mountOptions: [ecs.TmpfsMountOption.NOEXEC] }],
    dropCapabilities: [ecs.Capability.ALL],
    addCapabilities: [ecs.Capability.SYS_PTRACE],
    systemControls: [{ namespace: 'net.ipv4.tcp_keepalive_time', value: '60' }],
    volumes: { scratch: Volume.empty() },
    mountPoints: [mount('scratch')],
    ephemeralStorageGiB: 50,
  };
  const expected = {
    WorkingDirectory: '/srv',
    Interactive: true,
    PseudoTerminal: true,
    DockerLabels: { team: 'orders' },
    Ulimits: [{ Name: 'nofile', SoftLimit: 1000, HardLimit: 2000 }],
    LinuxParameters: {
      InitProcessEnabled: true,
      Tmpfs: [{ ContainerPath: '/tmp', Size: 64, MountOptions: ['noexec'] }],
      Capabilities: { Drop: ['ALL'], Add: ['SYS_PTRACE'] },
    },
    SystemControls: [{ Namespace: 'net.ipv4.tcp_keepalive_time', Value: '60' }],
    MountPoints: [{ SourceVolume: 'scratch', ContainerPath: '/scratch', ReadOnly: false }],
  };

  test.each([
    ['Mesh.envoy()', Mesh.envoy()],
    ['Mesh.appMesh()', Mesh.appMesh()],
  ])('has what is said of it, with %s', (_, mesh) => {
    const { template } = build({ mesh, services: { orders: service(settings) } });
    expect(containersOf(template, 'orders').get('app')).toMatchObject(expected);
    template.hasResourceProperties('AWS::ECS::TaskDefinition', { EphemeralStorage: { SizeInGiB: 50 } });
  });

  test('in a version has what the version, or else the service, says of it', () => {
    const { template } = build({
      services: { orders: service({ ...settings, versions: { v1: { weight: 1, workingDirectory: '/v1' } } }) },
    });
    expect(containersOf(template, 'ordersv1').get('app')).toMatchObject({ ...expected, WorkingDirectory: '/v1' });
  });

  test('gets files of variables that its own execution role may read, and no other', () => {
    const { template } = build((stack) => {
      const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'settings');
      const environmentFiles = [
        ecs.EnvironmentFile.fromBucket(bucket, 'orders.env'),
        ...['first', 'second'].map(() => ecs.EnvironmentFile.fromAsset(`${__dirname}/orders.env`)),
      ];
      return { services: { orders: service({ environmentFiles }), other: service() } };
    });
    const app = containersOf(template, 'orders').get('app');
    expect(app?.['EnvironmentFiles']).toHaveLength(3);
    const readers = Object.entries(resourcesOf(template)).filter(
      ([, { Properties }]) =>
        JSON.stringify(Properties ?? {}).includes(':s3:::settings/orders.env') && Properties?.['PolicyDocument'] !== undefined,
    );
    expect(readers.map(([id]) => id)).toEqual([expect.stringMatching(/^ShopordersExecutionRole/)]);
  });
});

describe('a container that runs before the application', () => {
  const { template } = build({
    services: {
      orders: service({ extraContainers: { seed: { image, runsBeforeApplication: true }, helper: { image, essential: false } } }),
    },
  });
  const containers = containersOf(template, 'orders');
  const dependenciesOf = (name: string): unknown => containers.get(name)?.['DependsOn'];

  test('starts when Envoy is healthy, and all others when it has succeeded', () => {
    const after = [
      { ContainerName: 'envoy', Condition: 'HEALTHY' },
      { ContainerName: 'seed', Condition: 'SUCCESS' },
    ];
    expect(containers.get('seed')).toMatchObject({ Essential: false, DependsOn: after.slice(0, 1) });
    expect(dependenciesOf('app')).toEqual(after);
    expect(dependenciesOf('helper')).toEqual(after);
  });

  test('is nothing that the agent stops before', () => {
    expect(dependenciesOf('mesh-agent')).toEqual(
      ['envoy', 'app', 'helper', 'collector'].map((ContainerName) => ({ ContainerName, Condition: 'START' })),
    );
  });
});

describe('a log driver of the system', () => {
  const driver = ecs.LogDrivers.firelens({ options: { Name: 'http' } });
  const driversOf = (props: MicroservicesProps): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      [...containersOf(build(props).template, 'orders')].map(([name, { LogConfiguration }]) => [
        name,
        (LogConfiguration as { LogDriver: string }).LogDriver,
      ]),
    );
  const services = { orders: service({ extraContainers: { own: { image, logging: ecs.LogDrivers.jsonFile() } } }) };
  const ofMesh = Object.fromEntries(['envoy', 'mesh-init', 'mesh-agent', 'collector'].map((name) => [name, 'awsfirelens']));

  test('is that of the containers of the mesh', () => {
    expect(driversOf({ services, logs: { driver } })).toEqual({ ...ofMesh, app: 'awslogs', own: 'json-file', 'log-router': 'awslogs' });
  });

  test('is that of applications too, if that is said and they have none of their own', () => {
    expect(driversOf({ services, logs: { driver, driverForApplications: true } })).toEqual({
      ...ofMesh,
      app: 'awsfirelens',
      own: 'json-file',
      'log-router': 'awslogs',
    });
  });

  test('of one service is that of what the mesh adds to its tasks, all versions of it, whatever that of the system is', () => {
    const own = service({ sidecarLogging: driver, versions: { v1: { weight: 1 } } });
    const { template } = build({ services: { orders: own, other: service() }, logs: { driver: ecs.LogDrivers.jsonFile() } });
    const driverOf = (task: string, name: string): unknown =>
      (containersOf(template, task).get(name)?.LogConfiguration as { readonly LogDriver: string }).LogDriver;
    for (const name of Object.keys(ofMesh)) expect([name, driverOf('orders-v1', name)]).toEqual([name, 'awsfirelens']);
    expect(driverOf('orders-v1', 'app')).toBe('awslogs');
    expect(driverOf('other', 'envoy')).toBe('json-file');
  });

  test('of a job is that of what the mesh adds to its tasks', () => {
    const { template } = build({ services: { orders: service() }, jobs: { report: { image, sidecarLogging: driver } } });
    expect(containersOf(template, 'report').get('envoy')?.LogConfiguration).toMatchObject({ LogDriver: 'awsfirelens' });
    expect(containersOf(template, 'orders').get('envoy')?.LogConfiguration).toMatchObject({ LogDriver: 'awslogs' });
  });

  test('of one service may have secrets, which the execution role of no other service reads', () => {
    const stack = new Stack(newApp(), 'Stack');
    const token = StringParameter.fromSecureStringParameterAttributes(stack, 'Token', { parameterName: '/splunk/token' });
    const sidecarLogging = ecs.LogDrivers.splunk({ url: 'https://splunk.example', secretToken: ecs.Secret.fromSsmParameter(token) });
    new Microservices(stack, 'Shop', { services: { orders: service({ sidecarLogging }), other: service() } });
    const template = Template.fromStack(stack);
    const definitions = Object.entries(template.findResources('AWS::ECS::TaskDefinition')) as [
      string,
      { Properties: { ExecutionRoleArn: { 'Fn::GetAtt': [role: string] } } },
    ][];
    const roleOf = (name: string): string | undefined =>
      definitions.find(([id]) => id.includes(name))?.[1].Properties.ExecutionRoleArn['Fn::GetAtt'][0];
    const readers = Object.entries(resourcesOf(template)).filter(
      ([, { Type, Properties }]) => Type.startsWith('AWS::IAM::') && JSON.stringify(Properties).includes('/splunk/token'),
    );
    const names = JSON.stringify(readers.map(([id, { Properties = {} }]) => [id, Properties['Roles']]));
    expect(names).toContain(`"${String(roleOf('orders'))}"`);
    expect(names).not.toContain(`"${String(roleOf('other'))}"`);
  });

  test('with App Mesh is that of its Envoys', () => {
    expect(driversOf({ services, mesh: Mesh.appMesh(), logs: { driver } })).toMatchObject({ envoy: 'awsfirelens', app: 'awslogs' });
  });
});

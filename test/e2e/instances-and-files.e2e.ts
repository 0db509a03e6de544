/**
 * Tasks on EC2 instances beside one on AWS Fargate, with a file system of Amazon EFS that all of them mount. The runner has neither
 * instances nor an NFS server: what it does instead is said in `runner/aws/endpoint.ts` and `runner/file-systems.ts`.
 */
import { App, Stack } from 'aws-cdk-lib';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { InstanceType, LaunchTemplate, SecurityGroup, UserData, Vpc } from 'aws-cdk-lib/aws-ec2';
import { AmiHardwareType, AsgCapacityProvider, EcsOptimizedImage } from 'aws-cdk-lib/aws-ecs';
import { FileSystem } from 'aws-cdk-lib/aws-efs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Capacity, Microservices, Tracing, Volume } from '../../lib';
import { APPLICATION_CONTAINER } from '../../lib/core/model/constants';
import { identities, logged, settled } from './mesh';
import type { ImageRule, Task, Template } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { quicker } from './systems/deployed-shop';
import { image, templateOf } from './systems/synthesize';

const USER = '1000';
const ORDERS = 'http://orders.shop.internal:15080';
/** Writes the text of a request into a file, and answers with what is in the file. */
const PROGRAM = `
const { readFileSync, writeFileSync } = require('node:fs');
require('node:http').createServer(({ headers }, answer) => {
  try {
    if (headers['x-text'] !== undefined) writeFileSync('/var/files/note', headers['x-text']);
    answer.end(readFileSync('/var/files/note'));
  } catch ({ code }) {
    answer.writeHead(500).end(code);
  }
}).listen(8080);
`;

const images: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.agent(),
  { image: 'example/files', run: () => ({ argv: [process.execPath, '-e', PROGRAM], user: USER }) },
];

function system(): Template {
  const stack = new Stack(new App(), 'E2e');
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const launchTemplate = new LaunchTemplate(stack, 'Template', {
    instanceType: new InstanceType('m7g.large'),
    machineImage: EcsOptimizedImage.amazonLinux2023(AmiHardwareType.ARM),
    securityGroup: new SecurityGroup(stack, 'InstancesGroup', { vpc }),
    role: new Role(stack, 'InstancesRole', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }),
    userData: UserData.forLinux(),
  });
  const autoScalingGroup = new AutoScalingGroup(stack, 'Instances', { vpc, launchTemplate, maxCapacity: 4 });
  const fileSystem = new FileSystem(stack, 'Files', { vpc, securityGroup: new SecurityGroup(stack, 'MountTargets', { vpc }) });
  const accessPoint = fileSystem.addAccessPoint('Notes', {
    path: '/notes',
    createAcl: { ownerUid: USER, ownerGid: USER, permissions: '750' },
    posixUser: { uid: USER, gid: USER },
  });
  const volumes = { files: Volume.efs({ fileSystem, accessPoint }) };
  const mounted = (readOnly: boolean) => [{ sourceVolume: 'files', containerPath: '/var/files', readOnly }];
  new Microservices(stack, 'Shop', {
    vpc,
    capacityProviders: { instances: Capacity.ec2(new AsgCapacityProvider(stack, 'Capacity', { autoScalingGroup })) },
    services: {
      orders: {
        image: image('files'),
        port: 8080,
        desiredCount: 2,
        capacityProviderStrategies: [{ capacityProvider: 'instances', weight: 1 }],
        volumes,
        mountPoints: mounted(false),
      },
      reports: { image: image('files'), port: 8080, calls: ['orders'], volumes, mountPoints: mounted(true) },
    },
    tracing: Tracing.none(),
  });
  return quicker(templateOf(stack));
}

e2e('tasks on EC2 instances, and one on Fargate, with the same files', () => {
  const running = cluster(async () => Cluster.start(system(), { images }));
  beforeAll(async () => {
    await settled(running());
  });
  const inTask = async (task: Task, text?: string) =>
    task.client.send({ url: 'http://127.0.0.1:8080/', ...(text === undefined ? {} : { headers: { 'x-text': text } }) });

  test('a task on an instance serves a call with mutual TLS, under an identity of its own', async () => {
    const [first] = running().tasks('orders');
    if (first === undefined) throw new Error('there is no task');
    expect([first.service.task.launchType, running().service('reports').task.launchType]).toEqual(['EC2', 'FARGATE']);
    const variables = await first.container(APPLICATION_CONTAINER).exec(['env']);
    expect(variables.stdout).toContain('AWS_EXECUTION_ENV=AWS_ECS_EC2\n');
    const { client } = running().task('reports');
    expect((await client.send({ url: `${ORDERS}/`, headers: { 'x-text': 'one' } })).status).toBe(200);
    const entry = await Promise.any(
      running()
        .tasks('orders')
        .map(async (task) => logged(task, { direction: 'inbound', path: '/' })),
    );
    expect(entry).toMatchObject({ caller: 'spiffe://shop.internal/reports' });
    expect(await identities(first)).toEqual(['spiffe://shop.internal/orders']);
  });

  test('what one task writes, the others read', async () => {
    const { client } = running().task('reports');
    await client.send({ url: `${ORDERS}/`, headers: { 'x-text': 'two' } });
    const answers = await Promise.all(
      running()
        .tasks()
        .map(async (task) => inTask(task)),
    );
    expect(answers.map(({ body }) => body)).toEqual(['two', 'two', 'two']);
  });

  test('fails if a task writes that mounts the files to read', async () => {
    const answer = await inTask(running().task('reports'), 'three');
    expect([answer.status, answer.body]).toEqual([500, 'EROFS']);
    expect((await inTask(running().task('reports'))).body).toBe('two');
  });

  test('the file system lets in its tasks, on its port alone', async () => {
    const groups = Object.keys(running().template.Resources ?? {}).filter((id) => id.startsWith('MountTargets'));
    const { endpoint } = await running().client({ securityGroups: groups.slice(0, 1), name: 'mount-target' });
    for (const name of ['orders', 'reports']) {
      const [task] = running().tasks(name);
      // Let in, where nobody listens.
      expect([name, await task?.client.connect(endpoint, 2049), await task?.client.connect(endpoint, 2050)]).toEqual([
        name,
        'refused',
        'not let out',
      ]);
    }
  });

  test('a task on an instance that stops loses no call', async () => {
    const [leaving] = running().tasks('orders');
    const { client } = running().task('reports');
    let stopped = false;
    const stop = leaving?.stop('the service was scaled in').then(() => {
      stopped = true;
    });
    const statuses: number[] = [];
    while (!stopped) statuses.push((await client.get(`${ORDERS}/`)).status);
    await stop;
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(statuses.length).toBeGreaterThan(4);
    expect(leaving?.story()).not.toEqual(expect.arrayContaining([expect.stringContaining('SIGKILL')]));
  });
});

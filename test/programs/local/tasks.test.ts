import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { App } from 'aws-cdk-lib';
import { ShopStack } from '../../../examples/shop-stack';
import { identityKey } from '../../../programs/agent/aws/identity-key';
import { issuingFunction } from '../../../programs/agent/aws/issuing-function';
import { svidSource } from '../../../programs/agent/certificate/issuing';
import { ecsMetadata } from '../../../programs/agent/task-metadata';
import { AwsEmulator } from '../../../programs/emulator/aws/emulator';
import { Deployment } from '../../../programs/emulator/deployment/deployment';
import { readTemplate } from '../../../programs/emulator/template/read-template';
import type { Template } from '../../../programs/emulator/template/template';
import { checkSvid } from '../../../programs/shared/svid';
import { Certificates } from '../../e2e/runner/deployment/certificates';
import { synthesize, templateOf } from '../../e2e/systems/synthesize';
import { ask, listening, LocalWorld, systemOf, tasksOf, until } from './local-world';

jest.setTimeout(60_000);

const TEMPLATE = templateOf(new ShopStack(new App(), 'Shop'));
const TASKS = tasksOf(TEMPLATE);
const sha256 = (content: unknown): string => createHash('sha256').update(JSON.stringify(content)).digest('hex');

describe('a local system', () => {
  let world: LocalWorld;
  beforeAll(async () => {
    world = await LocalWorld.start(systemOf(TEMPLATE, TASKS));
    await world.deployed();
  });
  afterAll(async () => world.close());

  test('says which file is deployed', async () => {
    expect(await world.status()).toMatchObject({ deployed: sha256(systemOf(TEMPLATE, TASKS)), error: null });
  });

  test("gives the agent of a task a certificate of its service, which is the function's own", async () => {
    const url = await world.proxy('catalog-1');
    const environment = { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'ASIATEST', AWS_SECRET_ACCESS_KEY: 'test', AWS_SESSION_TOKEN: 'test' };
    Object.assign(process.env, environment);
    try {
      const agent = await agentOf(TEMPLATE, 'catalog');
      const clock = { now: () => Date.now() };
      const svid = await svidSource({
        clock: clock as never,
        identity: agent.identity,
        scope: agent.scope,
        key: identityKey(agent.identityKeyArn, 'eu-west-1'),
        issuer: issuingFunction(agent.issuerArn, 'eu-west-1'),
        task: async () => (await ecsMetadata(`${url}/v4/catalog-1`).read()).taskArn,
      }).issue();
      expect(checkSvid(svid, { identity: agent.identity, now: new Date() })).toMatchObject({ ok: true });
    } finally {
      for (const name of Object.keys(environment)) Reflect.deleteProperty(process.env, name);
    }
  });

  test('gives no task a certificate of another service', async () => {
    const url = await world.proxy('carts-1');
    const { identityKeyArn, identity, scope } = await agentOf(TEMPLATE, 'catalog');
    Object.assign(process.env, { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'ASIATEST', AWS_SECRET_ACCESS_KEY: 'test' });
    try {
      await expect(identityKey(identityKeyArn, 'eu-west-1').encrypt('a proof', { scope, identity } as never)).rejects.toThrow(
        'carts-1 is not authorized to perform: kms:Encrypt',
      );
    } finally {
      for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) Reflect.deleteProperty(process.env, name);
    }
  });

  test('tells a task what ECS would', async () => {
    const url = await world.proxy('ui-1');
    expect(JSON.parse((await ask(`${url}/v4/ui-1/task`)).text)).toMatchObject({
      TaskARN: expect.stringMatching(/^arn:aws:ecs:eu-west-1:123456789012:task\/.+\/ui-1$/),
      LaunchType: 'FARGATE',
      AvailabilityZone: 'eu-west-1a',
    });
    expect(JSON.parse((await ask(`${url}/v2/credentials/ui-1`)).text)).toMatchObject({ AccessKeyId: 'ASIATEST' });
    expect((await ask(`${url}/v4/catalog-1/task`)).status).toBe(404);
  });

  test('fails if somebody calls AWS who is no task', async () => {
    const url = await world.proxy('nobody-1');
    expect((await ask(url, { method: 'POST', headers: { 'x-amz-target': 'TrentService.Encrypt' }, body: '{}' })).status).toBe(403);
  });

  test('shows a task in Cloud Map for as long as its holder is there, and as healthy as it says', async () => {
    const shown = (): readonly string[] => {
      const { cloudMap } = world.aws.system;
      const found = cloudMap?.services.find(({ name }) => name.startsWith('catalog.'));
      return cloudMap?.discoverable(found?.logicalId ?? '').map(({ address, zone }) => `${address} ${zone}`) ?? [];
    };
    const lease = world.hold('catalog-1', '127.0.0.9');
    lease.say('unhealthy');
    await until('the task', () => world.lines.some((line) => line.startsWith('task catalog-1')));
    expect(await world.tasks()).toEqual([{ id: 'catalog-1', workload: 'catalog', healthy: false, address: '127.0.0.9' }]);
    expect(shown()).toEqual([]);
    lease.say('healthy');
    await until('its health', () => shown().join() === '127.0.0.9 eu-west-1a');
    lease.say('unhealthy');
    await until('its illness', () => shown().length === 0);
    lease.say('healthy');
    lease.end();
    await until('its end', async () => JSON.stringify(await world.tasks()) === '[]');
    expect(shown()).toEqual([]);
    expect(world.lines.filter((line) => line.startsWith('task catalog-1')).slice(0, 3)).toEqual([
      'task catalog-1 at 127.0.0.9 is unhealthy',
      'task catalog-1 is healthy',
      'task catalog-1 is unhealthy',
    ]);
  });

  test('takes the newer of two leases of a task', async () => {
    const [first, second] = [world.hold('orders-1', '127.0.0.3'), world.hold('orders-1', '127.0.0.4')];
    first.say('healthy');
    await until('the first', async () => JSON.stringify(await world.tasks()).includes('127.0.0.3'));
    second.say('healthy');
    await until('the second', async () => JSON.stringify(await world.tasks()).includes('127.0.0.4'));
    await until('the end of the first', () => first.ended);
    expect(await world.tasks()).toEqual([{ id: 'orders-1', workload: 'orders', healthy: true, address: '127.0.0.4' }]);
    second.end();
    await until('its end', async () => JSON.stringify(await world.tasks()) === '[]');
  });

  test('fails if a lease is for a task that is not there', async () => {
    const lease = world.hold('nobody-1');
    await until('the answer', () => lease.ended);
    expect(lease).toMatchObject({ status: 404, text: 'The system that is deployed has no task nobody-1.\n' });
  });

  test("passes on what a task's Envoy answers to its admin interface", async () => {
    const paths: string[] = [];
    const admin = await listening(
      createServer((request, response) => {
        paths.push(`${request.method} ${request.url}`);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"stats":[]}');
      }),
      world.adminPort,
      '127.0.0.5',
    );
    world.atEnd(() => {
      admin.close();
    });
    const lease = world.hold('checkout-1', '127.0.0.5');
    lease.say('healthy');
    await until('the task', async () => JSON.stringify(await world.tasks()).includes('checkout-1'));
    expect(await world.control('/tasks/checkout-1/envoy/stats?format=json')).toMatchObject({
      status: 200,
      text: '{"stats":[]}',
      headers: { 'content-type': 'application/json' },
    });
    expect((await world.control('/tasks/checkout-1/envoy/quitquitquit', { method: 'POST' })).status).toBe(404);
    expect(paths).toEqual(['GET /stats?format=json']);
    expect((await world.control('/tasks/ui-1/envoy/stats')).text).toContain('There is no task ui-1.');
    admin.close();
    admin.closeAllConnections();
    expect(await world.control('/tasks/checkout-1/envoy/stats')).toMatchObject({
      status: 502,
      text: expect.stringContaining('The Envoy of task checkout-1 does not answer'),
    });
    lease.end();
  });

  test.each(['localhost', 'localhost:8001', '127.0.0.1:1', '[::1]:1', 'aws:8001'])('answers the host as %s', async (host) => {
    expect((await world.control('/status', { headers: { host } })).status).toBe(200);
  });

  test.each(['evil.example', 'localhost.evil.example:8001', 'aws.evil.example'])('fails if it is called %p', async (host) => {
    expect((await world.control('/status', { headers: { host } })).status).toBeGreaterThanOrEqual(400);
  });
});

describe('a local system that changes', () => {
  const image = ContainerImage.fromRegistry('example/app:1');
  const of = (...names: string[]): Template =>
    synthesize({ services: Object.fromEntries(names.map((name) => [name, { image, port: 8080 }])) });
  const two = of('ui', 'catalog');
  const three = of('ui', 'catalog', 'carts');
  const tasks = (template: Template): ReturnType<typeof tasksOf> => tasksOf(template);
  let world: LocalWorld;
  beforeEach(async () => {
    world = await LocalWorld.start(systemOf(two, tasks(two)));
    await world.deployed();
  });
  afterEach(async () => world.close());

  test('is deployed over the old one, and tasks and authorities stay', async () => {
    const lease = world.hold('ui-1');
    lease.say('healthy');
    await until('the task', async () => JSON.stringify(await world.tasks()).includes('ui-1'));
    world.write(systemOf(three, tasks(three)));
    await until('the new one', async () => (await world.status())['deployed'] === sha256(systemOf(three, tasks(three))));
    expect(await world.tasks()).toEqual([{ id: 'ui-1', workload: 'ui', healthy: true, address: '127.0.0.1' }]);
    expect(lease.ended).toBe(false);
    const added = world.hold('carts-1', '127.0.0.2');
    added.say('healthy');
    await until('the new task', async () => JSON.stringify(await world.tasks()).includes('carts-1'));
    world.write(systemOf(two, tasks(two)));
    await until('the end of the task', () => added.ended);
    expect(await world.tasks()).toEqual([{ id: 'ui-1', workload: 'ui', healthy: true, address: '127.0.0.1' }]);
  });

  test.each<[string, string, string]>([
    ['is no JSON', '{', 'it is no JSON'],
    ['is another JSON', '[]', 'it has no template, values, tasks and edges'],
    [
      'has a task of no service',
      JSON.stringify(systemOf(two, [{ id: 'x-1', service: 'Gone', workload: 'x' }])),
      'task x-1: the template has no service Gone',
    ],
    [
      'is of another Region',
      JSON.stringify({ ...systemOf(two, []), values: { 'AWS::Region': 'eu-central-1' } }),
      'its account and Region are eu-central-1:123456789012, and not eu-west-1:123456789012 as before: start the system anew',
    ],
    [
      'cannot be resolved',
      JSON.stringify(systemOf({ Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { Ref: 'Gone' } } } } }, [])),
      'Ref to "Gone"',
    ],
  ])('stays as it is if the new file %s, and says why', async (_, content, why) => {
    const { deployed } = await world.status();
    world.write(content);
    await until('the error', async () => (await world.status())['error'] !== null);
    const { deployed: still, error } = await world.status();
    expect({ still, error }).toEqual({ still: deployed, error: expect.stringContaining(why) });
    expect(world.lines.at(-1)).toBe(`${String(error)}; ${String(deployed).slice(0, 12)} stays`);
    world.write(systemOf(three, tasks(three)));
    await until('a good one', async () => (await world.status())['error'] === null);
  });

  test('changes resources of types that the library does not have', async () => {
    const topic = (name: string): Template => ({
      ...two,
      Resources: { ...two.Resources, Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: name } } },
    });
    for (const name of ['a', 'b']) {
      world.write(systemOf(topic(name), tasks(two)));
      await until(name, async () => (await world.status())['deployed'] === sha256(systemOf(topic(name), tasks(two))));
    }
  });
});

test('a system that is not there yet is waited for', async () => {
  const world = await LocalWorld.start('{');
  try {
    await until('the error', async () => (await world.status())['error'] !== null);
    expect(await world.status()).toMatchObject({ deployed: null });
    const lease = world.hold('ui-1');
    await until('the refusal', () => lease.ended);
    expect(lease.status).toBe(503);
    expect((await ask(`${await world.proxy('ui-1')}/v4/ui-1/task`)).status).toBe(503);
    const template = synthesize({ services: { ui: { image: ContainerImage.fromRegistry('example/app:1'), port: 8080 } } });
    world.write(systemOf(template, tasksOf(template)));
    await world.deployed();
  } finally {
    await world.close();
  }
});

/** What the agent of a service is told, by another deployment of the same template. */
async function agentOf(template: Template, name: string): Promise<ReturnType<Certificates['agentOf']>> {
  const aws = new AwsEmulator('eu-west-1:123456789012');
  const deployment = new Deployment(aws, {});
  await deployment.deploy(template);
  const { services } = readTemplate(deployment.template, deployment.values);
  return new Certificates(deployment, aws, (service) => {
    const found = services.find(({ aliases }) => aliases.includes(service));
    if (found === undefined) throw new Error(`no service ${service}`);
    return found.task;
  }).agentOf(name);
}

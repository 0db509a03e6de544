import { Duration } from 'aws-cdk-lib';
import { Certificates, Mesh, Tracing } from '../../lib';
import type { KmsCertificatesOptions } from '../../lib';
import { AUTHORITIES_AGE_METRIC, LIFE_LEFT_METRIC, MESH_DIMENSION, METRIC_NAMESPACE } from '../../lib/core/contract/metric';
import { AGENT_CONTAINER, APPLICATION_CONTAINER } from '../../lib/core/model/constants';
import { settled } from './mesh';
import type { AlarmState, JsonObject, Task, Template } from './runner';
import { AwsEmulator, Cluster, Resolver, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const CALLS = 20;
const HOUR = 3_600_000;
/** More than DNS names, so that agents ask Cloud Map's API; fewer run. */
const DESIRED = 12;

/** The same app, deployed twice: nothing of it says which environment it is. */
const app = (certificates: KmsCertificatesOptions = {}): Template =>
  synthesize({
    services: {
      caller: { image: image('app'), port: 8080, calls: ['many'] },
      many: { image: image('app'), port: 8080, desiredCount: DESIRED },
    },
    certificates: Certificates.kms(certificates),
    mesh: Mesh.envoy({ discoveryInterval: Duration.seconds(1) }),
    tracing: Tracing.none(),
  });

e2e('two environments of one app in one account and Region', () => {
  const aws = new AwsEmulator('eu-west-1:123456789012');
  const start = async (name: string, many: number): Promise<Cluster> =>
    Cluster.start(app(), {
      aws,
      values: { 'AWS::StackName': name },
      images: [standIns.envoy(), standIns.agent(), standIns.httpbin('example/app', 8080)],
      counts: { many },
      // What ends at once is restarted, too.
      pace: { restarts: 0 },
    });
  // Which one is first decides whose namespace has its name.
  const prod = cluster(async () => start('prod', 2));
  const dev = cluster(async () => start('dev', 3));
  beforeAll(async () => {
    await Promise.all([settled(prod()), settled(dev())]);
  });
  afterAll(() => {
    aws.close();
  });

  const served = (task: Task, query: string): number =>
    task
      .container(APPLICATION_CONTAINER)
      .log.json()
      .filter(({ uri }) => uri === `/get?${query}`).length;
  const scopeOf = (environment: Cluster): string => environment.certificates.agentOf('caller').scope;
  const namespaceOf = (environment: Cluster): string | undefined =>
    environment
      .service('caller')
      .task.containers.map(({ environment: variables }) => variables['MESH_NAMESPACE'])
      .find((name) => name !== undefined);

  test('the second namespace of a name is asked for by the name that Cloud Map has given it', () => {
    expect(namespaceOf(prod())).toBe('tasks.shop.internal');
    expect(namespaceOf(dev())).toMatch(/^tasks\.shop\.internal-./);
    for (const environment of [prod(), dev()]) {
      const asked = aws.cloudMap.calls.filter(({ input }) => input['NamespaceName'] === namespaceOf(environment));
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.every(({ outcome }) => outcome === 'ok')).toBe(true);
    }
    // Once by each deployment, and by no task.
    expect(aws.cloudMap.calls.filter(({ operation }) => operation === 'GetNamespace').map(({ by }) => by.includes('Reader'))).toEqual([
      true,
      true,
    ]);
  });

  test.each<[string, () => readonly [Cluster, Cluster]]>([
    ['the first', () => [prod(), dev()]],
    ['the second', () => [dev(), prod()]],
  ])('callers of %s reach all tasks of their own, and none of the other', async (name, pair) => {
    const [own, other] = pair();
    const query = `from=${name.replace(' ', '-')}`;
    const call = async (): Promise<void> => {
      const outcomes = await own.task('caller').client.sendAll(
        Array.from({ length: CALLS }, () => ({ url: `http://many.shop.internal:15080/get?${query}` })),
        { concurrency: 4 },
      );
      expect(outcomes.map((outcome) => outcome.kind === 'response' && outcome.status)).toEqual(outcomes.map(() => 200));
    };
    const total = (environment: Cluster): number => environment.tasks('many').reduce((sum, task) => sum + served(task, query), 0);
    // A task may just have taken the place of one that ended, and be found a discovery interval later.
    await until(
      async () => {
        await call();
        return own.tasks('many').every((task) => served(task, query) > 0);
      },
      { what: 'a call at every task' },
    );
    expect(total(other)).toBe(0);
  });

  test('fails if a task asks Cloud Map for the tasks of the other environment', async () => {
    const ask = async (by: Cluster, namespace: string | undefined): Promise<number> => {
      const { status } = await by.task('caller').client.send({
        url: by.vpc.awsUrl,
        method: 'POST',
        headers: { 'x-amz-target': 'Route53AutoNaming_v20170314.DiscoverInstances' },
        body: JSON.stringify({ NamespaceName: namespace, ServiceName: 'many' }),
      });
      return status;
    };
    expect(await ask(dev(), namespaceOf(dev()))).toBe(200);
    expect(await ask(dev(), namespaceOf(prod()))).toBe(400);
    expect(await ask(prod(), namespaceOf(dev()))).toBe(400);
  });

  const alarmOf = (environment: Cluster): AlarmState => {
    const [alarm] = Object.values(environment.template.Resources ?? {}).filter(({ Type: type }) => type === 'AWS::CloudWatch::Alarm');
    return aws.metrics.stateOf(new Resolver(environment.template, environment.values).resolve(alarm?.Properties) as JsonObject);
  };

  test('tasks report to the metrics of their own environment', async () => {
    expect(scopeOf(prod())).not.toBe(scopeOf(dev()));
    for (const environment of [prod(), dev()]) {
      const lives = (): number =>
        aws.metrics.of({ namespace: METRIC_NAMESPACE, name: LIFE_LEFT_METRIC, dimensions: { [MESH_DIMENSION]: scopeOf(environment) } })
          .length;
      await until(() => lives() >= environment.tasks().length, { what: 'every task to report' });
      expect(alarmOf(environment)).toBe('OK');
    }
    // And to no other.
    const meshes = new Set(aws.metrics.points.map(({ dimensions }) => dimensions[MESH_DIMENSION]));
    expect(meshes).toEqual(new Set([scopeOf(prod()), scopeOf(dev())]));
  });

  test('a certificate that is lost in one is the alarm of that one alone', async () => {
    const { issuerArn } = dev().certificates.agentOf('caller');
    aws.lambda.fault = ({ by, input }) => (by === dev().task('caller').id && input['FunctionName'] === issuerArn ? 'throttled' : undefined);
    const agent = dev().task('caller').container(AGENT_CONTAINER);
    await agent.exec(['rm', '/run/mesh/identity.json']);
    // ECS starts it again in place, and it says what it finds.
    agent.crash();
    await until(() => alarmOf(dev()) === 'ALARM', { what: 'the alarm to fire', detail: () => agent.log.tail() });
    expect(alarmOf(prod())).toBe('OK');
    aws.lambda.fault = undefined;
  });

  test('a task that has not heard of a new authority holds up its change in its own environment alone', async () => {
    const both = { authorities: ['main', 'next'] };
    for (const environment of [prod(), dev()]) await environment.update(app({ ...both, issuer: 'main' }));
    // As the agent would write it, shortly before the next deployment.
    const at = Date.now() + HOUR - 2 * 60_000;
    aws.metrics.read(
      JSON.stringify({
        _aws: {
          Timestamp: at,
          CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [[MESH_DIMENSION]], Metrics: [{ Name: AUTHORITIES_AGE_METRIC }] }],
        },
        [MESH_DIMENSION]: scopeOf(dev()),
        [AUTHORITIES_AGE_METRIC]: 2 * HOUR,
      }),
    );
    await prod().update(app({ ...both, issuer: 'next' }), { laterMs: HOUR });
    await expect(dev().update(app({ ...both, issuer: 'next' }), { laterMs: HOUR })).rejects.toThrow(
      'the authority "next" cannot issue yet: by the metric AuthoritiesAge, a task has last heard at ',
    );
  });
});

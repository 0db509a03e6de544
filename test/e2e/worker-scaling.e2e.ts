import { App, Duration, Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Microservices, Tracing } from '../../lib';
import { METRIC_NAMESPACE, MESH_DIMENSION, REQUESTS_METRIC, SERVICE_DIMENSION } from '../../lib/core/contract/metric';
import { APPLICATION_CONTAINER } from '../../lib/core/model/constants';
import { settled } from './mesh';
import type { DataPoint, Template } from './runner';
import { AwsEmulator, Cluster, MessageQueue, ScalingPolicies, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';

const PLACE = 'eu-west-1:123456789012';
const QUEUE_URL = 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders';
const QUEUE_ARN = `arn:aws:sqs:${PLACE}:orders`;
const MESSAGES = 60;
const REPORT_SECONDS = 2;

/** A worker that follows a queue calls a service that follows its requests. */
function system(): { readonly template: Template; readonly queueId: string } {
  const stack = new Stack(new App(), 'E2e');
  const queue = new Queue(stack, 'Orders');
  const shop = new Microservices(stack, 'Shop', {
    services: {
      worker: {
        image: image('worker'),
        calls: ['api'],
        environment: { QUEUE_URL: queue.queueUrl, API: 'http://api.shop.internal:15080' },
        scaling: { minCapacity: 0, maxCapacity: 3, queue: { queue, messagesPerTask: 10, cooldown: Duration.minutes(1) } },
      },
      api: { image: image('api'), port: 8080, scaling: { maxCapacity: 4, requestsPerTask: 600 } },
    },
    tracing: Tracing.none(),
  });
  queue.grantConsumeMessages(shop.service('worker'));
  const [child] = [queue.node.defaultChild].filter((each) => each !== undefined);
  return { template: templateOf(stack), queueId: child === undefined ? '' : (stack.resolve(stack.getLogicalId(child as never)) as string) };
}

e2e('a worker that scales from no task to three, and back to none', () => {
  const aws = new AwsEmulator(PLACE);
  const queue = new MessageQueue(QUEUE_ARN, 60_000);
  const { template, queueId } = system();
  const running = cluster(async () =>
    Cluster.start(template, {
      aws,
      values: { [queueId]: QUEUE_URL, [`${queueId}.Arn`]: QUEUE_ARN },
      images: [
        standIns.envoy(),
        standIns.agent({ MESH_REQUESTS_SECONDS: String(REPORT_SECONDS) }),
        standIns.queueWorker('example/worker'),
        standIns.httpbin('example/api', 8080),
      ],
      counts: { worker: 0 },
    }),
  );
  beforeAll(() => {
    aws.queues.set(QUEUE_URL, queue);
  });
  afterAll(() => {
    aws.close();
  });

  const reports = (): readonly DataPoint[] =>
    aws.metrics.of({
      namespace: METRIC_NAMESPACE,
      name: REQUESTS_METRIC,
      dimensions: { [MESH_DIMENSION]: running().certificates.agentOf('api').scope, [SERVICE_DIMENSION]: 'api' },
    });
  /** How many requests the reports since one of them stand for. */
  const reported = (since: number): number =>
    Math.round(
      reports()
        .slice(since)
        .reduce((sum, { at, value }, index) => sum + (value * (at - (reports()[since + index - 1]?.at ?? at))) / 60_000, 0),
    );
  const seen = (): readonly unknown[] =>
    running()
      .tasks('api')
      .flatMap((task) => task.container(APPLICATION_CONTAINER).log.json())
      .flatMap(({ uri }) => (typeof uri === 'string' && uri.includes('order=') ? [uri] : []));

  test('every message is processed once, under load, while tasks come and go, and the service called counts as many requests', async () => {
    const policies = new ScalingPolicies(running().template, 'worker', running().values);
    const tasks = (): number => running().tasks('worker').length;
    const counts = [tasks()];
    /** What Application Auto Scaling does in a minute, which passes faster here. */
    const minute = async (): Promise<void> => {
      const wanted = policies.minute(tasks(), queue.metrics());
      await running().scale('worker', wanted);
      if (counts.at(-1) !== wanted) counts.push(wanted);
    };
    await minute();
    await settled(running());
    await until(() => reports().length >= 1, { what: 'the first report' });
    const before = reports().length;

    const sent = Array.from({ length: MESSAGES }, (_, order) => `/delay/0.4?order=${order}`);
    for (const message of sent) queue.send(message);
    await until(
      async () => {
        await minute();
        return counts.length > 1 && counts.at(-1) === 0;
      },
      {
        what: 'the queue to be empty, and no task to be left',
        timeoutMs: 120_000,
        detail: () => `${counts.join(', ')}; ${queue.deleted.length} done`,
      },
    );

    expect(counts.slice(0, 2)).toEqual([0, 3]);
    expect(counts.at(-1)).toBe(0);
    expect([...queue.deleted].sort()).toEqual([...sent].sort());
    // Each once: what a stopping task held, it finished.
    expect([...seen()].sort()).toEqual([...sent].sort());
    expect(queue.metrics()).toEqual({ ApproximateNumberOfMessagesVisible: 0 });
    await until(() => reported(before) >= MESSAGES, { what: 'all requests to be reported', detail: () => String(reported(before)) });
    expect(reported(before)).toBe(MESSAGES);
  });

  test('who only looks whether a task lives makes no request', async () => {
    await running().scale('worker', 1);
    await settled(running());
    const before = reports().length;
    await until(() => reports().length >= before + 3, { what: 'three reports' });
    expect(
      reports()
        .slice(before)
        .map(({ value }) => value),
    ).toEqual([0, 0, 0]);
  });
});

import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { AUTHORITIES_AGE_METRIC, MESH_DIMENSION, METRIC_NAMESPACE } from '../../../lib/core/contract/metric';
import { cloudWatchReports } from '../../../programs/functions/authority-set/task-reports';
import { hasMoto, startMoto, type Moto } from './support/moto';

const MINUTE = 60_000;

// In CI its absence is a failure.
if (!hasMoto)
  process.stderr.write('\n!!! REPORTS OF TASKS ARE NOT READ FROM AN INDEPENDENT CLOUDWATCH: run .ci/tools, which installs moto_server\n\n');
const describeWithMoto = hasMoto || process.env['CI'] === 'true' ? describe : describe.skip;

describeWithMoto('against an independent CloudWatch', () => {
  let moto: Moto;
  let client: CloudWatchClient;

  beforeAll(async () => {
    moto = await startMoto();
    client = new CloudWatchClient(moto.client);
  });
  afterAll(async () => {
    if (moto !== undefined) await moto.stop();
  });

  /** As CloudWatch takes it from a line of an agent's log. */
  const report = async (trustDomain: string, at: Date, seconds: number): Promise<void> => {
    await client.send(
      new PutMetricDataCommand({
        Namespace: METRIC_NAMESPACE,
        MetricData: [
          {
            MetricName: AUTHORITIES_AGE_METRIC,
            Dimensions: [{ Name: MESH_DIMENSION, Value: trustDomain }],
            Unit: 'Seconds',
            Timestamp: at,
            Value: seconds,
          },
        ],
      }),
    );
  };

  test('the task of this mesh that is furthest behind is found, and no task of another mesh or of long ago', async () => {
    const reports = cloudWatchReports(client);
    // CloudWatch counts in whole minutes.
    const now = new Date(Math.floor(Date.now() / MINUTE) * MINUTE);
    const ago = (minutes: number): Date => new Date(now.getTime() - minutes * MINUTE);
    expect(await reports.lastHeard(['shop.internal'], now)).toBeUndefined();
    await report('bank.internal', ago(2), 3600);
    await report('shop.internal', ago(30), 7200);
    expect(await reports.lastHeard(['shop.internal'], now)).toBeUndefined();
    await report('shop.internal', ago(2), 20);
    await report('shop.internal', ago(2), 400);
    await report('shop.internal', ago(1), 90);
    expect(await reports.lastHeard(['shop.internal'], now)).toEqual(new Date(ago(2).getTime() - 400_000));
  });
});

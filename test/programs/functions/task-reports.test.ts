import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SETTLE_SECONDS } from '../../../lib/core/contract/issuing';
import { AUTHORITIES_AGE_METRIC, AUTHORITIES_CHANGED_METRIC, LIFE_LEFT_METRIC } from '../../../lib/core/contract/metric';
import { cloudWatchReports } from '../../../programs/functions/authority-set/task-reports';
import type { Query } from '../../../programs/emulator/aws/metrics';
import { fakeRequestHandler, ServiceError, type Fields } from '../../../programs/emulator/aws/fake-aws';
import { AuthoritySetResource, propertiesOf } from './support/authority-set-resource';
import { makeAuthority, SCOPE, type TestAuthority } from './support/authorities';

const START = new Date('2026-11-24T12:00:00Z');
const MINUTE = 60_000;

interface EmbeddedMetric {
  readonly _aws?: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly { readonly Metrics: readonly { readonly Name: string }[] }[];
  };
  readonly Mesh?: string;
  readonly AuthoritiesChanged?: number;
}

/** CloudWatch's metrics as far as the guard asks for them: the maximum of each minute, newest first, as the API has it by default. */
class Metrics {
  readonly points: { readonly metric: string; readonly mesh: string; readonly at: number; readonly value: number }[] = [];
  down = false;
  status = 'Complete';
  readonly client = new CloudWatchClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: fakeRequestHandler((operation, input) => this.answer(operation, input), {}),
  });

  private answer(operation: string, input: Fields): Fields {
    if (operation !== 'GetMetricData') throw new ServiceError('UnknownOperationException', operation);
    if (this.down) throw new ServiceError('InternalServiceFault', 'down');
    const [query] = input.MetricDataQueries as readonly [Query];
    const { Metric: metric, Period: period, Stat: stat } = query.MetricStat;
    if (metric.Namespace !== 'CdkEcsMicroservices' || stat !== 'Maximum')
      return { MetricDataResults: [{ Id: query.Id, StatusCode: 'Complete' }] };
    const byPeriod = new Map<number, number>();
    for (const { metric: name, mesh, at, value } of this.points) {
      const seconds = at / 1000;
      if (name !== metric.MetricName || metric.Dimensions.some(({ Name, Value }) => Name !== 'Mesh' || Value !== mesh)) continue;
      if (seconds < Number(input.StartTime) || seconds >= Number(input.EndTime)) continue;
      const start = Math.floor(seconds / period) * period;
      byPeriod.set(start, Math.max(value, byPeriod.get(start) ?? -Infinity));
    }
    const sorted = [...byPeriod].sort(([one], [other]) => other - one);
    return {
      MetricDataResults: [
        { Id: query.Id, StatusCode: this.status, Timestamps: sorted.map(([time]) => time), Values: sorted.map(([, value]) => value) },
      ],
    };
  }
}

let clock: number;
let metrics: Metrics;
beforeEach(() => {
  clock = START.getTime();
  metrics = new Metrics();
});
const now = (): Date => new Date(clock);
const reports = (): ReturnType<typeof cloudWatchReports> => cloudWatchReports(metrics.client);
/** A task says for how long it has heard nothing. */
const report = (ageSeconds: number, agoMs = 0, mesh = SCOPE, metric: string = AUTHORITIES_AGE_METRIC): void => {
  metrics.points.push({ metric, mesh, at: clock - agoMs, value: ageSeconds });
};

describe('what tasks report', () => {
  test('is when the one that is furthest behind has heard, to the minute', async () => {
    report(100, 2 * MINUTE);
    report(900, MINUTE);
    report(50, MINUTE);
    const heard = (await reports().lastHeard([SCOPE], now()))?.getTime() ?? NaN;
    expect(clock - heard).toBeGreaterThanOrEqual(MINUTE + 900_000);
    expect(clock - heard).toBeLessThanOrEqual(2 * MINUTE + 900_000);
  });

  test.each<[string, () => void]>([
    ['no task reports', () => undefined],
    [
      'another mesh with the same domain reports',
      () => {
        report(9000, MINUTE, 'shop.internal/Z2OTHER');
      },
    ],
    [
      'another metric is there',
      () => {
        report(9000, MINUTE, SCOPE, LIFE_LEFT_METRIC);
      },
    ],
    [
      'a task that is gone reported long ago',
      () => {
        report(9000, 9 * MINUTE);
      },
    ],
  ])('is nothing if %s', async (_, happens) => {
    happens();
    expect(await reports().lastHeard([SCOPE], now())).toBeUndefined();
  });
});

describe('the guard of a change of authorities', () => {
  let a: TestAuthority;
  let b: TestAuthority;
  beforeAll(async () => {
    [a, b] = (await Promise.all(['a', 'b'].map((name) => makeAuthority(name, START)))) as [TestAuthority, TestAuthority];
  });
  const propertiesWith = (authorities: readonly TestAuthority[], issuer: TestAuthority): Fields => propertiesOf({ authorities, issuer });
  const create = async (): Promise<AuthoritySetResource> => AuthoritySetResource.create(now, propertiesWith([a], a), reports());
  /** What the function has written into its log, as CloudWatch makes metrics of it. */
  const reportChanges = (resource: AuthoritySetResource): void => {
    for (const line of resource.lines) {
      const { _aws: emf, Mesh: mesh, AuthoritiesChanged: value } = JSON.parse(line) as EmbeddedMetric;
      if (emf?.CloudWatchMetrics[0]?.Metrics[0]?.Name === AUTHORITIES_CHANGED_METRIC && mesh !== undefined)
        metrics.points.push({ metric: AUTHORITIES_CHANGED_METRIC, mesh, at: emf.Timestamp, value: value ?? 0 });
    }
  };
  const behind = 'by the metric AuthoritiesAge, a task has last heard at ';

  test('fails if the new authority issues although a task has not heard of it, however long ago it was added', async () => {
    const resource = await create();
    await resource.update(propertiesWith([a, b], a));
    clock += 40 * MINUTE;
    report(45 * 60, MINUTE);
    report(20, MINUTE);
    await expect(resource.update(propertiesWith([a, b], b))).rejects.toThrow(`the authority "b" cannot issue yet: ${behind}`);
    // It was replaced, or has come back.
    clock += 9 * MINUTE;
    report(20, MINUTE);
    await resource.update(propertiesWith([a, b], b));
  });

  test.each<[string, Fields]>([
    ['a scope of before', { Scope: 'shop.internal/Z0BEFORE' }],
    ['the trust domain, by an earlier version of the library', { TrustDomain: 'shop.internal' }],
  ])('fails if the new authority issues although a task that reports under %s has not heard of it', async (_, named) => {
    const before = (authorities: readonly TestAuthority[], issuer: TestAuthority): Fields => ({
      ...propertiesOf({ authorities, issuer, scope: undefined }),
      ...named,
    });
    const resource = await AuthoritySetResource.create(now, before([a], a), reports());
    await resource.update(before([a, b], a));
    clock += 40 * MINUTE;
    report(45 * 60, MINUTE, Object.values(named).join());
    await expect(resource.update(propertiesWith([a, b], b))).rejects.toThrow(`the authority "b" cannot issue yet: ${behind}`);
  });

  test('does not listen to another mesh with the same domain', async () => {
    const resource = await create();
    await resource.update(propertiesWith([a, b], a));
    clock += 40 * MINUTE;
    report(45 * 60, MINUTE, 'shop.internal/Z2OTHER');
    report(20, MINUTE);
    await resource.update(propertiesWith([a, b], b));
  });

  test('fails if the old authority is removed although a task has not heard that it no longer issues', async () => {
    const resource = await create();
    await resource.update(propertiesWith([a, b], a));
    clock += 25 * MINUTE;
    await resource.update(propertiesWith([a, b], b));
    clock += 25 * MINUTE;
    report(28 * 60, MINUTE);
    await expect(resource.update(propertiesWith([b], b))).rejects.toThrow(`the authority "a" cannot be removed yet: ${behind}`);
  });

  test.each<[string, (resource: AuthoritySetResource) => Promise<unknown>, () => Fields, string]>([
    [
      'an authority is removed that has issued for a moment',
      async (resource) => {
        await resource.update(propertiesWith([a, b], a));
        clock += 60 * MINUTE;
        await resource.updateAndTakeBack(propertiesWith([a, b], b));
      },
      () => propertiesWith([a], a),
      'a change of them was taken back: deploy again after',
    ],
    [
      'an authority issues again that was not trusted for a moment',
      async (resource) => {
        await resource.update(propertiesWith([a, b], a));
        clock += 60 * MINUTE;
        await resource.update(propertiesWith([a, b], b));
        clock += 60 * MINUTE;
        await resource.updateAndTakeBack(propertiesWith([b], b));
      },
      () => propertiesWith([a, b], a),
      'a change of them was taken back: deploy again after',
    ],
  ])('fails if %s, right after a deployment that was rolled back', async (_, before, next, reason) => {
    const resource = await create();
    await before(resource);
    reportChanges(resource);
    clock += 2 * MINUTE;
    await expect(resource.update(next())).rejects.toThrow(reason);
    clock += SETTLE_SECONDS * 1000;
    await resource.update(next());
  });

  test('lets the issuer of before issue again at once', async () => {
    const resource = await create();
    await resource.update(propertiesWith([a, b], a));
    clock += 60 * MINUTE;
    await resource.update(propertiesWith([a, b], b));
    reportChanges(resource);
    clock += 2 * MINUTE;
    report(1000, MINUTE);
    await resource.update(propertiesWith([a, b], a));
  });

  test('fails if CloudWatch has no whole answer, which looks as if no task reported', async () => {
    const resource = await create();
    await resource.update(propertiesWith([a, b], a));
    clock += 25 * MINUTE;
    metrics.status = 'PartialData';
    await expect(resource.update(propertiesWith([a, b], b))).rejects.toThrow('CloudWatch has not answered');
  });

  test('does not ask for what needs no proof: an authority that is added, and the way back', async () => {
    const resource = await create();
    metrics.down = true;
    await resource.update(propertiesWith([a, b], a));
    metrics.down = false;
    clock += 25 * MINUTE;
    await resource.update(propertiesWith([a, b], b));
    metrics.down = true;
    await resource.rollBack();
  });

  test('fails if CloudWatch does not answer when the answer matters', async () => {
    const resource = await create();
    await resource.update(propertiesWith([a, b], a));
    clock += 25 * MINUTE;
    metrics.down = true;
    await expect(resource.update(propertiesWith([a, b], b))).rejects.toThrow('down');
  });

  test('goes by the time alone where no task reports', async () => {
    const resource = await create();
    await resource.update(propertiesWith([a, b], a));
    clock += 25 * MINUTE;
    await resource.update(propertiesWith([a, b], b));
  });

  test('agrees to each step as soon as it is time, if every task asks every few minutes', async () => {
    const resource = await create();
    for (const [authorities, issuer] of [
      [[a, b], a],
      [[a, b], b],
      [[b], b],
    ] as const) {
      await resource.update(propertiesWith(authorities, issuer));
      for (let minute = 0; minute < SETTLE_SECONDS / 60; minute += 1) {
        clock += MINUTE;
        report(360);
      }
    }
  });
});

/** Weights that move by themselves, under load: by CloudFormation, Step Functions, the function, agents that report, and real Envoys. */
import { SHIFTS_TAKEN_BACK_METRIC, WEIGHTS_RESOURCE } from '../../lib/core/contract/weight-shift';
import type { ServiceProps } from '../../lib';
import type { Weights } from '../../lib/core/contract/weights';
import { setMode } from './flaky-server';
import type { SteadyReport } from './programs/steady-client';
import type { Execution, Task } from './runner';
import { Stack, until } from './runner';
import { SteadyLoad } from './steady-load';
import { e2e } from './suite';
import { ONE_LONG_STEP, shifted, SHIFTED_IMAGES } from './systems/shifted';

/** A minute of the state machine is five seconds. */
const SECOND_MS = 80;
const PER_SECOND = 120;

/** Far above twice the 99th percentile of a version that has to wait for its machine. */
const SLOW = 'slow-1200';

interface Outcome {
  /** What v2 has got, one after the other. */
  readonly shares: readonly (number | undefined)[];
  /** How often versions were looked at after the first step. */
  readonly looks: number;
  readonly execution: Execution | undefined;
  readonly report: SteadyReport;
}

e2e('a service with a shift', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.open(shifted([100, 0]), { images: SHIFTED_IMAGES, secondMs: SECOND_MS });
    await stack.deploy(shifted([100, 0]));
  });
  afterAll(async () => {
    await stack.cluster.close();
    expect(await stack.cluster.leftovers()).toEqual([]);
  });

  const version = (name: string): Task => stack.cluster.task(`orders-${name}`);
  const history = (): readonly Weights[] => {
    const [parameter] = stack.cluster.deployment.live.ofType(WEIGHTS_RESOURCE);
    const texts = stack.cluster.aws.parameters.history(parameter?.values[parameter.key] ?? '');
    return texts.map((text) => (JSON.parse(text) as { readonly weights: Weights }).weights);
  };
  /** Deploys other weights under load, until what they start has ended, and the load a while longer. */
  const deploy = async (weights: readonly [number, number], change: Partial<ServiceProps> = {}): Promise<Outcome> => {
    const { cluster } = stack;
    const [written, logged] = [history().length, cluster.deployment.log.length];
    const load = SteadyLoad.start(cluster.task('ui').endpoint, {
      protocol: 'HTTP/1.1',
      target: 'orders.shop.internal:15080',
      path: '/items/1',
      perSecond: PER_SECOND,
    });
    await load.goesOn(PER_SECOND);
    await stack.deploy(shifted(weights, change));
    await cluster.aws.stepFunctions.idle();
    await load.goesOn(3 * PER_SECOND);
    const report = await load.stop();
    const shares = history()
      .slice(written - 1)
      .map(({ v2 }) => v2);
    return {
      shares: shares.filter((share, index) => share !== shares[index - 1]),
      looks: cluster.deployment.log.slice(logged).filter((line) => line.includes('looked at')).length + 1,
      execution: cluster.aws.stepFunctions.executions.at(-1),
      report,
    };
  };

  /** What was counted in the minute of the last test would count in the next one, too: a new image takes longer than that. */
  const deployWithNothingCounted = async (): Promise<void> => {
    await stack.deploy(shifted([0, 100]));
    const minute = (): number => Math.floor(Date.now() / 60_000);
    const last = minute();
    await until(() => minute() > last, { what: 'another minute', timeoutMs: 70_000 });
  };

  test('gives a new version its calls step by step, and loses none', async () => {
    const { shares, execution, report } = await deploy([0, 100]);
    expect(shares).toEqual([0, 20, 40, 60, 80, 100]);
    expect(execution).toMatchObject({ status: 'SUCCEEDED' });
    expect(report.failures).toEqual({});
    expect(report.succeeded).toBeGreaterThan(PER_SECOND * 20);
  });

  test('fails if the version that gets more answers with errors: it is back within two checks', async () => {
    await setMode(version('v1'), 'status-500');
    const { shares, looks, execution, report } = await deploy([100, 0], { shift: ONE_LONG_STEP });
    expect(shares).toEqual([100, 80, 100]);
    expect(looks).toBeLessThanOrEqual(2);
    expect(execution).toMatchObject({
      status: 'FAILED',
      output: expect.stringMatching(/^ShiftTakenBack: v1 has failed in .* attempts, and v2 in/) as string,
    });
    // Others than those that it has answered itself are none.
    expect(Object.keys(report.failures).filter((failure) => !failure.startsWith('status 500'))).toEqual([]);
    const taken = stack.cluster.aws.metrics.points.filter(({ name }) => name === SHIFTS_TAKEN_BACK_METRIC);
    expect(taken).toMatchObject([{ dimensions: { Service: 'orders' }, value: 1 }]);
  });

  test('fails if the version that gets more works when it is tried again: callers see nothing of it, and it is back', async () => {
    await setMode(version('v1'), 'once-503');
    await deployWithNothingCounted();
    const { shares, execution, report } = await deploy([100, 0], { shift: ONE_LONG_STEP });
    expect(shares).toEqual([100, 80, 100]);
    expect(execution).toMatchObject({
      status: 'FAILED',
      output: expect.stringMatching(/^ShiftTakenBack: v1 has failed in .* attempts, and v2 in 0.0 %/) as string,
    });
    expect(report.failures).toEqual({});
  });

  test('fails if the version that gets more is slow: it is back when two minutes were found so', async () => {
    await setMode(version('v1'), SLOW);
    await deployWithNothingCounted();
    const { shares, execution, report } = await deploy([100, 0], { shift: ONE_LONG_STEP });
    expect(shares).toEqual([100, 80, 100]);
    expect(execution).toMatchObject({
      status: 'FAILED',
      output: expect.stringMatching(/^ShiftTakenBack: .* requests to v1 have taken longer than .* of v2 is/) as string,
    });
    expect(report.failures).toEqual({});
  });
});

import fc from 'fast-check';
import { routeMatch } from '../../../../lib/core/envoy/traffic/route-match';
import { readProps } from '../../../../lib/props/read-props';
import { explain, tasksFor } from '../../../../programs/cli/explain/explain';
import type { Explanation, Question } from '../../../../programs/cli/explain/explanation';
import { simulatedSystem } from '../../../../programs/cli/explain/system';
import { Unknown } from '../../../../programs/simulator/message';
import { simulate } from '../../../../programs/simulator/simulate';
import { build, validProps } from '../../../props/generated-props';
import type { Planned } from '../../../simulator/planned';
import { planned, plannedIfItFits } from '../../../simulator/planned';
import { configOf, readCase } from '../../../support/cases';
import { runs } from '../../../support/runs';
import { describedOf, generatedQuestions } from './generated-questions';

/** Undefined: the simulator does not know something of it, and explain says so. */
function asked(shop: Planned, question: Question): Explanation | undefined {
  const system = describedOf(shop);
  const configs = new Map(shop.plan.workloads.map((workload) => [workload.name, configOf(workload)]));
  try {
    return explain(system, simulatedSystem(system, tasksFor(system, question), configs), question);
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

test('what explain says is what the simulator of the whole system finds', () => {
  const verdicts = new Map<string, number>();
  fc.assert(
    fc.property(validProps, fc.integer(), (props, seed) => {
      const shop = plannedIfItFits(readProps(build(props)));
      if (shop === undefined || shop.topology.services.every(({ calls }) => calls.length === 0)) return;
      for (const question of fc.sample(generatedQuestions(shop), { numRuns: 10, seed })) {
        const explanation = asked(shop, question);
        if (explanation === undefined) continue;
        verdicts.set(explanation.verdict, (verdicts.get(explanation.verdict) ?? 0) + 1);
        if (explanation.sent === undefined) continue;
        const outcomes = simulate(shop.system, explanation.sent);
        expect(verdictOf(explanation)).toEqual(verdictsOf(outcomes));
        // Of a service with versions exactly those that may get it.
        const arrived = new Set(outcomes.flatMap(({ end }) => (end.kind === 'delivered' ? [end.to] : [])));
        const versions = explanation.reaches.map(({ to, version }) => (version === undefined ? to : `${to}-${version}`));
        for (const version of versions) expect([...arrived].some((task) => task === version || version.startsWith(`${task}-`))).toBe(true);
      }
    }),
    { numRuns: runs(40) },
  );
  expect([...verdicts.keys()].sort()).toEqual(expect.arrayContaining(['allowed', 'refused']));
});

test('the route that is named is the one that Envoy takes', () => {
  const shop = planned(readCase('routes-of-services'));
  let named = 0;
  for (const question of fc.sample(generatedQuestions(shop), { numRuns: 300, seed: 7 })) {
    const explanation = asked(shop, question);
    if (explanation?.sent !== undefined) named += checkRoutes(shop, explanation, simulate(shop.system, explanation.sent));
  }
  expect(named).toBeGreaterThan(30);
});

type Outcomes = ReturnType<typeof simulate>;

function verdictOf({ verdict, refusal, mayBe }: Explanation): readonly string[] {
  const refusals = refusal === undefined ? mayBe : [refusal, ...mayBe];
  return [
    ...new Set([
      ...(verdict === 'allowed' ? ['delivered'] : []),
      ...refusals.map(({ status, grpcStatus }) => `${status ?? 'refused'} ${grpcStatus ?? ''}`),
    ]),
  ].sort();
}

function verdictsOf(outcomes: Outcomes): readonly string[] {
  const arrives = outcomes.some(({ end }) => end.kind === 'delivered');
  const ends = outcomes.map(({ end }) =>
    end.kind === 'delivered' ? 'delivered' : end.kind === 'refused' ? 'refused ' : `${end.status} ${end.grpcStatus ?? ''}`,
  );
  return [...new Set(arrives ? ends : ends.slice(0, 1))].sort();
}

/** The route that is named matches what Envoy's route matches, values of headers included. */
function checkRoutes({ topology }: Planned, { stages }: Explanation, outcomes: Outcomes): number {
  const [, name, callee] =
    stages
      .flatMap(({ facts }) => facts)
      .map(({ text }) => /^route "(.+)" of (\S+) takes it/.exec(text))
      .find((found) => found !== null) ?? [];
  if (name === undefined) return 0;
  const route = topology.services.find((service) => service.name === callee)?.policy.routes.find((each) => each.name === name);
  const { headers = [], ...path } = routeMatch(route!.match);
  const main = outcomes.find(({ end }) => end.kind === 'delivered') ?? outcomes[0];
  const taken = main?.steps.flatMap(({ decision, copy }) =>
    decision.kind === 'forwarded' && !copy ? [decision.taken?.route['match']] : [],
  );
  expect(taken).toContainEqual(expect.objectContaining(path));
  if (headers.length > 0) expect(taken).toContainEqual(expect.objectContaining({ headers: expect.arrayContaining(headers) as unknown }));
  return 1;
}

describe('in words', () => {
  const call = (caller: string, callee: string, method: string, path: string, headers: Question['headers'] = {}): Question => ({
    from: 'service',
    ...{ caller, callee, method, path, headers },
  });
  const client = (method: string, path: string, edge = 'default'): Question => ({ from: 'client', edge, method, path, headers: {} });

  test.each<readonly [string, string, Question, string]>([
    [
      'a rule lets a caller in',
      'rules-of-callers',
      call('ui', 'orders', 'GET', '/orders/7'),
      'allowed: orders, at most 15 s, up to 4 attempts',
    ],
    ['no rule does', 'rules-of-callers', call('ui', 'orders', 'DELETE', '/orders/7'), 'refused with 403 by services.orders.allow'],
    [
      'a call is not declared',
      'rules-of-callers',
      call('admin', 'ledger', 'GET', '/'),
      'not reachable: admin does not name ledger in services.admin.calls',
    ],
    ['no route of an edge takes it', 'rest-api-with-cors', client('GET', '/nowhere/else'), 'refused with 403 by edge.routes'],
    [
      'an edge refuses what could be read in two ways',
      'several-edges',
      client('GET', '/a/../b'),
      'refused with 400 by edges.default.routes',
    ],
  ])('%s', (_, name, question, summary) => {
    expect(asked(planned(readCase(name)), question)?.summary).toBe(summary);
  });

  test('the rule that lets a caller in is named with its place', () => {
    const { stages } = asked(planned(readCase('rules-of-callers')), call('ui', 'orders', 'POST', '/orders'))!;
    expect(stages.flatMap(({ facts }) => facts).map(({ path }) => path)).toContainEqual(
      expect.stringMatching(/^services\.orders\.allow\[\d\]$/),
    );
  });

  test('timeouts that contradict each other are warned of', () => {
    const image = { bind: () => undefined };
    const shop = planned(
      readProps({
        services: {
          ui: { image, port: 80, calls: ['orders'], timeout: undefined },
          orders: { image, port: 80, calls: ['stock'] },
          stock: { image, port: 80 },
        },
      }),
    );
    const system = describedOf(shop);
    const slow = {
      ...system,
      services: system.services.map((service) =>
        service.name === 'stock' ? { ...service, callPolicy: { ...service.callPolicy, timeouts: { requestSeconds: 60 } } } : service,
      ),
    };
    const { warnings } = explain(slow, shop.system, call('ui', 'orders', 'GET', '/'));
    expect(warnings.map(({ text }) => text)).toEqual(['orders waits 60 s for stock (services.stock.timeout), and gets only 15 s itself']);
  });
});

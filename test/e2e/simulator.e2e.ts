import fc from 'fast-check';
import { readProps } from '../../lib/props/read-props';
import type { Tree } from '../props/generated-props';
import { Junk, build, validProps } from '../props/generated-props';
import { generatedRequests } from '../simulator/generated-requests';
import { describedOf, generatedQuestions } from '../programs/cli/explain/generated-questions';
import { CLUSTERS, generatedManager, generatedRequest } from '../simulator/generated-routes';
import type { Planned } from '../simulator/planned';
import { plannedIfItFits } from '../simulator/planned';
import type { Request } from '../../programs/simulator/simulate';
import { simulate } from '../../programs/simulator/simulate';
import { explain } from '../../programs/cli/explain/explain';
import type { Explanation } from '../../programs/cli/explain/explanation';
import type { Seen } from './agreement';
import { agrees, fateOf } from './agreement';
import { Echo } from './echo';
import { OneEnvoy } from './one-envoy';
import { PlannedMesh } from './planned-mesh';
import { sendRaw } from './raw-client';
import { until } from './runner';
import { e2e } from './suite';

/** Another one: SIMULATOR_SEED=7 npx jest --selectProjects e2e --testPathPatterns simulator */
const seed = Number(process.env['SIMULATOR_SEED'] ?? 20261125);
const MANAGERS = 40;
const REQUESTS = 600;

const REQUESTS_EACH = 200;
/** What `explain` is asked: 500 of all systems. */
const QUESTIONS_EACH = 125;
/** Planned when somebody wants it: that takes its time. */
const SHOPS = fc
  .sample(validProps, { numRuns: 60, seed })
  .map((props) => once(() => plannedIfItFits(readProps(build(withoutMemory(props))))));
const hasEdge = ({ topology }: Planned): boolean => topology.edges.length > 0;
const SYSTEMS: readonly (readonly [string, (shop: Planned) => boolean])[] = [
  ['with mutual TLS and an edge', (shop) => shop.topology.certificates.kind !== 'none' && shop.topology.edges.length === 1],
  ['in plain text, with an edge', (shop) => shop.topology.certificates.kind === 'none' && hasEdge(shop)],
  ['with several edges', ({ topology }) => topology.certificates.kind !== 'none' && topology.edges.length > 1],
  [
    'with rules about paths',
    ({ topology }) =>
      topology.certificates.kind !== 'none' &&
      topology.services.filter(({ allow, callers }) => callers.length > 0 && allow?.some(({ paths }) => paths !== undefined) === true)
        .length > 1,
  ],
];

/**
 * What is left out: weights, which come from agents, that are not there; files of authorities, neither; and what decides by what
 * happened before, which other suites look at.
 */
const LEFT_OUT = [
  'versions',
  'versionHeader',
  'mirror',
  'trust',
  'activeHealthCheck',
  'outlierDetection',
  'circuitBreaker',
  'rateLimits',
  'retry',
];

function withoutMemory(tree: Tree): Tree {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree) || tree instanceof Junk) return tree;
  return Object.fromEntries(
    Object.entries(tree)
      .filter(([key]) => !LEFT_OUT.includes(key))
      .map(([key, value]) => [key, withoutMemory(value)]),
  );
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Who sends: a third of the declared calls, the edge and strangers each, and whoever calls without having declared it. */
function fairly({ topology, plan, system }: Planned): readonly Request['from'][] {
  const uris = [...plan.workloads.flatMap(({ identity }) => identity?.uri ?? []), 'spiffe://elsewhere/ui'];
  const gateways = topology.edges.map(({ gatewayName }) => gatewayName);
  const tasks = plan.workloads.map(({ name }) => name).filter((name) => !gateways.includes(name));
  const declared = tasks.flatMap((task) =>
    [...system.records].flatMap(([to, host]): Request['from'][] =>
      system.tasks.get(task)!.listeners.some((listener) => listener.host === host) &&
      topology.external.every(({ virtualHost }) => virtualHost !== to)
        ? [{ kind: 'service', task, to }]
        : [],
    ),
  );
  const undeclared = tasks
    .flatMap((task) =>
      [...system.records].flatMap(([to, host]): Request['from'][] =>
        system.tasks.get(task)!.listeners.some((listener) => listener.host === host) ? [] : [{ kind: 'service', task, to }],
      ),
    )
    .slice(0, 3);
  const strangers = tasks.slice(0, 4).flatMap((task, index): Request['from'][] => [
    { kind: 'outsider', task, tls: true, identity: uris[index % uris.length] },
    { kind: 'outsider', task, tls: true, identity: uris[(index + 1) % uris.length] },
    { kind: 'outsider', task, tls: index % 2 === 0 },
  ]);
  const third = Math.max(declared.length, strangers.length);
  const edges = topology.edges.flatMap(({ name: edge }) =>
    Array.from({ length: Math.ceil(third / topology.edges.length) }, (): Request['from'] => ({ kind: 'edge', edge })),
  );
  const calls = declared.length === 0 ? [] : Array.from({ length: third }, (_, index) => declared[index % declared.length]);
  return [...calls, ...edges, ...strangers, ...undeclared];
}

/** What users read of it: who gets the request, by which method and path, or which status somebody else answers with. */
function isAsExplained({ verdict, reaches, refusal, mayBe }: Explanation, { status, grpcStatus, answeredBy, arrived }: Seen): boolean {
  const isAnswered = [...(refusal === undefined ? [] : [refusal]), ...mayBe].some(
    (each) => each.status === status && each.grpcStatus === grpcStatus && answeredBy === undefined,
  );
  if (verdict !== 'allowed') return isAnswered && arrived.length === 0;
  const isReached = reaches.some(({ to, method, path }) =>
    // A connection of TCP has neither.
    arrived.some((each) => each.to.replace(/:\d+$/, '') === to && (method === '' || (each.method === method && each.path === path))),
  );
  return isAnswered || (isReached && status === 200 && answeredBy !== undefined);
}

e2e(`the simulator and a real Envoy, with SIMULATOR_SEED=${seed}`, () => {
  describe('of connection managers with everything in them', () => {
    const echo = new Echo();
    const managers = fc.sample(generatedManager, { numRuns: MANAGERS, seed });
    let envoy: OneEnvoy | undefined;
    beforeAll(async () => {
      envoy = await OneEnvoy.start(echo, CLUSTERS, managers);
    });
    afterAll(() => {
      envoy?.close();
    });

    test(`agree on ${REQUESTS} requests`, async () => {
      const cases = fc.sample(generatedRequest, { numRuns: REQUESTS, seed }).map((request, index) => {
        const manager = index % MANAGERS;
        return { number: String(index), request, manager, outcomes: simulate(envoy!.system, { ...request, from: envoy!.from(manager) }) };
      });
      const compared = await Promise.all(
        cases.map(async ({ number, request, manager, outcomes }) => {
          const answered = await sendRaw(envoy!.listener(manager), number, request);
          const seen = (): Seen => ({ ...answered, arrived: echo.of(number) });
          // Copies take their time.
          const agreed = await until(() => agrees(outcomes, seen()), { what: 'copies', timeoutMs: 60_000 }).catch(() => false);
          return { agreed, manager: managers[manager], request, outcomes, seen: seen() };
        }),
      );
      expect(compared.filter(({ agreed }) => !agreed).slice(0, 3)).toEqual([]);
      // They have agreed on many things.
      const fates = new Set(compared.flatMap(({ outcomes }) => outcomes.map(fateOf)));
      expect(fates.size).toBeGreaterThan(15);
      expect(compared.filter(({ seen }) => seen.answeredBy !== undefined).length).toBeGreaterThan(REQUESTS / 5);
    });
  });

  describe.each(SYSTEMS)('of a generated system %s', (_, suits) => {
    const echo = new Echo();
    let shop: Planned | undefined;
    let mesh: PlannedMesh | undefined;
    beforeAll(async () => {
      shop = SHOPS.find((make) => {
        const made = make();
        return made !== undefined && suits(made);
      })?.();
      mesh = await PlannedMesh.start(shop!, echo);
    });
    afterAll(async () => {
      await mesh?.close();
      expect(await mesh?.leftovers()).toEqual([]);
    });

    test(`agree on ${REQUESTS_EACH} requests`, async () => {
      // What faults keep back for long, and what leaves the mesh, others look at.
      const cases = fc
        .sample(generatedRequests(shop!, fairly(shop!)), { numRuns: 2 * REQUESTS_EACH, seed })
        .map((request, index) => ({ number: String(index), request, outcomes: simulate(shop!.system, request) }))
        .filter(({ outcomes }) => outcomes.every(({ waitedSeconds }) => waitedSeconds < 1))
        .slice(0, REQUESTS_EACH);
      expect(cases).toHaveLength(REQUESTS_EACH);
      const compared = await Promise.all(
        cases.map(async ({ number, request, outcomes }) => {
          const answered = await mesh!.send(number, request);
          const seen = (): Seen => ({ ...answered, arrived: echo.of(number) });
          const agreed = await until(() => agrees(outcomes, seen()), { what: 'copies', timeoutMs: 60_000 }).catch(() => false);
          return { agreed, request, outcomes, seen: seen() };
        }),
      );
      expect(compared.filter(({ agreed }) => !agreed).slice(0, 3)).toEqual([]);
      // Some have arrived, and some have not.
      const arrived = compared.filter(({ seen }) => seen.answeredBy !== undefined).length;
      expect(arrived).toBeGreaterThan(REQUESTS_EACH / 10);
      expect(arrived).toBeLessThan(REQUESTS_EACH * 0.9);
    });

    test(`agree with what explain says of ${QUESTIONS_EACH} requests`, async () => {
      const system = describedOf(shop!);
      const cases = fc
        .sample(generatedQuestions(shop!), { numRuns: 4 * QUESTIONS_EACH, seed })
        .map((question) => ({ question, explanation: explain(system, shop!.system, question) }))
        // What nobody is sent has no Envoy that could agree. Of a load balancer there is no port in this network.
        .flatMap(({ question, explanation }) => (explanation.sent === undefined ? [] : [{ question, explanation, sent: explanation.sent }]))
        .filter(({ sent }) => simulate(shop!.system, sent).every(({ waitedSeconds }) => waitedSeconds < 1))
        .slice(0, QUESTIONS_EACH)
        .map((each, index) => ({ ...each, number: `question-${index}` }));
      expect(cases).toHaveLength(QUESTIONS_EACH);
      const compared = await Promise.all(
        cases.map(async ({ number, question, explanation, sent }) => {
          const answered = await mesh!.send(number, sent);
          const seen: Seen = { ...answered, arrived: echo.of(number) };
          return { agreed: isAsExplained(explanation, seen), question, explanation, seen };
        }),
      );
      expect(compared.filter(({ agreed }) => !agreed).slice(0, 3)).toEqual([]);
      expect(new Set(compared.map(({ explanation }) => explanation.verdict)).size).toBeGreaterThan(1);
    });
  });
});

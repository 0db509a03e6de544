import fc from 'fast-check';
import { AMBIGUOUS_PATH } from '../../lib/core/envoy/syntax/paths';
import { readProps } from '../../lib/props/read-props';
import { build, validProps } from '../props/generated-props';
import { generatedRequests, pathOf } from './generated-requests';
import type { Planned } from './planned';
import { plannedIfItFits } from './planned';
import type { Outcome, Request } from '../../programs/simulator/simulate';
import { gatewayOf, simulate } from '../../programs/simulator/simulate';
import { atLeast, runs } from '../support/runs';

/** In the name of each failure: SIMULATOR_SEED=7 npx jest --selectProjects unit --testPathPatterns simulator/properties */
const seed = Number(process.env['SIMULATOR_SEED'] ?? Math.floor(Math.random() * 1e6));

/** A system, and requests to it. */
const scene: fc.Arbitrary<{ readonly shop: Planned; readonly requests: readonly Request[] }> = validProps
  .map((props) => plannedIfItFits(readProps(build(props))))
  .filter((shop) => shop !== undefined)
  .chain((shop) => fc.array(generatedRequests(shop), { minLength: 30, maxLength: 30 }).map((requests) => ({ shop, requests })));

const severalEdges: fc.Arbitrary<Planned> = validProps
  .filter((props) => Object.keys((props as { readonly edges?: object }).edges ?? {}).length > 1)
  .map((props) => plannedIfItFits(readProps(build(props))))
  .filter((shop) => shop !== undefined);

interface Case {
  readonly shop: Planned;
  readonly request: Request;
  readonly outcomes: readonly Outcome[];
}

/** All properties look at the same systems: to plan one takes longer than to look. */
const cases: readonly Case[] = fc
  .sample(scene, { numRuns: runs(40), seed })
  .flatMap(({ shop, requests }) => requests.map((request) => ({ shop, request, outcomes: simulate(shop.system, request) })));

const serviceOf = ({ shop }: Case, task: string): Planned['topology']['services'][number] | undefined =>
  shop.topology.services.find(({ name }) => name === task || task.startsWith(`${name}-`));
/** Who the application would believe to have sent it; undefined: nobody that it knows. */
function senderOf({ shop, request: { from } }: Case): string | undefined {
  if (from.kind === 'edge') return gatewayOf(from);
  // All versions of a service are one caller.
  if (from.kind === 'service') return shop.plan.workloads.find(({ name }) => name === from.task)?.version?.service ?? from.task;
  return from.identity?.startsWith(`spiffe://${shop.topology.trustDomain}/`) === true ? from.identity.split('/').at(-1) : undefined;
}
const authenticates = ({ shop }: Case): boolean => shop.topology.certificates.kind !== 'none';
const deliveries = (each: Case): readonly { readonly to: string; readonly path: string; readonly method: string }[] =>
  each.outcomes.flatMap(({ end, copies }) => [end, ...copies]).filter((end) => end.kind === 'delivered');

/** The service of the route that a request names, if the edge of this gateway has it. */
function namedBy({ shop, request }: Case, gateway: string): string | undefined {
  const edge = shop.topology.edges.find(({ gatewayName }) => gatewayName === gateway);
  const target = edge?.routes.find(({ key }) => key === request.headers?.['x-edge-route'])?.target;
  return target?.kind === 'service' ? target.service : undefined;
}

/** As a rule of `allow` reads, written once more. */
function isAllowed(each: Case, to: string, { method, path }: { readonly method: string; readonly path: string }): boolean {
  const service = serviceOf(each, to);
  const sender = senderOf(each);
  const plain = path.replace(/\?.*$/s, '');
  return (service?.allow ?? [{}]).some(
    ({ callers, methods, paths }) =>
      (callers === undefined || !authenticates(each) || (sender !== undefined && callers.includes(sender))) &&
      (methods?.includes(method) ?? true) &&
      (paths?.some(({ kind, text }) => (kind === 'exact' ? plain === text : plain.startsWith(text))) ?? true),
  );
}

describe(`of generated systems, with SIMULATOR_SEED=${seed}`, () => {
  test('there is something to look at: requests that arrive, and such as do not', () => {
    const ends = cases.flatMap(({ outcomes }) => outcomes.map(({ end }) => end.kind));
    for (const kind of ['delivered', 'answered', 'refused'])
      expect(ends.filter((each) => each === kind).length).toBeGreaterThan(atLeast(20));
  });

  test('fails if a request reaches a service that its sender does not declare in calls', () => {
    const wrong = cases.filter((each) => {
      const sender = senderOf(each);
      const declared = (to: string): boolean => {
        const service = serviceOf(each, to);
        return service !== undefined && sender !== undefined && (service.callers.includes(sender) || service.gateways.includes(sender));
      };
      // In plain text only security groups keep strangers out.
      const isStranger = each.request.from.kind === 'outsider' && !authenticates(each);
      return (
        !isStranger && deliveries(each).some(({ to }) => !declared(to) && !each.shop.topology.external.some(({ host }) => host === to))
      );
    });
    expect(wrong.slice(0, 2).map(({ request, outcomes }) => ({ request, outcomes }))).toEqual([]);
  });

  test('fails if a service gets another request than the one that was sent to it', () => {
    const wrong = cases.filter((each) => {
      const { from } = each.request;
      const target = from.kind === 'service' ? from.to.split('.')[0] : from.kind === 'outsider' ? from.task : undefined;
      return (
        target !== undefined &&
        deliveries(each).some(
          ({ to }) =>
            serviceOf(each, to)?.name !== target && to !== target && !each.shop.topology.external.some(({ name }) => name === target),
        )
      );
    });
    expect(wrong.slice(0, 2).map(({ request, outcomes }) => ({ request, outcomes }))).toEqual([]);
  });

  test('fails if a request arrives that no rule of allow allows', () => {
    // What a route has rewritten arrives as another one than was decided about only if it is the caller's Envoy that rewrites.
    const wrong = cases.filter((each) =>
      deliveries(each).some((delivery) => serviceOf(each, delivery.to) !== undefined && !isAllowed(each, delivery.to, delivery)),
    );
    expect(wrong.slice(0, 2).map(({ request, outcomes }) => ({ request, outcomes }))).toEqual([]);
  });

  test('fails if a path that may be read in two ways passes a rule about paths, or the edge', () => {
    const ambiguous = new RegExp(`^(?:${AMBIGUOUS_PATH})$`);
    const wrong = cases.filter((each) =>
      deliveries(each).some(({ to, path }) => {
        const rules = serviceOf(each, to)?.allow ?? [{}];
        return (
          ambiguous.test(path.replace(/\?.*$/s, '')) &&
          (each.request.from.kind === 'edge' || rules.every(({ paths }) => paths !== undefined))
        );
      }),
    );
    expect(wrong.slice(0, 2).map(({ request, outcomes }) => ({ request, outcomes }))).toEqual([]);
  });

  test('an edge delivers to the service of its own route that API Gateway names, and to no other', () => {
    const wrong = cases.filter((each) => {
      const { from } = each.request;
      return from.kind === 'edge' && deliveries(each).some(({ to }) => serviceOf(each, to)?.name !== namedBy(each, gatewayOf(from)));
    });
    expect(wrong.slice(0, 2).map(({ request, outcomes }) => ({ request, outcomes }))).toEqual([]);
  });

  test('an edge of several delivers in the name of its own routes alone, even where another has the same', () => {
    const several = fc.sample(severalEdges, { numRuns: 8, seed }).flatMap((shop) =>
      shop.topology.edges.flatMap(({ name: edge, gatewayName }) =>
        [...new Set(shop.topology.edges.flatMap((each) => each.routes.map(({ key }) => key)))].map((key) => {
          const [method] = key.startsWith('$') || key.startsWith('ANY ') ? ['GET'] : key.split(' ');
          const request: Request = {
            from: { kind: 'edge', edge },
            method,
            path: pathOf(key, []) ?? '/',
            headers: { 'x-edge-client-ip': '192.0.2.7', 'x-edge-host': 'shop.example', 'x-edge-route': key },
          };
          const each: Case = { shop, request, outcomes: simulate(shop.system, request) };
          const own = namedBy(each, gatewayName);
          return { each, own, to: deliveries(each).map(({ to }) => serviceOf(each, to)?.name) };
        }),
      ),
    );
    const wrong = several.filter(({ own, to }) => to.some((service) => service !== own));
    expect(wrong.slice(0, 2).map(({ each: { request, outcomes } }) => ({ request, outcomes }))).toEqual([]);
    expect(several.some(({ own, to }) => own !== undefined && to.length > 0)).toBe(true);
    expect(several.some(({ own }) => own === undefined)).toBe(true);
  });

  test('every declared call arrives, unless a rule or a limit of the service is against it', () => {
    const systems = [...new Set(cases.map(({ shop }) => shop))];
    const lost = systems.flatMap((shop) =>
      shop.topology.services.flatMap((callee) =>
        callee.callers
          .map((caller): Case => {
            const request: Request = {
              from: {
                kind: 'service',
                task:
                  shop.topology.services.find(({ name }) => name === caller)?.versions === undefined
                    ? caller
                    : shop.plan.workloads.find(({ name }) => name.startsWith(`${caller}-`))!.name,
                to: callee.virtualHost,
              },
              path: '/',
            };
            return { shop, request, outcomes: simulate(shop.system, request) };
          })
          .filter((each) => callee.allow === undefined && callee.policy.faults.length === 0 && deliveries(each).length === 0),
      ),
    );
    expect(lost.slice(0, 2).map(({ request, outcomes }) => ({ request, outcomes }))).toEqual([]);
    expect(systems.some((shop) => shop.topology.services.some(({ callers, allow }) => callers.length > 0 && allow === undefined))).toBe(
      true,
    );
  });
});

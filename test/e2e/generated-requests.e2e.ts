import * as fc from 'fast-check';
import { ApiGateway } from './api-gateway/api-gateway';
import { fewAtOnce } from './few-at-once';
import { settled } from './mesh';
import type { Arrived, Generated } from './openapi-requests';
import { OpenApiRequests } from './openapi-requests';
import type { RelayAnswer } from './programs/relay';
import type { HttpResponse } from './runner';
import { Cluster } from './runner';
import { cluster, e2e } from './suite';
import { partnersDocument, shop, SHOP_IMAGES } from './systems/shop';

const REQUESTS = 10_000;
/** Other requests each time; a failure shows it. */
const SEED = Date.now() % 2 ** 31;

interface Answer {
  readonly generated: Generated;
  readonly response: HttpResponse;
}

/** A request by the number that it was given. Its path may have another question mark, which API Gateway has decoded. */
const numberOf = (path: string): number => Number(/[?&]nth=(\d+)$/.exec(path)?.[1]);

e2e(`${REQUESTS} requests that are made up from the OpenAPI document of the REST API for partners`, () => {
  const services = ['catalog', 'orders'];
  const idle = Object.fromEntries(['ui', 'carts', 'checkout', 'gateway'].map((name) => [name, 0]));
  const shopping = cluster(async () => Cluster.start(shop({}), { images: SHOP_IMAGES, counts: { ...idle, 'gateway-partners': 1 } }));
  const document = new OpenApiRequests(partnersDocument());
  let answers: readonly Answer[] = [];
  beforeAll(async () => {
    await settled(shopping());
    const api = await ApiGateway.open(shopping(), {}, 'partners', { remembersMs: 60_000 });
    const numbered = fc.sample(document.generated(), { numRuns: REQUESTS, seed: SEED }).map((each, nth): Generated => {
      const { path } = each.request;
      return { ...each, request: { ...each.request, path: `${path}${path.includes('?') ? '&' : '?'}nth=${nth}` } };
    });
    answers = await fewAtOnce(numbered, async (generated) => ({ generated, response: await api.send(generated.request) }));
  });

  const arrivals = async (): Promise<readonly Arrived[]> =>
    (
      await Promise.all(
        services.map(async (name) =>
          ((await shopping().task(name).container('app').log.jsonSoFar()) as unknown as readonly Partial<Arrived>[]).filter(
            ({ path = '' }) => path.includes('nth='),
          ),
        ),
      )
    ).flat() as Arrived[];

  test('are of both kinds, thousands of each', () => {
    const allowed = answers.filter(({ generated }) => document.allows(generated)).length;
    expect([allowed, answers.length - allowed].map((count) => count > REQUESTS / 5)).toEqual([true, true]);
  });

  test('fails if one that the document allows is refused', () => {
    const refused = answers.filter(({ generated, response }) => document.allows(generated) && response.status !== 200);
    expect({ seed: SEED, found: refused.slice(0, 5) }).toEqual({ seed: SEED, found: [] });
  });

  test('fails if one gets an error that is of our own making', () => {
    const broken = answers.filter(({ response }) => response.status >= 500);
    expect({ seed: SEED, found: broken.slice(0, 5) }).toEqual({ seed: SEED, found: [] });
  });

  test('fails if a service gets one that the document does not allow', async () => {
    const byNumber = new Map(answers.map((answer) => [numberOf(answer.generated.request.path), answer]));
    const seen = await arrivals();
    const wrong = seen.filter((arrived) => {
      const answer = byNumber.get(numberOf(arrived.path));
      // The service answers with what it has got.
      const body = answer?.response.status === 200 ? (JSON.parse(answer.response.body) as RelayAnswer).body : undefined;
      return body === undefined || !document.isDescribed(arrived, body);
    });
    expect({ seed: SEED, found: wrong.slice(0, 5) }).toEqual({ seed: SEED, found: [] });
    expect(seen.length).toBeGreaterThan(REQUESTS / 10);
  });

  test('fails if an order without a signature reaches the service', () => {
    const ordered = answers.filter(({ generated: { request }, response }) => request.method === 'POST' && response.status === 200);
    expect({ seed: SEED, found: ordered.filter(({ generated: { request } }) => request.credentials?.length === 0).slice(0, 5) }).toEqual({
      seed: SEED,
      found: [],
    });
    expect(ordered.length).toBeGreaterThan(REQUESTS / 20);
  });
});

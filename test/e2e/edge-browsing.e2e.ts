import { Duration } from 'aws-cdk-lib';
import { JsonSchemaType, ResponseTransferMode } from 'aws-cdk-lib/aws-apigateway';
import { Authorizer, BodySchema, Edge, Timeout, Tracing } from '../../lib';
import { ApiGateway } from './api-gateway/api-gateway';
import { API_HOST } from '../../programs/emulator/api-gateway/client-request';
import type { ClientRequest } from '../../programs/emulator/api-gateway/client-request';
import { settled } from './mesh';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const gateway = { desiredCount: 1 };
const authorizer = Authorizer.none();
const site = { service: 'site' };
const events = { service: 'events' };
const { STREAM } = ResponseTransferMode;
const everything = { 'ANY /': site, 'ANY /{proxy+}': site };

const body = BodySchema.of({ type: JsonSchemaType.OBJECT, required: ['sku'], properties: { sku: { type: JsonSchemaType.STRING } } });

const template = synthesize({
  services: {
    site: { image: image('site'), port: 8080 },
    events: { image: image('payload'), port: 8080, timeout: Timeout.of({ stream: Duration.minutes(5) }) },
  },
  edges: {
    default: Edge.httpApi({ authorizer, routes: { $default: site }, gateway }),
    live: Edge.httpApi({ authorizer, stageName: 'live', routes: everything, gateway }),
    rest: Edge.restApi({
      authorizer,
      routes: {
        ...everything,
        'GET /buffered': events,
        'GET /streamed': { ...events, responseTransferMode: STREAM },
        'GET /impatient': { ...events, timeout: Duration.seconds(1) },
        'GET /short-stream': { ...events, responseTransferMode: STREAM, timeout: Duration.seconds(1) },
        'POST /validated': { ...events, validation: { body } },
        'GET /patient': { ...events, timeout: Duration.seconds(60) },
      },
      gateway,
    }),
  },
  tracing: Tracing.none(),
});

interface Visit {
  readonly url: string;
  readonly status: number;
}

/** Follows every link from a page on, as a browser does. */
async function browse(api: ApiGateway, start: string, where: Partial<ClientRequest> = {}): Promise<readonly Visit[]> {
  const visits = new Map<string, Visit>();
  const open = [new URL(start, `https://${where.host ?? API_HOST}`)];
  for (let url = open.shift(); url !== undefined; url = open.shift()) {
    if (visits.has(url.href)) continue;
    const { status, body } = await api.send({ ...where, path: `${url.pathname}${url.search}`, fromRoot: true });
    visits.set(url.href, { url: url.href, status });
    for (const [, link = ''] of body.matchAll(/href="([^"]*)"/g)) open.push(new URL(link, url));
  }
  return [...visits.values()];
}

const PAGES = 6;

e2e('a client in front of several APIs', () => {
  const shop = cluster(async () =>
    Cluster.start(template, {
      images: [standIns.envoy(), standIns.agent(), standIns.webSite('example/site', 8080), standIns.payload('example/payload', 8080)],
    }),
  );
  const apis = new Map<string, ApiGateway>();
  const of = (edge: string): ApiGateway => apis.get(edge)!;
  beforeAll(async () => {
    await settled(shop());
    for (const edge of ['default', 'live', 'rest']) apis.set(edge, await ApiGateway.open(shop(), {}, edge));
  });

  test.each([
    ['an HTTP API with the default stage', 'default', '/', {}, ''],
    ['an HTTP API with a named stage', 'live', '/live/', {}, '/live'],
    ['a REST API', 'rest', '/prod', {}, '/prod'],
    ['an HTTP API behind a custom domain', 'default', '/', { host: 'shop.example' }, ''],
    ['a REST API behind a custom domain', 'rest', '/', { host: 'shop.example' }, ''],
    ['a REST API behind a path of a custom domain', 'rest', '/v1/shop/', { host: 'shop.example', basePath: '/v1/shop' }, '/v1/shop'],
    ['an HTTP API behind a path of a custom domain', 'default', '/v1/', { host: 'shop.example', basePath: '/v1' }, '/v1'],
  ])('follows every link of a site behind %s, which honours X-Forwarded-Prefix', async (_, edge, start, where, prefix) => {
    const visits = await browse(of(edge), start, where);
    expect(visits.filter(({ status }) => status !== 200)).toEqual([]);
    const paths = visits.map(({ url }) => new URL(url).pathname);
    expect(new Set(paths).size).toBeGreaterThanOrEqual(PAGES);
    expect(paths.filter((path) => path !== prefix && !path.startsWith(`${prefix}/`))).toEqual([]);
  });

  test.each([
    ['an HTTP API with the default stage', 'default', '/naive', [200, 200]],
    ['an HTTP API with a named stage', 'live', '/live/naive', [200, 404, 404]],
    ['a REST API', 'rest', '/prod/naive', [200, 403, 403]],
  ])('fails if it follows links of a site that knows nothing of the prefix, behind %s', async (_, edge, start, statuses) => {
    expect((await browse(of(edge), start)).map(({ status }) => status)).toEqual(statuses);
  });

  test.each(['default', 'live', 'rest'])('fails if it makes itself a prefix behind %s', async (edge) => {
    const claims = { 'x-forwarded-prefix': '//evil.example', x_forwarded_prefix: '/evil', 'x-edge-path': '/evil/', x_edge_path: '/evil/' };
    const { status, body } = await of(edge).send({ path: '/', headers: claims });
    expect(status).toBe(200);
    expect(body).not.toContain('evil');
    expect(body).toContain(`href="${of(edge).api.stagePath}/cart"`);
  });

  test.each([
    ['another host', '//evil.example/'],
    ['a folder that is hidden', '/../'],
    ['markup', '/"><script>/'],
  ])('fails if the prefix is %s, whoever says so', async (_, path) => {
    const { body } = await of('rest').send({ path: '/', headers: { 'x-edge-path': path }, unmapped: ['x-edge-path'] });
    expect(body).toContain('href="/cart"');
  });

  test('fails if two paths of a client are said', async () => {
    const headers = { 'x-edge-path': ['/evil/', '/prod/'] };
    const { body } = await of('rest').send({ path: '/', headers, unmapped: ['x-edge-path'] });
    expect(body).toContain('href="/cart"');
  });

  describe('of a REST API', () => {
    test('gets server-sent events as they are sent, where the route streams', async () => {
      const path = (route: string): string => `/${route}?drip=4/400&type=text/event-stream`;
      const [streamed, buffered] = await Promise.all([
        of('rest').send({ path: path('streamed') }),
        of('rest').send({ path: path('buffered') }),
      ]);
      expect([streamed.body, buffered.body]).toEqual([expect.stringContaining('line 4'), streamed.body]);
      expect(streamed.arrivalsMs.length).toBeGreaterThan(1);
      expect(buffered.arrivalsMs).toHaveLength(1);
    });

    test('fails if a response takes longer than the route waits', async () => {
      const late = await of('rest').send({ path: '/impatient?drip=2/3000' });
      expect([late.status, late.body]).toEqual([504, '{"message":"Endpoint request timed out"}']);
      // The first events have arrived, and the rest never does.
      expect(await of('rest').attempt({ path: '/short-stream?drip=2/3000' })).toMatchObject({ kind: 'failure', code: 'TIMEOUT' });
    });

    test.each([
      ['application/json', '{"sku":"OLJCESPC7Z"}', 200],
      ['application/json', '{"sku":7}', 400],
      ['text/plain', '{"sku":7}', 400],
    ])('sends a body as %s that is %s, and gets %i: what does not match reaches no service', async (type, sent, status) => {
      const response = await of('rest').send({ path: '/validated', method: 'POST', headers: { 'content-type': type }, body: sent });
      expect(response.status).toBe(status);
    });

    test('waits for more than 29 seconds on a route that says so, and nowhere else', async () => {
      const path = (route: string): string => `/${route}?drip=2/31000`;
      const [usual, patient] = await Promise.all([of('rest').send({ path: path('buffered') }), of('rest').send({ path: path('patient') })]);
      expect([usual.status, patient.status]).toEqual([504, 200]);
      expect(patient.body).toContain('line 2');
    });
  });
});

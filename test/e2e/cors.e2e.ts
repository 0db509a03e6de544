import type { ApiOptions } from '../support/stack';
import { Authorizer, Edge } from '../../lib';
import { ApiGateway } from './api-gateway/api-gateway';
import { settled } from './mesh';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const ORIGIN = 'https://shop.example';
const options: ApiOptions = {
  authorizer: Authorizer.iam(),
  routes: { 'ANY /items/{proxy+}': { service: 'items' } },
  cors: {
    allowOrigins: [ORIGIN, 'https://www.shop.example'],
    allowMethods: ['GET', 'PUT'],
    exposeHeaders: ['etag'],
    allowCredentials: true,
  },
};
const PREFLIGHT = { origin: ORIGIN, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' };

e2e('a web page of another origin', () => {
  describe.each([
    ['HTTP', () => Edge.httpApi(options)],
    ['REST', () => Edge.restApi(options)],
  ] as const)('behind a %s API', (kind, edge) => {
    const items = cluster(async () =>
      Cluster.start(synthesize({ services: { items: { image: image('relay'), port: 8080 } }, edge: edge() }), {
        images: [standIns.envoy(), standIns.agent(), standIns.xrayCollector(), standIns.relay('example/relay', 8080)],
      }),
    );
    let api: ApiGateway;
    beforeAll(async () => {
      await settled(items());
      api = await ApiGateway.open(items());
    });

    test('may read answers, if the edge allows its origin', async () => {
      const { status, headers } = await api.send({ path: '/items/1', headers: { origin: ORIGIN } });
      expect({ status, headers }).toMatchObject({
        status: 200,
        headers: {
          'access-control-allow-origin': ORIGIN,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': 'etag',
        },
      });
    });

    test('fails if the edge does not allow its origin', async () => {
      expect((await api.send({ path: '/items/1', headers: { origin: 'https://evil.example' } })).headers).not.toHaveProperty(
        'access-control-allow-origin',
      );
    });

    // A REST API answers preflight requests itself; an HTTP API leaves those of routes for every method to us, and
    // puts its own headers on the answer.
    if (kind === 'HTTP') {
      test('has its preflight requests answered without credentials, and without the service', async () => {
        expect((await api.send({ method: 'OPTIONS', path: '/items/2', headers: PREFLIGHT })).status).toBe(204);
        await api.send({ path: '/items/3' });
        const { log } = items().task('items').container('app');
        await log.untilJson(({ path }) => path === '/items/3', { what: 'the request after it' });
        expect(log.json().map(({ path }) => path)).not.toContain('/items/2');
      });
    }
  });
});

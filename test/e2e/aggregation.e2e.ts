import type { ApiOptions } from '../support/stack';
import { Aggregate, Authorizer, Edge, Part } from '../../lib';
import { ApiGateway } from './api-gateway/api-gateway';
import { settled } from './mesh';
import type { HttpResponse } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const IMAGES = [standIns.envoy(), standIns.agent(), standIns.xrayCollector(), standIns.parts('example/parts', 8080)];

const options: ApiOptions = {
  authorizer: Authorizer.none(),
  routes: {
    'GET /home/{user}': {
      aggregate: Aggregate.of({
        user: Part.get('users', '/echo/{user}', { required: true, pick: ['path'] }),
        cart: Part.get('carts', '/cart/{user}?items={query.items}'),
        items: Part.forEach('cart.items', 'catalog', '/echo/products/{item.id}', { limit: 20, pick: ['path'], rename: { path: 'was' } }),
      }),
    },
    'ANY /{proxy+}': { service: 'users' },
  },
};

const answerOf = ({ body }: HttpResponse): Readonly<Record<string, unknown>> => JSON.parse(body) as Readonly<Record<string, unknown>>;

e2e('an answer of several parts', () => {
  describe.each([
    ['HTTP', () => Edge.httpApi(options)],
    ['REST', () => Edge.restApi(options)],
  ] as const)('behind a %s API', (_kind, edge) => {
    const shop = cluster(async () =>
      Cluster.start(
        synthesize({
          services: {
            users: { image: image('parts'), port: 8080, allow: [{ callers: ['gateway'], methods: ['GET'], paths: ['/echo/*'] }] },
            carts: { image: image('parts'), port: 8080 },
            catalog: { image: image('parts'), port: 8080, desiredCount: 2 },
          },
          edge: edge(),
        }),
        { images: IMAGES },
      ),
    );
    let api: ApiGateway;
    beforeAll(async () => {
      await settled(shop());
      api = await ApiGateway.open(shop());
    });

    test('has all parts, of which some read from others, and says that it is whole', async () => {
      const response = await api.send({ path: '/home/7?items=2' });
      expect({ status: response.status, complete: response.headers['x-aggregate-complete'], answer: answerOf(response) }).toEqual({
        status: 200,
        complete: 'true',
        answer: {
          user: { path: '/echo/7' },
          cart: { id: '7', items: [{ id: 1 }, { id: 2 }] },
          items: [{ was: '/echo/products/1' }, { was: '/echo/products/2' }],
        },
      });
    });
  });
});

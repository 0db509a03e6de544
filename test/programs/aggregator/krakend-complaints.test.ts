import { FakeServices } from './fake-services';
import { aggregation, homePage, part } from './plans';

/** What users of KrakenD, the field's aggregating gateway, complain about. Here, none of it happens. */
const USER = { body: '{"name":"Ann","cartId":7}' };
const CART = { body: '{"items":[{"id":"a"},{"id":"b"},{"id":"c"}]}' };

test('an answer is not called complete although a service failed (krakend-ce#434)', async () => {
  const services = new FakeServices({ '/users/ann': USER, '/carts/7': { status: 503, body: 'no healthy upstream' } });
  const { answer } = await services.get(homePage(), '/home/ann');
  expect(answer.headers['x-aggregate-complete']).toBe('false');
});

test('a fallback does not make an answer complete', async () => {
  const services = new FakeServices({ '/users/ann': USER, '/carts/7': { status: 503 } });
  const { answer, text } = await services.get(homePage({ cart: { fallback: { items: [] } } }), '/home/ann');
  expect(JSON.parse(text)).toEqual({ user: { name: 'Ann', cartId: 7 }, cart: { items: [] }, items: [] });
  expect(answer.headers['x-aggregate-complete']).toBe('false');
});

test('a part that failed does not vanish: its name is there, with null (krakend-ce#946, #32)', async () => {
  const services = new FakeServices({ '/users/ann': { status: 500 } });
  const { text } = await services.get(homePage(), '/home/ann');
  expect(text).toBe('{"user":null,"cart":null,"items":null}');
});

test('equal fields of two services do not overwrite each other (krakend-ce#210, lura#252)', async () => {
  const services = new FakeServices({ '/a': { body: '{"id":1}', afterMillis: 9 }, '/b': { body: '{"id":2}' } });
  const { text } = await services.get(aggregation([part('a', ['/a']), part('b', ['/b'])]), '/home/ann');
  expect(text).toBe('{"a":{"id":1},"b":{"id":2}}');
});

test("a service's 4xx stays what it is, with its body, and does not become 500 (lura#548)", async () => {
  const body = '{"message":"there is no Ann"}';
  const services = new FakeServices({ '/users/ann': { status: 404, body, contentType: 'application/problem+json' } });
  const { answer, text } = await services.get(homePage({ user: { required: true } }), '/home/ann');
  expect([answer.status, text, answer.headers['content-type']]).toEqual([404, body, 'application/problem+json']);
});

test('parts that depend on others look into arrays', async () => {
  const services = new FakeServices({
    '/users/ann': USER,
    '/carts/7': CART,
    '/products/a': { body: '"A"', afterMillis: 30 },
    '/products/b': { status: 404 },
    '/products/c': { body: '"C"' },
    '/first/a': { body: '1' },
  });
  const page = homePage();
  const first = part('first', ['/first/', { from: 'part', part: 'cart', fields: ['items', '0', 'id'] }]);
  const { text } = await services.get({ ...page, parts: [...page.parts, first] }, '/home/ann');
  expect(JSON.parse(text)).toMatchObject({ items: ['A', null, 'C'], first: 1 });
});

test.each(['{"cartId":null}', '{}', 'null', '[]', '"text"'])(
  'a value that is missing does not become a text such as "<nil>": %s',
  async (body) => {
    const services = new FakeServices((path) => ({ body: path.startsWith('/users') ? body : '{}' }));
    const { answer, text } = await services.get(homePage(), '/home/ann', { details: true });
    expect(services.paths).toEqual(['/users/ann']);
    expect(JSON.parse(text)).toMatchObject({
      cart: null,
      $parts: { cart: { error: { code: 'missing-value', message: '"user.cartId" is missing' } } },
    });
    expect(answer.headers['x-aggregate-complete']).toBe('false');
  },
);

test('an incomplete answer is not cached, and a complete one by no cache that others share', async () => {
  const cacheOf = async (status: number): Promise<string | undefined> => {
    const services = new FakeServices({ '/a': { status, body: '{}' } });
    return (await services.get(aggregation([part('a', ['/a'])]), '/home/ann')).answer.headers['cache-control'];
  };
  expect([await cacheOf(200), await cacheOf(500)]).toEqual(['private, no-cache', 'no-store']);
});

import { FakeServices } from './fake-services';
import { aggregation, homePage, part } from './plans';

const USER = { body: '{"name":"Ann","cartId":7}' };
const CART = { body: '{"items":[{"id":"a"},{"id":"b"},{"id":"c"}]}' };

test('parts that do not depend on each other are requested at once, and others as soon as they can be', async () => {
  const services = new FakeServices({
    '/users/ann': { ...USER, afterMillis: 100 },
    '/carts/7': { ...CART, afterMillis: 50 },
    '/offers': { body: '[]', afterMillis: 120 },
  });
  const page = aggregation([...homePage().parts.slice(0, 2), part('offers', ['/offers'])]);
  const { text } = await services.get(page, '/home/ann');
  expect(JSON.parse(text)).toEqual({ user: JSON.parse(USER.body), cart: JSON.parse(CART.body), offers: [] });
  expect(services.paths).toEqual(['/users/ann', '/offers', '/carts/7']);
  expect([services.timers.now(), services.most]).toEqual([150, 2]);
});

test('a request for each item: in order, so many at a time, so many at most', async () => {
  const items = Array.from({ length: 9 }, (_, id) => ({ id }));
  const services = new FakeServices((path) => {
    if (path === '/users/ann') return USER;
    if (path === '/carts/7') return { body: JSON.stringify({ items }) };
    const id = Number(path.split('/')[2]);
    return { body: String(id), afterMillis: 100 - id };
  });
  const forEach = { over: { from: 'part', part: 'cart', fields: ['items'] }, limit: 6, concurrency: 2 } as const;
  const { text, answer } = await services.get(homePage({ items: { forEach } }), '/home/ann', { details: true });
  expect(JSON.parse(text)).toMatchObject({
    items: [0, 1, 2, 3, 4, 5],
    $parts: { items: { complete: false, source: 'service', items: { failed: [], leftOut: 3 } } },
  });
  expect([services.most, services.calls.length, answer.headers['x-aggregate-complete']]).toEqual([2, 8, 'false']);
});

test('an item that failed is null in its place, and the details say which and why', async () => {
  const services = new FakeServices({
    '/users/ann': USER,
    '/carts/7': CART,
    '/products/a': { body: '1' },
    '/products/b': { status: 404 },
    '/products/c': { breaks: true },
  });
  const { text } = await services.get(homePage(), '/home/ann', { details: true });
  expect(JSON.parse(text)).toMatchObject({
    items: [1, null, null],
    $parts: {
      user: { complete: true, status: 200, source: 'service' },
      items: {
        complete: false,
        items: {
          failed: [
            { item: 1, code: 'status', status: 404 },
            { item: 2, code: 'unreachable', message: 'the response broke off' },
          ],
        },
      },
    },
  });
});

test.each([
  ['{"items":[]}', [], 'true'],
  ['{"items":[null]}', [null], 'false'],
  ['{"items":{"a":1}}', null, 'false'],
  ['{"items":"text"}', null, 'false'],
  ['{"items":null}', null, 'false'],
  ['{}', null, 'false'],
])('the items of %s', async (body, items, complete) => {
  const services = new FakeServices({ '/users/ann': USER, '/carts/7': { body } });
  const { text, answer } = await services.get(homePage(), '/home/ann');
  expect((JSON.parse(text) as Record<string, unknown>)['items']).toEqual(items);
  expect([answer.headers['x-aggregate-complete'], services.calls.length]).toEqual([complete, 2]);
});

test('other parts read an answer before it is picked from, a fallback like an answer, and answers of items as an array', async () => {
  const services = new FakeServices({
    '/users/ann': USER,
    '/carts/5': CART,
    '/products/a': { body: '{"sku":1}' },
    '/products/b': { body: '{"sku":2}' },
    '/products/c': { body: '{"sku":3}' },
    '/stock/1': { body: 'true' },
    '/stock/3': { body: 'false' },
  });
  const page = homePage({ user: { pick: ['name'] }, items: { pick: [] } });
  const [user, cart, items] = page.parts;
  if (user === undefined || cart === undefined || items === undefined) throw new Error('the page has three parts');
  const settings = part('settings', ['/settings'], { fallback: { cart: 5 } });
  const stock = part('stock', ['/stock/', { from: 'item', fields: ['sku'] }], {
    forEach: { over: { from: 'part', part: 'items', fields: [] }, limit: 9, concurrency: 9 },
  });
  const { text } = await services.get(
    {
      ...page,
      parts: [user, settings, { ...cart, path: ['/carts/', { from: 'part', part: 'settings', fields: ['cart'] }] }, items, stock],
    },
    '/home/ann',
  );
  expect(JSON.parse(text)).toEqual({
    user: { name: 'Ann' },
    settings: { cart: 5 },
    cart: JSON.parse(CART.body),
    items: [{}, {}, {}],
    stock: [true, null, false],
  });
});

test('a part that is slow costs its own timeout, and no more', async () => {
  const services = new FakeServices({ '/users/ann': USER, '/carts/7': { ...CART, afterMillis: 60_000 } });
  const { text } = await services.get(homePage({ cart: { timeoutMillis: 300 } }), '/home/ann', { details: true });
  expect(JSON.parse(text)).toMatchObject({
    user: { name: 'Ann' },
    cart: null,
    items: null,
    $parts: { cart: { error: { code: 'timeout' } } },
  });
  expect([services.timers.now(), services.open, services.timers.count]).toEqual([300, 0, 0]);
});

test('the whole takes no longer than it may: parts that are not there by then have failed', async () => {
  const services = new FakeServices((path) => ({ body: path === '/users/ann' ? USER.body : CART.body, afterMillis: 400 }));
  const { text } = await services.get({ ...homePage(), timeoutMillis: 1000 }, '/home/ann', { details: true });
  expect(JSON.parse(text)).toMatchObject({
    user: { name: 'Ann' },
    cart: { items: [{}, {}, {}] },
    items: [null, null, null],
    $parts: { items: { items: { failed: [{ code: 'timeout' }, { code: 'timeout' }, { code: 'timeout' }] } } },
  });
  expect([services.timers.now(), services.open, services.timers.count]).toEqual([1000, 0, 0]);
});

test('a client that leaves ends the requests for its parts', async () => {
  const services = new FakeServices(() => ({ body: '{}', afterMillis: 1000 }));
  const gone = new AbortController();
  const got = services.get(homePage(), '/home/ann', { gone: gone.signal });
  services.timers.after(10, () => {
    gone.abort();
  });
  await got;
  expect([services.timers.now(), services.calls.length, services.open, services.timers.count]).toEqual([10, 1, 0, 0]);
});

test('no answer without a required part: the others are not waited for', async () => {
  const services = new FakeServices({
    '/users/ann': { status: 401, body: '{"message":"no"}', afterMillis: 5 },
    '/slow': { body: '1', afterMillis: 1000 },
  });
  const page = aggregation([part('slow', ['/slow']), ...homePage({ user: { required: true } }).parts]);
  const { answer, text } = await services.get(page, '/home/ann');
  expect([answer.status, text]).toEqual([401, '{"message":"no"}']);
  expect(answer.headers).toEqual({ 'content-type': 'application/json', 'cache-control': 'no-store', 'x-aggregate-complete': 'false' });
  expect([services.timers.now(), services.open, services.timers.count]).toEqual([5, 0, 0]);
});

test.each([
  [{ status: 429, body: '{}' }, 429, '{}'],
  [{ status: 403 }, 403, undefined],
  // The body of a 5xx may be Envoy's, which names hosts.
  [{ status: 503, body: 'upstream connect error: 10.0.0.1:8080' }, 503, undefined],
  [{ status: 500, body: '{"stack":"at x"}' }, 500, undefined],
  [{ status: 302 }, 502, undefined],
  [{ status: 304 }, 502, undefined],
  [{ breaks: true }, 502, undefined],
  [{ body: '<html>', contentType: 'text/html' }, 502, undefined],
  [{ body: '{' }, 502, undefined],
  [{ body: '{}', afterMillis: 99_000 }, 504, undefined],
])('of a required part that answers %j, the client gets %i', async (response, status, body) => {
  const services = new FakeServices({ '/users/ann': response });
  const { answer, text } = await services.get(homePage({ user: { required: true } }), '/home/ann');
  expect(answer.status).toBe(status);
  if (body !== undefined) expect(text).toBe(body);
  else
    expect(JSON.parse(text)).toEqual({
      message: expect.stringMatching(/^The part "user" of the answer is not available: [\w ]+\.$/) as string,
    });
});

test('a required part that cannot be requested: 400 if the client is to blame, 502 if a service is', async () => {
  const services = new FakeServices({ '/users/ann': { body: '{}' } });
  const required = { required: true };
  const statusOf = async (page: ReturnType<typeof homePage>, url: string): Promise<number> => (await services.get(page, url)).answer.status;
  expect(await statusOf(homePage({ user: required }), '/home/..')).toBe(400);
  expect(await statusOf(homePage({ cart: required }), '/home/ann')).toBe(502);
});

test('a required part with a request for each item needs them all', async () => {
  const services = new FakeServices({
    '/users/ann': USER,
    '/carts/7': CART,
    '/products/a': { body: '1' },
    '/products/b': { status: 410, body: '{"gone":true}' },
  });
  const { answer, text } = await services.get(homePage({ items: { required: true } }), '/home/ann');
  expect([answer.status, text]).toEqual([410, '{"gone":true}']);
});

test('the first item that fails ends a required part, and its other requests', async () => {
  const services = new FakeServices({
    '/users/ann': USER,
    '/carts/7': CART,
    '/products/a': { body: '1', afterMillis: 900 },
    '/products/b': { status: 404, afterMillis: 5 },
    '/products/c': { body: '1', afterMillis: 900 },
  });
  const { answer } = await services.get(homePage({ items: { required: true } }), '/home/ann');
  expect([answer.status, services.timers.now(), services.open, services.timers.count]).toEqual([404, 5, 0, 0]);
});

test('nothing is requested for a client that has left already', async () => {
  const services = new FakeServices({ '/users/ann': USER });
  await services.get(homePage(), '/home/ann', { gone: AbortSignal.abort() });
  expect(services.calls).toEqual([]);
});

test.each([
  [{ status: 204, contentType: '' }, 'null', 'true'],
  [{ status: 201, body: '1' }, '1', 'true'],
  [{ body: '1', contentType: 'application/hal+json; charset=UTF-8' }, '1', 'true'],
  [{ body: '1', contentType: 'application/json; charset=latin1' }, 'null', 'false'],
  [{ body: '1', contentType: 'text/plain' }, 'null', 'false'],
  [{ body: '1', contentType: '' }, 'null', 'false'],
  [{ body: '1', contentEncoding: 'gzip' }, 'null', 'false'],
  [{ body: '' }, 'null', 'false'],
  [{ status: 206, body: '1' }, 'null', 'false'],
  [{ status: 301, body: '1' }, 'null', 'false'],
])('a service that answers %j gives %s, complete: %s', async (response, value, complete) => {
  const services = new FakeServices({ '/a': response });
  const { answer, text } = await services.get(aggregation([part('a', ['/a'])]), '/home/ann');
  expect([text, answer.headers['x-aggregate-complete']]).toEqual([`{"a":${value}}`, complete]);
});

test('what passes through is not changed by a byte', async () => {
  const body = '{ "big":9007199254740993 , "huge":1e400, "a":1, "a":2, "text":"\\u00e9\\ud800" }';
  const services = new FakeServices({ '/a': { body: `\n${body}\t` } });
  const { text } = await services.get(aggregation([part('a', ['/a'])]), '/home/ann');
  expect(text).toBe(`{"a":${body}}`);
});

test('a whole answer is no larger than it may be: in order, what does not fit has failed', async () => {
  const services = new FakeServices({ '/a': { body: '"aaaa"' }, '/b': { body: '"bbbbbbbbbbbbbbbbbbbb"' }, '/c': { body: '"cccc"' } });
  const parts = [part('a', ['/a']), part('b', ['/b'], { fallback: [0] }), part('c', ['/c'])];
  const whole = '{"a":"aaaa","b":[0],"c":"cccc"}';
  const { answer, text } = await services.get(aggregation(parts, { maxResponseBytes: whole.length }), '/home/ann');
  expect([text, answer.headers['x-aggregate-complete']]).toEqual([whole, 'false']);
  const { text: details } = await services.get(aggregation(parts, { maxResponseBytes: whole.length }), '/home/ann', { details: true });
  expect(JSON.parse(details)).toMatchObject({ $parts: { b: { source: 'fallback', status: 200, error: { code: 'too-large' } } } });
  const required = parts.map((each) => ({ ...each, required: each.name === 'b' }));
  expect((await services.get(aggregation(required, { maxResponseBytes: whole.length }), '/home/ann')).answer.status).toBe(502);
});

test('items are not held beyond what can be answered', async () => {
  const items = Array.from({ length: 20 }, (_, id) => ({ id }));
  const services = new FakeServices((path) => {
    if (path === '/users/ann') return USER;
    return { body: path === '/carts/7' ? JSON.stringify({ items }) : JSON.stringify('x'.repeat(1000)) };
  });
  const { text } = await services.get({ ...homePage(), maxResponseBytes: 3500 }, '/home/ann');
  const answered = (JSON.parse(text) as { readonly items: readonly unknown[] }).items.filter((item) => item !== null).length;
  expect(answered).toBeGreaterThan(0);
  expect(text.length).toBeLessThanOrEqual(3500);
});

test('parts of other routes and other parts of this one are told apart by their key', async () => {
  const services = new FakeServices({ '/users/ann': USER });
  await services.get(homePage(), '/home/ann');
  expect(services.calls.map(({ key }) => key)).toEqual(['GET /home/{user} user', 'GET /home/{user} cart']);
});

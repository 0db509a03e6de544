import { ApiGateway } from './api-gateway/api-gateway';
import { settled } from './mesh';
import type { HttpResponse } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { boutique, BOUTIQUE_IMAGES } from './systems/boutique';
import { DEMO_PROTO } from './systems/translated';

/** Of examples/boutique-stack.ts: what the JSON API and the home page need. */
const RUNNING = ['gateway', 'frontend', 'productcatalogservice', 'cartservice', 'currencyservice', 'redis-cart'];
const SERVICES = /\/(productcatalogservice|cartservice|currencyservice):/;
const IMAGES = [standIns.grpcServices(SERVICES, ({ container }) => Number(container.environment['PORT']), DEMO_PROTO), ...BOUTIQUE_IMAGES];

interface Seen {
  readonly method: string;
  readonly request: object;
}

function seenIn({ status, headers: { 'x-seen': seen }, body }: HttpResponse): Seen {
  if (seen === undefined) throw new Error(`${status} ${body}`);
  return JSON.parse(Buffer.from(seen, 'base64').toString()) as Seen;
}

e2e('the API of the Online Boutique example', () => {
  const shop = cluster(async () => {
    const open = await Cluster.open(boutique(), { images: IMAGES });
    await Promise.all(RUNNING.map(async (name) => open.scale(name, 1)));
    return open;
  });
  let api: ApiGateway;
  beforeAll(async () => {
    await settled(shop());
    api = await ApiGateway.open(shop());
  });

  test.each<readonly [path: string, method: string, request: object]>([
    ['/api/products', 'ProductCatalogService/ListProducts', {}],
    ['/api/products/OLJCESPC7Z', 'ProductCatalogService/GetProduct', { id: 'OLJCESPC7Z' }],
    ['/api/search?query=mug', 'ProductCatalogService/SearchProducts', { query: 'mug' }],
    ['/api/carts/ann', 'CartService/GetCart', { user_id: 'ann' }],
  ])('GET %s calls %s', async (path, method, request) => {
    const answer = await api.send({ path });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    expect(seenIn(answer)).toMatchObject({ method: `hipstershop.${method}`, request });
  });

  test('POST puts an item into a cart, and refuses what no item has', async () => {
    const put = async (body: string): Promise<HttpResponse> =>
      api.send({ path: '/api/carts/ann', method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(seenIn(await put('{"item":{"productId":"OLJCESPC7Z","quantity":2}}'))).toMatchObject({
      method: 'hipstershop.CartService/AddItem',
      request: { user_id: 'ann', item: { product_id: 'OLJCESPC7Z', quantity: 2 } },
    });
    const refused = await put('{"item":{"productID":"OLJCESPC7Z"}}');
    expect([refused.status, JSON.parse(refused.body)]).toEqual([400, { code: 3, message: 'The request has no field item.productID.' }]);
  });

  test('a home page is one answer of products, currencies, and the cart with its products', async () => {
    const answer = await api.send({ path: '/api/home/ann' });
    expect([answer.status, answer.headers['x-aggregate-complete']]).toEqual([200, 'true']);
    expect(JSON.parse(answer.body)).toMatchObject({
      products: { products: [{ id: 'id of hipstershop.' }] },
      currencies: { currencyCodes: ['currency_codes of hipstershop.'] },
      cart: { userId: 'user_id of hipstershop.', items: [{ productId: 'product_id of hipstershop.' }] },
      inCart: [{ id: 'id of hipstershop.' }],
    });
  });

  test('pages are those of the front end, beside the API', async () => {
    expect((await api.send({ path: '/product/OLJCESPC7Z' })).status).toBe(200);
    expect((await api.send({ path: '/api/home/ann', method: 'POST', body: '' })).headers).not.toHaveProperty('x-aggregate-complete');
  });

  // The cart's service goes last.
  test('a home page comes without the cart, whose service does not run', async () => {
    await shop().scale('cartservice', 0);
    const answer = await api.send({ path: '/api/home/ann' });
    expect([answer.status, answer.headers['x-aggregate-complete'], answer.headers['cache-control']]).toEqual([200, 'false', 'no-store']);
    expect(JSON.parse(answer.body)).toMatchObject({ products: { products: [{}] }, cart: { items: [] }, inCart: [] });
  });
});

import { arrivingRequestLimits, largestRequestLimits } from '../../../../lib/core/envoy/traffic/header-limits';
import { pathsOf } from '../../../../lib/core/envoy/traffic/retries';
import { Bytes } from '../../../../lib/core/reading/input';
import type { Service } from '../../../../lib/core/model/topology';
import type { Raw } from '../../../support/parsing';
import { mesh, service, topologyOf } from '../../../support/parsing';

const servicesOf = (services: Raw, routes: Raw): readonly Service[] => {
  return topologyOf(mesh(services, { edge: { kind: 'http', authorizer: { kind: 'none' }, routes } })).services;
};
const named = (services: readonly Service[], name: string): Service => services.find((each) => each.name === name) as Service;
const limitsOf = (services: readonly Service[], name: string): readonly [number, number] => {
  const { manager, common } = arrivingRequestLimits(named(services, name), services);
  return [common.max_headers_count ?? 100, manager.max_request_headers_kb ?? 60];
};

describe('a service behind an edge takes what its gateway lets pass', () => {
  const services = servicesOf(
    {
      narrow: service({ headerLimits: { requestCount: 20, requestSize: new Bytes(4096) } }),
      wide: service({ headerLimits: { requestCount: 300 } }),
      inside: service({ headerLimits: { requestCount: 20 } }),
    },
    { 'GET /narrow': { service: 'narrow' }, 'GET /wide': { service: 'wide' } },
  );

  test('which is the largest limit of all behind it', () => {
    const { manager, common } = largestRequestLimits(services.filter(({ name }) => name !== 'inside'));
    expect([common.max_headers_count, manager.max_request_headers_kb]).toEqual([300, undefined]);
    for (const name of ['narrow', 'wide']) {
      const [count, kib] = limitsOf(services, name);
      expect(count).toBeGreaterThan(300);
      expect(kib).toBeGreaterThan(60);
    }
  });

  test('a service that is behind no edge has its own', () => {
    expect(limitsOf(services, 'inside')[0]).toBeLessThan(100);
  });
});

test.each<[string, Raw, number]>([
  ['a prefix', { kind: 'prefix', text: '/new/' }, 2],
  ['a pattern', { kind: 'regex', pattern: '^/(.*)$', substitution: '/a/\\1' }, 2],
  ['a pattern that doubles a part', { kind: 'regex', pattern: '^/(.*)$', substitution: '/\\1/\\1' }, 3],
])('a route that rewrites a path by %s makes room for the one before, which Envoy sends in a header', (_, path, times) => {
  const routes = [{ name: 'r', match: { path: { kind: 'prefix', text: '/old/' } }, rewrite: { path } }];
  const services = servicesOf({ ui: service({ routes }) }, { 'GET /': { service: 'ui' } });
  expect(limitsOf(services, 'ui')[1]).toBeGreaterThanOrEqual(times * 60);
});

describe('idempotent methods of gRPC', () => {
  const fits = (path: string): boolean => new RegExp(`^(?:${pathsOf(['shop.v1.Carts/Get*', 'shop.v1.Catalog/*'])})$`).test(path);

  test.each(['/shop.v1.Carts/Get', '/shop.v1.Carts/GetCart', '/shop.v1.Catalog/List_2'])('are those of %s', (path) => {
    expect(fits(path)).toBe(true);
  });

  test.each([
    '/shop.v1.Carts/Get/../AddItem',
    '/shop.v1.Carts/Getx/%2e%2e/AddItem',
    '/shop.v1.Catalog/../../shop.v1.Carts/AddItem',
    '/shop.v1.Carts/GetCart?x',
    '/shopxv1.Carts/GetCart',
    '//shop.v1.Carts/GetCart',
  ])('fails if they are those of %s, by which another method could be called', (path) => {
    expect(fits(path)).toBe(false);
  });
});

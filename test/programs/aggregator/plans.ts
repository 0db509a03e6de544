import type { AggregatedPart, Aggregation } from '../../../lib/core/contract/aggregation';

/** A part with what tests do not care about. */
export function part(name: string, path: AggregatedPart['path'], more: Partial<AggregatedPart> = {}): AggregatedPart {
  return {
    name,
    service: `${name}-service`,
    method: 'GET',
    path,
    query: {},
    required: false,
    timeoutMillis: 2000,
    maxResponseBytes: 1024 * 1024,
    ...more,
  };
}

export function aggregation(parts: readonly AggregatedPart[], more: Partial<Aggregation> = {}): Aggregation {
  return { path: '/home/{user}', parts, timeoutMillis: 10_000, maxResponseBytes: 4 * 1024 * 1024, forwardedHeaders: [], ...more };
}

/** The page of the issue: a user, the user's cart, and a product for each item of the cart. */
export function homePage(more: Partial<Record<'user' | 'cart' | 'items', Partial<AggregatedPart>>> = {}): Aggregation {
  return aggregation([
    part('user', ['/users/', { from: 'path', name: 'user' }], more.user),
    part('cart', ['/carts/', { from: 'part', part: 'user', fields: ['cartId'] }], more.cart),
    part('items', ['/products/', { from: 'item', fields: ['id'] }], {
      forEach: { over: { from: 'part', part: 'cart', fields: ['items'] }, limit: 20, concurrency: 4 },
      ...more.items,
    }),
  ]);
}

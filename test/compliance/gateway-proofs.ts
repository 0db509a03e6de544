import type { KindProof } from './kind-proofs';

/** What the gateway service does, whatever stands in front of it. */
export const GATEWAY_PROOFS = {
  grpcJson: (_, { routes }) => routes.some(({ target }) => target.kind === 'grpc' && !target.web && target.json !== undefined),
  grpcWeb: (_, { routes }) => routes.some(({ key, target }) => key === 'POST /shop.Catalog/Get' && target.kind === 'grpc' && target.web),
  aggregate: (_, { routes }) => routes.some(({ target }) => target.kind === 'aggregate'),
  openApi: (_, { routes }) => routes.some(({ key, target }) => key === 'GET /orders/{id}' && target.kind === 'service'),
} as const satisfies Readonly<Record<string, KindProof<unknown>>>;

/** A stream of JSON and one of gRPC-Web. */
export const streamsPassed: KindProof<unknown> = (_, { routes }) => {
  const passed = routes.filter(({ target, streamed }) => streamed && target.kind === 'grpc' && target.method === 'shop.Catalog/Watch');
  return [true, false].every((web) => passed.some(({ target }) => target.kind === 'grpc' && target.web === web));
};

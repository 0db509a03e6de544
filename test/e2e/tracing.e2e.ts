import { Authorizer, Edge } from '../../lib';
import { ApiGateway } from './api-gateway/api-gateway';
import { settled } from './mesh';
import type { RelayAnswer } from './programs/relay';
import type { Segment } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const addressOf = (service: string): string => `http://${service}.shop.internal:15080`;

/** API Gateway makes segments of its own only for a REST API. */
const template = synthesize({
  services: {
    ui: {
      image: image('relay'),
      port: 8080,
      calls: ['checkout', 'orders'],
      environment: { CHECKOUT: addressOf('checkout'), ORDERS: addressOf('orders') },
    },
    checkout: { image: image('relay'), port: 8080, calls: ['orders'], environment: { ORDERS: addressOf('orders') } },
    orders: { image: image('relay'), port: 8080 },
  },
  edge: Edge.restApi({ authorizer: Authorizer.none(), routes: { 'ANY /': { service: 'ui' }, 'ANY /{proxy+}': { service: 'ui' } } }),
});
const PARENT = '53995c3f42cd8ad8';
const rootOf = (number: number): string => `1-67891233-abcdef01234567891234567${number}`;

e2e('X-Ray traces', () => {
  const shopping = cluster(async () =>
    Cluster.start(template, {
      images: [standIns.envoy(), standIns.agent(), standIns.xrayCollector(), standIns.relay('example/relay', 8080)],
    }),
  );
  let api: ApiGateway;
  beforeAll(async () => {
    await settled(shopping());
    api = await ApiGateway.open(shopping());
  });

  /** From the segment below API Gateway's down to the last one. */
  function chain(segments: readonly Segment[]): readonly Segment[] {
    const below = (parent: string): readonly Segment[] =>
      segments.filter(({ parent_id: id }) => id === parent).flatMap((segment) => [segment, ...below(segment.id)]);
    return below(PARENT);
  }

  test('continue the trace of API Gateway: a segment for every Envoy, each below the one before', async () => {
    const answer = await api.send({
      path: '/call/checkout/call/orders/list',
      headers: { 'x-amzn-trace-id': `Root=${rootOf(1)};Parent=${PARENT};Sampled=1` },
    });
    const segments = chain(await shopping().trace(rootOf(1), (all) => chain(all).length === 6));
    // Gateway, then inbound and outbound of each service that calls, then inbound of the last.
    expect(segments.map(({ name }) => name)).toEqual(['gateway', 'ui', 'ui', 'checkout', 'checkout', 'orders']);
    expect(segments.map(({ http }) => http?.response?.status)).toEqual(segments.map(() => 200));
    const { headers } = JSON.parse(answer.body) as RelayAnswer;
    expect(headers['x-amzn-trace-id']).toBe(`Root=${rootOf(1)};Parent=${segments[1]?.id ?? ''};Sampled=1`);
  });

  test('mark a request that failed', async () => {
    await api.send({ path: '/status/500', headers: { 'x-amzn-trace-id': `Root=${rootOf(2)};Parent=${PARENT};Sampled=1` } });
    const segments = await shopping().trace(rootOf(2), (all) => chain(all).length === 2);
    expect(segments.map(({ name, fault, http }) => [name, fault, http?.response?.status]).sort()).toEqual([
      ['gateway', true, 500],
      ['ui', true, 500],
    ]);
  });

  test('are not made for a request that is not sampled', async () => {
    const unsampled = await api.send({
      path: '/call/orders/quiet',
      headers: { 'x-amzn-trace-id': `Root=${rootOf(3)};Parent=${PARENT};Sampled=0` },
    });
    expect((JSON.parse(unsampled.body) as RelayAnswer).headers['x-amzn-trace-id']).toMatch(
      new RegExp(`^Root=${rootOf(3)};Parent=[0-9a-f]{16};Sampled=0$`),
    );
    // Segments come in the order in which they were sent: with those of a later request, none of the earlier can come.
    await api.send({ path: '/call/orders/loud', headers: { 'x-amzn-trace-id': `Root=${rootOf(4)};Parent=${PARENT};Sampled=1` } });
    await shopping().trace(rootOf(4), (all) => chain(all).length === 4);
    expect(
      shopping()
        .segments()
        .filter(({ trace_id: id }) => id === rootOf(3)),
    ).toEqual([]);
  });

  test('start at the gateway where API Gateway sends no trace', async () => {
    const { headers } = JSON.parse((await api.send({ path: '/' })).body) as RelayAnswer;
    expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]$/);
  });
});

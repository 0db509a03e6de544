import { App, Stack } from 'aws-cdk-lib';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { Authorizer, Certificates, Edge, Microservices, Tracing } from '../../lib';
import { ApiGateway } from './api-gateway/api-gateway';
import { settled } from './mesh';
import type { RelayAnswer } from './programs/relay';
import type { HttpResponse, Template } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';

/** Less than one request an hour, so that no bucket fills while a test runs. */
const BURST = 3;

function template(): Template {
  const stack = new Stack(new App(), 'E2e');
  const handler = Function.fromFunctionArn(stack, 'Sessions', 'arn:aws:lambda:eu-west-1:123456789012:function:sessions');
  new Microservices(stack, 'Shop', {
    services: { orders: { image: image('relay'), port: 8080 } },
    edge: Edge.httpApi({
      authorizer: Authorizer.iam({ callerArnHeader: 'x-caller' }),
      clientThrottle: { identityHeader: 'x-caller', rateLimit: 0.01, burstLimit: BURST, maxClients: 50 },
      routes: {
        'GET /orders/{id}': { service: 'orders' },
        'GET /open/{id}': { service: 'orders', authorizer: Authorizer.none() },
        'GET /signed/{id}': { service: 'orders', authorizer: Authorizer.lambda({ handler }) },
      },
    }),
    certificates: Certificates.none(),
    tracing: Tracing.none(),
  });
  return templateOf(stack);
}

e2e('an HTTP API that limits each client', () => {
  const shop = cluster(async () =>
    Cluster.start(template(), {
      images: [standIns.envoy(), standIns.agent(), standIns.relay('example/relay', 8080)],
      counts: { gateway: 1 },
    }),
  );
  let api: ApiGateway;
  beforeAll(async () => {
    await settled(shop());
    api = await ApiGateway.open(shop());
  });
  const send = async (path: string, caller?: string, headers: Record<string, string> = {}): Promise<HttpResponse> =>
    api.send({ path, headers, ...(caller === undefined ? {} : { context: { 'identity.userArn': `arn:aws:iam::1:user/${caller}` } }) });
  const statuses = async (count: number, path: string, caller?: string, headers?: Record<string, string>): Promise<readonly number[]> => {
    const found: number[] = [];
    for (let nth = 0; nth < count; nth += 1) found.push((await send(path, caller, headers)).status);
    return found;
  };
  const SPENT = [200, 200, 200, 429, 429];

  test('refuses a client that has used up its limit, and says when to come back', async () => {
    expect(await statuses(5, '/orders/1', 'ann')).toEqual(SPENT);
    expect((await send('/orders/1', 'ann')).headers['retry-after']).toBe('100');
  });

  test('counts another client by itself', async () => {
    expect(await statuses(5, '/orders/1', 'bob')).toEqual(SPENT);
  });

  test('counts all routes of a client together', async () => {
    expect(await statuses(2, '/orders/1', 'cid')).toEqual([200, 200]);
    expect(await statuses(2, '/orders/2', 'cid')).toEqual([200, 429]);
  });

  test('fails if a client gets a new limit by a header of its own', async () => {
    await statuses(BURST, '/orders/1', 'dan');
    for (const name of ['x-caller', 'X_Caller', 'x-edge-identity-user-arn'])
      expect([name, (await send('/orders/1', 'dan', { [name]: `new-${name}` })).status]).toEqual([name, 429]);
  });

  test('counts clients without a name as one', async () => {
    expect(await statuses(5, '/orders/1')).toEqual(SPENT);
    expect(await statuses(1, '/orders/1', undefined, { 'x-caller': 'eve' })).toEqual([429]);
  });

  test('does not count requests to routes whose authorizer does not say who the client is', async () => {
    for (const path of ['/open/1', '/signed/1']) expect(await statuses(5, path, 'ann')).toEqual([200, 200, 200, 200, 200]);
  });

  test('the service still sees who the client is', async () => {
    const { body } = await send('/orders/1', 'flo');
    expect((JSON.parse(body) as RelayAnswer).headers['x-caller']).toBe('arn:aws:iam::1:user/flo');
  });

  test('forgets the client that has been silent for longest when more come than it can count', async () => {
    await statuses(BURST, '/orders/1', 'gus');
    expect((await send('/orders/1', 'gus')).status).toBe(429);
    for (let nth = 0; nth < 60; nth += 1) await send('/orders/1', `other-${nth}`);
    expect((await send('/orders/1', 'gus')).status).toBe(200);
  });
});

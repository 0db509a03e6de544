import { status } from '@grpc/grpc-js';
import { ApiGateway } from './api-gateway/api-gateway';
import { CLIENT_ADDRESS } from '../../programs/emulator/api-gateway/client-request';
import { logged, settled } from './mesh';
import type { Called, RelayAnswer } from './programs/relay';
import type { GrpcOutcome, SayReply } from './runner';
import { callGrpc, Cluster } from './runner';
import { cluster, e2e } from './suite';
import { boutique, BOUTIQUE_IMAGES } from './systems/boutique';

const CHECKOUT = 'checkoutservice.boutique.internal:15080';
const ROOT = '1-67891233-abcdef012345678912345678';

e2e('protocols of the mesh', () => {
  const boutiques = cluster(async () => Cluster.start(boutique(), { images: BOUTIQUE_IMAGES, counts: { frontend: 1 } }));
  const hostOf = (name: string): string => boutiques().task(name).endpoint.hostname;
  const frontend = (): ReturnType<Cluster['task']> => boutiques().task('frontend');
  const once = async (...call: Parameters<typeof callGrpc>): Promise<GrpcOutcome | undefined> => (await callGrpc(...call))[0];
  beforeAll(async () => {
    await settled(boutiques());
  });

  test('HTTP API: a request arrives at frontend with its path, and gRPC does the rest', async () => {
    const api = await ApiGateway.open(boutiques());
    const page = JSON.parse((await api.send({ path: '/product/OLJCESPC7Z?currency=EUR', host: 'boutique.example' })).body) as RelayAnswer;
    expect(page).toMatchObject({
      path: '/product/OLJCESPC7Z?currency=EUR',
      headers: { host: 'boutique.example', 'x-forwarded-for': CLIENT_ADDRESS },
    });
    expect(JSON.parse((await api.send({ path: '/' })).body)).toMatchObject({ path: '/' });
    const order = JSON.parse((await api.send({ path: '/say/checkoutservice,paymentservice/hello' })).body) as RelayAnswer;
    expect(order.called?.body).toMatchObject({ text: 'hello', hosts: [hostOf('checkoutservice'), hostOf('paymentservice')] });
  });

  test('gRPC: a unary call passes two sidecars at every hop', async () => {
    expect(await once(frontend().endpoint, { target: CHECKOUT, request: { text: 'pay', via: ['paymentservice'] } })).toMatchObject({
      ok: true,
      replies: [{ text: 'pay', hosts: [hostOf('checkoutservice'), hostOf('paymentservice')] }],
    });
    expect(await logged(boutiques().task('paymentservice'), { direction: 'inbound' })).toMatchObject({
      path: '/echo.Echo/Say',
      status: 200,
      grpc_status: 'OK',
      caller: 'spiffe://boutique.internal/checkoutservice',
    });
  });

  test('gRPC: a stream of replies arrives whole', async () => {
    const outcome = await once(frontend().endpoint, { target: CHECKOUT, method: 'Repeat', request: { text: 'again', count: 500 } });
    expect(outcome?.ok && outcome.replies.length).toBe(500);
  });

  test('gRPC: the status of the service is the status that the caller gets', async () => {
    expect(
      await once(frontend().endpoint, { target: CHECKOUT, request: { fail_code: status.NOT_FOUND, via: ['paymentservice'] } }),
    ).toMatchObject({ ok: false, code: status.NOT_FOUND, details: expect.stringContaining('asked to fail with 5') as string });
    expect(
      await logged(boutiques().task('checkoutservice'), { direction: 'outbound', peer: 'paymentservice', grpc_status: 'NotFound' }),
    ).toMatchObject({ status: 200 });
  });

  test('gRPC: a service without tasks is UNAVAILABLE', async () => {
    await boutiques().scale('paymentservice', 0);
    await settled(boutiques());
    expect(await once(frontend().endpoint, { target: CHECKOUT, request: { text: 'pay', via: ['paymentservice'] } })).toMatchObject({
      ok: false,
      code: status.UNAVAILABLE,
    });
    await boutiques().scale('paymentservice', 1);
  });

  test('gRPC: calls join the trace of the request that they serve', async () => {
    const [outcome] = await callGrpc(frontend().endpoint, {
      target: CHECKOUT,
      request: { text: 'x', via: ['cartservice'] },
      trace: `Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`,
    });
    expect(outcome?.ok && outcome.replies[0]?.trace).toMatch(new RegExp(`^Root=${ROOT};`));
    const segments = await boutiques().trace(ROOT, (all) => all.length === 4);
    expect(segments.map(({ name }) => name).sort()).toEqual(['cartservice', 'checkoutservice', 'checkoutservice', 'frontend']);
  });

  test('TCP: redis-cart keeps what cartservice stores in it', async () => {
    const command = async (text: string): Promise<SayReply | undefined> => {
      const answer = JSON.parse(
        (await frontend().client.get(`http://127.0.0.1:8080/say/cartservice,redis-cart/${text}`)).body,
      ) as RelayAnswer;
      return (answer.called as Called).body as SayReply;
    };
    expect(await command('INCRBY%20cart:1%207')).toMatchObject({ text: ':7' });
    expect(await command('INCR%20cart:1')).toMatchObject({ text: ':8', hosts: [hostOf('cartservice')] });
    expect(await logged(boutiques().task('redis-cart'), { direction: 'inbound' })).toMatchObject({
      flags: '-',
      caller: 'spiffe://boutique.internal/cartservice',
      downstream: expect.stringContaining(`${boutiques().task('cartservice').address}:`) as string,
    });
    expect(await logged(boutiques().task('cartservice'), { direction: 'outbound', peer: 'redis-cart' })).toMatchObject({
      upstream: `${boutiques().task('redis-cart').address}:15006`,
    });
  });

  test('TCP: fails at once if a service connects to one that it does not list', async () => {
    expect(await frontend().client.tcp({ host: 'redis-cart.boutique.internal', port: 6379, connectOnly: true })).toMatchObject({
      kind: 'failure',
      code: 'ECONNREFUSED',
    });
  });
});

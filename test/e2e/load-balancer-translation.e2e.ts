import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { DescService } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import {
  Aggregate,
  Authorizer,
  Compression,
  Edge,
  GrpcApi,
  GrpcMapping,
  GrpcStream,
  Microservices,
  Part,
  Protocol,
  ResponseHeaders,
  Timeout,
} from '../../lib';
import { Authority } from '../programs/agent/authority';
import { EdgeListener } from './edge-listener';
import { IssuerMachine, SigningKey } from './issuer';
import type { ClientRequest } from './load-balancer';
import { BALANCER_HOST } from './load-balancer';
import { settled } from './mesh';
import { LAB_PROTO } from './programs';
import type { RelayAnswer } from './programs/relay';
import type { HttpResponse, ImageRule, Template } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';
import { registryOf } from './systems/translated';

const ISSUER = 'https://login.example.com';
const JWKS = `${ISSUER}/.well-known/jwks.json`;
const KEY = new SigningKey('one');
const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;
const PORT = 50_051;

const lab = (method: string): { readonly service: string; readonly method: string } => ({ service: 'lab', method: `lab.v1.Lab/${method}` });

/** What behind API Gateway `grpc-json`, `grpc-web`, `aggregation`, `identity` and `edge-policy` show. */
function system(): Template {
  const stack = new Stack(new App(), 'E2e');
  const jwt = { issuer: ISSUER, audience: ['shop'], jwksUri: JWKS };
  new Microservices(stack, 'Shop', {
    services: {
      people: { image: image('relay'), port: 8080 },
      files: { image: image('payload'), port: 8080 },
      lab: {
        image: image('lab'),
        port: PORT,
        protocol: Protocol.GRPC,
        grpcApi: GrpcApi.fromProtoFiles([LAB_PROTO]),
        timeout: Timeout.of({ stream: Duration.minutes(5) }),
      },
    },
    edge: Edge.loadBalancer({
      certificate: Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:eu-west-1:123456789012:certificate/a'),
      hosts: [BALANCER_HOST, `*.${BALANCER_HOST}`],
      authorizer: Authorizer.none(),
      routes: {
        'GET /users/{user}': { grpc: { ...lab('Find'), fields: { user: 'user_id' } } },
        'GET /fail/{code}': { grpc: lab('Fail') },
        'POST /echo': { grpc: lab('Echo'), maxRequestSize: Size.mebibytes(20) },
        'POST /small': { grpc: lab('Echo') },
        'GET /download': { grpc: lab('Download') },
        'GET /lines/{text}': { grpc: lab('Watch') },
        'GET /events/{text}': { grpc: { ...lab('Watch'), stream: GrpcStream.SERVER_SENT_EVENTS } },
        'GET /home/{user}': {
          aggregate: Aggregate.of({
            user: Part.get('people', '/people/{user}', { pick: ['path'] }),
            lab: Part.grpc('lab', 'lab.v1.Lab/Find', { user_id: '{user}' }, { pick: ['text'] }),
          }),
        },
        'GET /me': {
          service: 'people',
          authorizer: Authorizer.jwt({ ...jwt, claimsToHeaders: { 'x-user-id': 'sub', 'x-user-mail': 'mail' } }),
        },
        'GET /page': { service: 'files', compression: Compression.of(), responseHeaders: ResponseHeaders.security() },
        'POST /limited': { service: 'files', maxRequestSize: Size.mebibytes(12) },
      },
      grpcRoutes: [{ service: 'lab', mapping: GrpcMapping.WEB }],
    }),
  });
  return templateOf(stack);
}

/** The real Envoy, with other public authorities in its image. */
function envoyWith(directory: string): ImageRule {
  const rule = standIns.envoy();
  return { ...rule, run: (context) => ({ ...rule.run(context), directories: { '/etc/ssl/certs': directory } }) };
}

/** The browser's `fetch`, whose network is the stand-in of the load balancer. */
function fetchThrough(edge: () => EdgeListener): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const answer = (await edge().send({
      path: new URL(request.url).pathname,
      method: request.method,
      headers: Object.fromEntries(request.headers),
      bodyBase64: Buffer.from(await request.arrayBuffer()).toString('base64'),
    })) as HttpResponse;
    return new Response(Buffer.from(answer.bodyBase64 ?? '', 'base64'), { status: answer.status, headers: answer.headers });
  };
}

const token = (more: object = {}): string =>
  KEY.sign({ iss: ISSUER, aud: ['shop'], exp: Math.floor(Date.now() / 1000) + 600, sub: 'ada', ...more });

e2e('a client of JSON, gRPC-Web or several services behind a load balancer', () => {
  let directory = '';
  let issuer: IssuerMachine | undefined;
  const running = cluster(async () => {
    const authority = await Authority.create('Public', Date.now());
    directory = mkdtempSync(join(tmpdir(), 'cem-balanced-'));
    chmodSync(directory, 0o755);
    writeFileSync(join(directory, 'ca-certificates.crt'), authority.root);
    const open = await Cluster.open(system(), {
      images: [
        envoyWith(directory),
        standIns.agent(),
        standIns.xrayCollector(),
        standIns.relay('example/relay', 8080),
        standIns.payload('example/payload', 8080),
        standIns.grpcServices('example/lab:1', PORT, LAB_PROTO),
      ],
    });
    const identity = await authority.issue({ dnsName: 'login.example.com', notBefore: Date.now() - DAY_MS, notAfter: Date.now() + DAY_MS });
    issuer = await IssuerMachine.join(open, { 'login.example.com': identity }, [KEY]);
    await Promise.all(['gateway', 'people', 'files', 'lab'].map(async (name) => open.scale(name, 1)));
    return open;
  });
  let edge: EdgeListener;
  beforeAll(async () => {
    await settled(running());
    edge = await EdgeListener.open(running(), { [JWKS]: KEY });
  });
  afterAll(() => {
    issuer?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const send = async (request: ClientRequest, port?: number): Promise<HttpResponse> => (await edge.send(request, port)) as HttpResponse;
  const post = async (path: string, body: string): Promise<HttpResponse> =>
    send({ path, method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const smallOf = (text: string): number => (JSON.parse(text) as { readonly small: number }).small;

  test('calls a method by JSON, and gets its errors as statuses', async () => {
    const found = await send({ path: '/users/ada' });
    expect([found.status, found.headers['content-type']]).toEqual([200, 'application/json']);
    expect(JSON.parse((await post('/small', '{"big":"9223372036854775807"}')).body)).toMatchObject({ big: '9223372036854775807' });
    for (const [code, status] of [
      [5, 404],
      [8, 429],
      [16, 401],
    ]) {
      const failed = await send({ path: `/fail/${code}` });
      expect([failed.status, (JSON.parse(failed.body) as { readonly code: number }).code]).toEqual([status, code]);
    }
    expect((await post('/small', '{"small":"x"}')).status).toBe(400);
  });

  test('gets each message of a stream in a line, as it comes', async () => {
    const { status, headers, body, arrivalsMs } = await send({ path: '/lines/x?count=3&every_ms=300' });
    expect([status, headers['content-type']]).toEqual([200, 'application/x-ndjson']);
    expect(body.trimEnd().split('\n').map(smallOf)).toEqual([0, 1, 2]);
    expect(arrivalsMs.at(-1)! - arrivalsMs[0]).toBeGreaterThan(400);
  });

  test('gets each message of a stream as an event, as it comes', async () => {
    const { status, headers, body, arrivalsMs } = await send({ path: '/events/x?count=3&every_ms=300' });
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream']);
    const events = body.split('\n\n').filter((event) => event !== '');
    expect(events.map((event) => smallOf(event.replace(/^data: /, '')))).toEqual([0, 1, 2]);
    expect(arrivalsMs.at(-1)! - arrivalsMs[0]).toBeGreaterThan(400);
  });

  test('of gRPC-Web calls methods, and gets streams', async () => {
    const service = registryOf(LAB_PROTO).getService('lab.v1.Lab') as DescService;
    const transport = createGrpcWebTransport({ baseUrl: `https://${BALANCER_HOST}`, fetch: fetchThrough(() => edge) });
    const client = createClient(service, transport) as unknown as Readonly<Record<string, (request: object) => unknown>>;
    expect(await client['echo']({ text: 'x' })).toMatchObject({ text: 'x' });
    const messages: unknown[] = [];
    for await (const each of client['watch']({ count: 3 }) as AsyncIterable<{ readonly small: number }>) messages.push(each.small);
    expect(messages).toEqual([0, 1, 2]);
    await expect(client['fail']({ code: 5 })).rejects.toMatchObject({ code: 5 });
  });

  test('sends and gets JSON that API Gateway would not pass on, up to what the edge says', async () => {
    const text = 'x'.repeat(12 * MIB);
    const { status, body } = await post('/echo', JSON.stringify({ text }));
    expect([status, (JSON.parse(body) as { readonly text: string }).text.length]).toEqual([200, text.length]);
    expect((await post('/echo', JSON.stringify({ text: 'x'.repeat(21 * MIB) }))).status).toBe(413);
    const large = await send({ path: '/download?content_type=image/png&bytes=15000000', bodyBase64: '' });
    expect([large.status, large.bodyBytes]).toEqual([200, 15_000_000]);
  });

  test('sends a limited body of more than 10 MiB, with and without its length, and no larger one', async () => {
    for (const headers of [undefined, { 'transfer-encoding': 'chunked' }]) {
      const sized = async (bytes: number): Promise<HttpResponse> =>
        send({ path: '/limited', method: 'POST', body: 'x'.repeat(bytes), ...(headers && { headers }) });
      expect(await sized(12 * MIB)).toMatchObject({ status: 200, headers: { 'x-got-bytes': String(12 * MIB) } });
      expect((await sized(12 * MIB + 1)).status).toBe(413);
    }
  });

  test('gets one answer of several services, of which one speaks gRPC', async () => {
    const { status, headers, body } = await send({ path: '/home/ada' });
    expect([status, headers['x-aggregate-complete']]).toEqual([200, 'true']);
    expect(JSON.parse(body)).toMatchObject({ user: { path: '/people/ada' }, lab: {} });
  });

  test('has its claims told to services, and none that it writes itself', async () => {
    const forged = { 'x-user-id': 'eve', 'x-user-mail': 'eve@example.com', x_user_id: 'eve', authorization: `Bearer ${token()}` };
    const { headers } = JSON.parse((await send({ path: '/me', headers: forged })).body) as RelayAnswer;
    expect(headers['x-user-id']).toBe('ada');
    expect(JSON.stringify(headers)).not.toContain('eve');
    expect(await send({ path: '/me', headers: { 'x-user-id': 'eve' } })).toMatchObject({ status: 401 });
    expect(JSON.stringify(JSON.parse((await send({ path: '/home/ada', headers: forged })).body))).not.toContain('eve');
  });

  test('gets responses compressed, with headers of security', async () => {
    const { status, headers } = await send({ path: '/page?bytes=5000&server=x', headers: { 'accept-encoding': 'gzip, br' } });
    expect([status, headers['content-encoding']]).toEqual([200, 'br']);
    expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'strict-transport-security': 'max-age=63072000' });
    expect(headers).not.toHaveProperty('server');
    expect((await send({ path: '/page?bytes=5000' })).headers['content-encoding']).toBeUndefined();
  });

  test('fails if it calls by another host, also where somebody leads it past the rules', async () => {
    for (const host of ['other.example', `${BALANCER_HOST}.evil.example`, `evil${BALANCER_HOST}`, '10.0.0.1']) {
      expect(await edge.send({ path: '/users/ada', host })).toMatchObject({ status: 404 });
      for (const port of edge.ports.values()) expect(await edge.send({ path: '/users/ada', host }, port)).toMatchObject({ status: 404 });
    }
    for (const host of [`${BALANCER_HOST}:443`, 'Balancer.Example', `eu.${BALANCER_HOST}`])
      expect(await edge.send({ path: '/users/ada', host })).toMatchObject({ status: 200 });
  });
});

/**
 * Stands in for the collector of a task: takes what OTLP has for traces and logs, over gRPC and over HTTP, by the official definitions
 * (protos/opentelemetry), and prints each span and each log record as one line of JSON. Before that it writes what the CloudWatch
 * agent writes at its start, if it has the volumes for it, and ends if it may not.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const AGENT = '/opt/aws/amazon-cloudwatch-agent';
if (existsSync(AGENT)) {
  for (const file of ['etc/amazon-cloudwatch-agent.yaml', 'etc/env-config.json', 'var/amazon-cloudwatch-agent.pid'])
    writeFileSync(join(AGENT, file), `${process.pid}\n`);
}

const PROTOS = process.env['PROTOS'] ?? 'test/e2e/programs/protos';
/** A process of its own, which tells its parent, takes requests of others, over TLS. */

const HOST = process.send === undefined ? '127.0.0.1' : '0.0.0.0';

/** In PEM. A process of its own gets them from its parent. */
interface Credentials {
  readonly cert: string;
  readonly key: string;
}

function tell(news: object): void {
  if (process.send === undefined) console.log(JSON.stringify(news));
  else process.send(news);
}

const SERVICES = ['trace.v1.TraceService', 'logs.v1.LogsService'] as const;
const definitions = loadSync(
  ['trace', 'logs'].map((signal) => `opentelemetry/proto/collector/${signal}/v1/${signal === 'trace' ? 'trace' : 'logs'}_service.proto`),
  { includeDirs: [PROTOS], keepCase: false, longs: String, enums: String },
);
const serviceOf = (name: (typeof SERVICES)[number]): ServiceDefinition =>
  definitions[`opentelemetry.proto.collector.${name}`] as ServiceDefinition;

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Scope {
  readonly scope?: { readonly name?: string };
  readonly spans?: readonly Entry[];
  readonly logRecords?: readonly Entry[];
}

interface Entry {
  readonly attributes?: readonly Attribute[];
  /** Empty or absent, as the next: a record that belongs to no request. */
  readonly traceId?: Buffer;
  readonly spanId?: Buffer;
  readonly parentSpanId?: Buffer;
}

interface Resource {
  readonly resource?: { readonly attributes?: readonly Attribute[] };
  readonly scopeSpans?: readonly Scope[];
  readonly scopeLogs?: readonly Scope[];
}

interface Request {
  readonly resourceSpans?: readonly Resource[];
  readonly resourceLogs?: readonly Resource[];
}

function attributesOf(attributes: readonly Attribute[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** @param headers with which it came */
function record(request: Request, headers: Readonly<Record<string, unknown>>): void {
  for (const { resource, scopeSpans = [], scopeLogs = [] } of [...(request.resourceSpans ?? []), ...(request.resourceLogs ?? [])]) {
    for (const { scope, spans = [], logRecords = [] } of [...scopeSpans, ...scopeLogs]) {
      for (const [key, entries] of [
        ['otlp_span', spans],
        ['otlp_log', logRecords],
      ] as const) {
        for (const entry of entries)
          tell({
            [key]: {
              ...entry,
              attributes: attributesOf(entry.attributes),
              traceId: entry.traceId?.toString('hex') ?? '',
              spanId: entry.spanId?.toString('hex') ?? '',
              ...(entry.parentSpanId === undefined || entry.parentSpanId.length === 0
                ? {}
                : { parentSpanId: entry.parentSpanId.toString('hex') }),
              scope: scope?.name,
              resource: attributesOf(resource?.attributes),
              headers,
            },
          });
      }
    }
  }
}

const grpc = new Server();
for (const name of SERVICES) {
  grpc.addService(serviceOf(name), {
    Export: (
      { request, metadata }: { readonly request: Request; readonly metadata: { getMap(): Record<string, unknown> } },
      done: (error: null, reply: object) => void,
    ) => {
      record(request, metadata.getMap());
      done(null, {});
    },
  });
}

const PATHS: Readonly<Record<string, (typeof SERVICES)[number]>> = {
  '/v1/traces': 'trace.v1.TraceService',
  '/v1/logs': 'logs.v1.LogsService',
};
const http: RequestListener = (request, response) => {
  const name = PATHS[request.url ?? ''];
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => {
    const method = name === undefined ? undefined : serviceOf(name)['Export'];
    if (method === undefined) {
      tell({ otlp_refused: request.url });
      response.writeHead(404).end();
      return;
    }
    record(method.requestDeserialize(Buffer.concat(chunks)) as Request, request.headers);
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(method.responseSerialize({}));
  });
};

/** @param tls undefined: plain text */
function listen(tls?: Credentials): void {
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }]);
  (tls === undefined ? createPlainServer(http) : createServer(tls, http)).listen(4318, HOST, () => {
    grpc.bindAsync(`${HOST}:4317`, credentials, (error) => {
      if (error !== null) throw error;
      tell({ listening: true });
    });
  });
}

if (process.send === undefined) listen();
else
  process.once('message', (credentials) => {
    listen(credentials as Credentials);
  });
process.once('SIGTERM', () => process.exit(0));

/**
 * A gRPC server with every service of a .proto file, PROTO, whose methods tell what they got, in JSON, in the header `x-seen` of their
 * answers. The methods of the Lab (protos/lab.proto) do what they are asked to; every other one answers with a message of which each
 * field is filled.
 */
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceDefinition, UntypedHandleCall } from '@grpc/grpc-js';
import { Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import type { MessageTypeDefinition, PackageDefinition } from '@grpc/proto-loader';
import { loadSync } from '@grpc/proto-loader';

type Message = Readonly<Record<string, unknown>>;

/** Of unary calls and of server streams. */
interface Call {
  readonly request: Message;
  readonly metadata: Metadata;
  sendMetadata(metadata: Metadata): void;
  write(message: unknown): void;
  end(trailers?: Metadata): void;
  emit(event: 'error', error: Failure): void;
}

interface Failure {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

/** As the loader makes it. */
interface Method {
  readonly responseType: MessageTypeDefinition<object, object>;
}

type Done = (error: Failure | null, reply?: unknown) => void;

interface Field {
  readonly name: string;
  readonly type: string;
  readonly typeName: string;
  readonly label: string;
}

const PROTO = process.env['PROTO'] ?? 'lab.proto';
const definition = loadSync(PROTO, {
  keepCase: true,
  defaults: true,
  longs: String,
  enums: String,
  includeDirs: [dirname(PROTO), ...(process.env['PROTO_IMPORTS']?.split(':') ?? [])],
});

/** Each scalar has a value of its own; a message that holds itself ends. */
function filled(definitions: PackageDefinition, { type }: MessageTypeDefinition<object, object>, prefix: string, depth = 0): Message {
  const fields = (type as { readonly field: readonly Field[] }).field;
  return Object.fromEntries(
    fields.flatMap((field): ReadonlyArray<readonly [string, unknown]> => {
      const value = valueOf(definitions, field, prefix, depth);
      if (value === undefined) return [];
      return [[field.name, field.label === 'LABEL_REPEATED' ? [value] : value]];
    }),
  );
}

function valueOf(definitions: PackageDefinition, { name, type, typeName }: Field, prefix: string, depth: number): unknown {
  const known = Object.entries(definitions).find(([key]) => `${prefix}${typeName}` === key || typeName === key)?.[1];
  switch (type) {
    case 'TYPE_STRING':
      return `${name} of ${prefix}`;
    case 'TYPE_MESSAGE':
      return known === undefined || depth > 3
        ? undefined
        : filled(definitions, known as MessageTypeDefinition<object, object>, prefix, depth + 1);
    case 'TYPE_BOOL':
      return true;
    case 'TYPE_ENUM':
      return undefined;
    case 'TYPE_BYTES':
      return Buffer.from([0, 255]);
    default:
      return type.includes('64') ? '9007199254740993' : 7;
  }
}

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

function bytesField(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
}

/** google.rpc.Status with one google.rpc.ErrorInfo. */
function statusDetails(code: number, message: string): Buffer {
  const info = Buffer.concat([bytesField(1, 'ASKED_TO'), bytesField(2, 'lab.example')]);
  const any = Buffer.concat([bytesField(1, 'type.googleapis.com/google.rpc.ErrorInfo'), bytesField(2, info)]);
  return Buffer.concat([Buffer.from([8, ...varint(code)]), bytesField(2, message), bytesField(3, any)]);
}

function failure(code: number, withDetails: boolean): Failure {
  const details = `asked to fail: ü ${code}`;
  const metadata = new Metadata();
  metadata.set('x-trailer', 'kept');
  if (withDetails) metadata.set('grpc-status-details-bin', statusDetails(code, details));
  return { code, details, metadata };
}

function tell(call: Call, method: string): void {
  const seen = JSON.stringify({ method, request: call.request, metadata: call.metadata.getMap() });
  console.log(seen);
  // Where nothing but an error is sent, there is one block of headers alone, which proxies may act on.
  const { code = 0, count = 0, delay_ms: delayMs = 0 } = call.request as { readonly [name in 'code' | 'count' | 'delay_ms']?: number };
  if ((code !== 0 && count === 0) || delayMs > 0) return;
  const headers = new Metadata();
  // Text of headers is ASCII, and has a limit.
  if (seen.length < 4096) headers.set('x-seen', Buffer.from(seen).toString('base64'));
  call.sendMetadata(headers);
}

async function watch(call: Call): Promise<void> {
  const {
    text,
    count,
    every_ms: everyMs,
    code,
  } = call.request as unknown as {
    readonly text: string;
    readonly count: number;
    readonly every_ms: number;
    readonly code: number;
  };
  for (let index = 0; index < count; index += 1) {
    call.write({ text, small: index });
    if (everyMs > 0) await pause(everyMs);
  }
  if (code === 0) call.end();
  else call.emit('error', failure(code, true));
}

const LAB: Readonly<Record<string, (call: Call, done: Done) => void>> = {
  Echo: ({ request }, done) => {
    done(null, request);
  },
  Find: ({ request }, done) => {
    done(null, { text: request['user_id'], data: Buffer.from(JSON.stringify(request)) });
  },
  Fail: ({ request }, done) => {
    const {
      code,
      with_details: withDetails,
      delay_ms: delayMs,
    } = request as { readonly code: number; with_details: boolean; delay_ms: number };
    setTimeout(() => {
      if (code === 0) done(null, { text: 'in time' });
      else done(failure(code, withDetails));
    }, delayMs);
  },
  Watch: (call) => {
    void watch(call);
  },
  Download: ({ request }, done) => {
    const { content_type: contentType, bytes } = request as { readonly content_type: string; readonly bytes: number };
    done(null, { content_type: contentType, data: Buffer.from(Array.from({ length: bytes }, (_, index) => index % 256)) });
  },
  Upload: ({ request }, done) => {
    done(null, { text: request['content_type'], data: request['data'] });
  },
  Forbidden: ({ request }, done) => {
    done(null, request);
  },
};

function handler(service: string, name: string, method: Method): UntypedHandleCall {
  const own = service === 'lab.v1.Lab' ? LAB[name] : undefined;
  return ((call: Call, done: Done) => {
    tell(call, `${service}/${name}`);
    if (own !== undefined) own(call, done);
    else done(null, filled(definition, method.responseType, service.replace(/\w+$/, '')));
  }) as unknown as UntypedHandleCall;
}

function servicesIn(all: PackageDefinition): ReadonlyArray<readonly [string, ServiceDefinition]> {
  return Object.entries(all).flatMap(([name, each]) => ('format' in each ? [] : [[name, each as ServiceDefinition] as const]));
}

const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
for (const [name, service] of servicesIn(definition)) {
  const handlers = Object.entries(service).map(([method, each]) => [method, handler(name, method, each as unknown as Method)] as const);
  server.addService(service, Object.fromEntries(handlers));
}
server.bindAsync(`0.0.0.0:${process.env['PORT'] ?? '50051'}`, ServerCredentials.createInsecure(), (error) => {
  if (error) {
    console.error(String(error));
    process.exit(1);
  }
  console.log('listening');
});
process.once('SIGTERM', () => {
  server.tryShutdown(() => process.exit(0));
});

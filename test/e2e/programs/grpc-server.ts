/**
 * A gRPC application: echoes, streams, fails on demand, passes calls on to others whose addresses are in its
 * environment, and tells which hosts a call came through. A last service called `redis-…` gets the text as a Redis
 * command. See echo.proto. It also tells whether it is well (grpc.health.v1), which it is until it was told `be sick`.
 */
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { sendUnaryData, ServerUnaryCall, ServerWritableStream, ServiceError } from '@grpc/grpc-js';
import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { callee } from './callees';
import type { RepeatRequest, SayReply, SayRequest } from './echo-grpc';
import { echoClient, loadEcho, say } from './echo-grpc';

const TRACE_HEADER = 'x-amzn-trace-id';

function traceOf(metadata: Metadata): string {
  const [trace] = metadata.get(TRACE_HEADER);
  return typeof trace === 'string' ? trace : '';
}

async function passOn({ text, fail_code, via, delay_ms }: SayRequest, trace: string): Promise<SayReply> {
  const [next = '', ...others] = via;
  const { host, port } = callee(next);
  if (next.startsWith('redis-')) return { text: await redis(host, port, text), hosts: [], trace };
  const client = echoClient(`${host}:${port}`);
  const metadata = new Metadata();
  metadata.set(TRACE_HEADER, trace);
  try {
    return await say(client, { text, fail_code, via: others, delay_ms }, metadata);
  } finally {
    client.close();
  }
}

/** Sends one inline command and returns the first line of the answer. */
async function redis(host: string, port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ host, port }, () => socket.write(`${command}\r\n`));
    socket.setEncoding('utf8');
    socket.once('error', reject);
    socket.once('close', () => {
      reject(new Error(`the connection ended after ${JSON.stringify(answer)}`));
    });
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (!answer.includes('\r\n')) return;
      resolve(answer.split('\r\n')[0] ?? '');
      socket.destroy();
    });
  });
}

async function answer(request: SayRequest, metadata: Metadata): Promise<SayReply> {
  const trace = traceOf(metadata);
  if (request.via.length === 0) {
    await pause(request.delay_ms);
    return { text: request.text, hosts: [hostname()], trace };
  }
  const reply = await passOn(request, trace);
  return { ...reply, hosts: [hostname(), ...reply.hosts] };
}

async function repeat(call: ServerWritableStream<RepeatRequest, SayReply>): Promise<void> {
  const { text, count, every_ms: everyMs } = call.request;
  for (let index = 0; index < count; index += 1) {
    call.write({ text, hosts: [hostname()], trace: traceOf(call.metadata) });
    if (everyMs > 0) await pause(everyMs);
  }
  call.end();
}

/** https://github.com/grpc/grpc/blob/master/doc/health-checking.md; the answer's only field says SERVING or NOT_SERVING. */
const asIs = (bytes: Buffer): Buffer => bytes;
const HEALTH = {
  Check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
} as const;
let well = true;

const server = new Server();
server.addService(HEALTH, {
  Check: (_: unknown, done: sendUnaryData<Buffer>) => {
    done(null, Buffer.from([8, well ? 1 : 2]));
  },
});
server.addService(loadEcho().service, {
  Say: (call: ServerUnaryCall<SayRequest, SayReply>, done: sendUnaryData<SayReply>) => {
    const { text, fail_code: code, via } = call.request;
    console.log(JSON.stringify({ method: 'Say', text, via }));
    if (text === 'be sick') well = false;
    if (code !== status.OK && via.length === 0) {
      done({ code, details: `asked to fail with ${code}` });
      return;
    }
    answer(call.request, call.metadata).then(
      (reply) => {
        done(null, reply);
      },
      (error: unknown) => {
        const { code: passedOn, message } = error as ServiceError;
        done({ code: typeof passedOn === 'number' ? passedOn : status.UNAVAILABLE, details: message });
      },
    );
  },
  Repeat: (call: ServerWritableStream<RepeatRequest, SayReply>) => {
    const { text } = call.request;
    console.log(JSON.stringify({ method: 'Repeat', text }));
    void repeat(call);
  },
});
server.bindAsync(`0.0.0.0:${process.env['PORT'] ?? '50051'}`, ServerCredentials.createInsecure(), (error) => {
  if (error) {
    console.error(String(error));
    process.exit(1);
  }
  console.log('listening');
});
process.once('SIGTERM', () => {
  console.log('SIGTERM');
  server.tryShutdown(() => process.exit(0));
});

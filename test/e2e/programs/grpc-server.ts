/** A gRPC application: echoes, streams, fails on demand, and tells which host answered. See echo.proto. */
import { hostname } from 'node:os';
import type { sendUnaryData, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { RepeatRequest, SayReply, SayRequest } from './echo-grpc';
import { loadEcho } from './echo-grpc';

const reply = (text: string, trace: unknown): SayReply => ({ text, host: hostname(), trace: String(trace ?? '') });

const server = new Server();
server.addService(loadEcho().service, {
  Say: (call: ServerUnaryCall<SayRequest, SayReply>, done: sendUnaryData<SayReply>) => {
    const { text, fail_code: code } = call.request;
    console.log(JSON.stringify({ method: 'Say', text, code }));
    if (code === 0) done(null, reply(text, call.metadata.get('x-amzn-trace-id')[0]));
    else done({ code, details: `asked to fail with ${code}` });
  },
  Repeat: (call: ServerWritableStream<RepeatRequest, SayReply>) => {
    const { text, count } = call.request;
    console.log(JSON.stringify({ method: 'Repeat', text, count }));
    for (let index = 0; index < count; index += 1) call.write(reply(text, call.metadata.get('x-amzn-trace-id')[0]));
    call.end();
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

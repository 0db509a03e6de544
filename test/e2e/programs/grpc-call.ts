/**
 * Calls the echo service and prints one line of JSON per call: `{"ok":true,"replies":[…]}` or `{"ok":false,"code":5}`.
 * Arguments: the target (`host:port`), the method, the request as JSON, and how many times (on one connection).
 */
import type { ServiceError } from '@grpc/grpc-js';
import { credentials, Metadata } from '@grpc/grpc-js';
import type { SayReply } from './echo-grpc';
import { loadEcho } from './echo-grpc';

type Unary = (request: unknown, metadata: Metadata, done: (error: ServiceError | null, reply?: SayReply) => void) => void;
type Streaming = (request: unknown, metadata: Metadata) => NodeJS.ReadableStream;

const [target = '', method = 'Say', text = '{}', times = '1'] = process.argv.slice(2);
const client = new (loadEcho())(target, credentials.createInsecure());
const metadata = new Metadata();
if (process.env['TRACE'] !== undefined) metadata.set('x-amzn-trace-id', process.env['TRACE']);
const request: unknown = JSON.parse(text);

async function call(): Promise<readonly SayReply[]> {
  return new Promise((resolve, reject) => {
    if (method === 'Say') {
      (client['Say'] as unknown as Unary).call(client, request, metadata, (error, reply) => {
        if (error) reject(error);
        else resolve(reply ? [reply] : []);
      });
      return;
    }
    const replies: SayReply[] = [];
    const stream = (client['Repeat'] as unknown as Streaming).call(client, request, metadata);
    stream.on('data', (reply: unknown) => replies.push(reply as SayReply));
    stream.once('error', reject);
    stream.once('end', () => { resolve(replies); });
  });
}

async function main(): Promise<void> {
  for (let index = 0; index < Number(times); index += 1) {
    try {
      console.log(JSON.stringify({ ok: true, replies: await call() }));
    } catch (error) {
      const { code, details } = error as ServiceError;
      console.log(JSON.stringify({ ok: false, code, details }));
    }
  }
  client.close();
}

void main();

/**
 * Calls the echo service and prints one line of JSON per call: `{"ok":true,"replies":[…]}` or `{"ok":false,"code":5}`.
 * Arguments: the target (`host:port`), the method, the request as JSON, and how many times (on one connection).
 */
import type { ServiceError } from '@grpc/grpc-js';
import { Metadata } from '@grpc/grpc-js';
import type { RepeatRequest, SayReply, SayRequest } from './echo-grpc';
import { echoClient, say } from './echo-grpc';

const [target = '', method = 'Say', text = '{}', times = '1'] = process.argv.slice(2);
const client = echoClient(target);
const metadata = new Metadata();
if (process.env['TRACE'] !== undefined) metadata.set('x-amzn-trace-id', process.env['TRACE']);
for (const [name, value] of Object.entries(JSON.parse(process.env['METADATA'] ?? '{}') as Record<string, string>))
  metadata.set(name, value);

async function call(): Promise<readonly SayReply[]> {
  const request: unknown = JSON.parse(text);
  if (method === 'Say') return [await say(client, request as SayRequest, metadata)];
  return new Promise((resolve, reject) => {
    const replies: SayReply[] = [];
    const stream = client.Repeat(request as RepeatRequest, metadata);
    stream.on('data', (reply: unknown) => replies.push(reply as SayReply));
    stream.once('error', reject);
    stream.once('end', () => {
      resolve(replies);
    });
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

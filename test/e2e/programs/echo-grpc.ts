/** The echo service of echo.proto, as @grpc/grpc-js sees it. */
import { readFileSync } from 'node:fs';
import type { Client, ClientUnaryCall, Metadata, ServiceClientConstructor, ServiceError, status } from '@grpc/grpc-js';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export interface SayRequest {
  readonly text: string;
  readonly fail_code: status;
  readonly via: readonly string[];
  readonly delay_ms: number;
}

export interface RepeatRequest {
  readonly text: string;
  readonly count: number;
  readonly every_ms: number;
}

export interface SayReply {
  readonly text: string;
  readonly hosts: readonly string[];
  readonly trace: string;
}

export interface EchoClient extends Client {
  Say(request: Partial<SayRequest>, metadata: Metadata, done: (error: ServiceError | null, reply?: SayReply) => void): ClientUnaryCall;
  Repeat(request: Partial<RepeatRequest>, metadata: Metadata): NodeJS.ReadableStream;
}

/** Loads the service from the file that PROTO names. */
export function loadEcho(): ServiceClientConstructor {
  const definition = loadPackageDefinition(loadSync(process.env['PROTO'] ?? 'echo.proto', { keepCase: true, defaults: true }));
  return (definition['echo'] as unknown as { readonly Echo: ServiceClientConstructor }).Echo;
}

/** @param target `host:port`; by TLS if TLS_FILES names the files of authorities, key and certificate, as a JSON list */
export function echoClient(target: string): EchoClient {
  const files = JSON.parse(process.env['TLS_FILES'] ?? '[]') as readonly string[];
  const [roots, key, chain] = files.map((file) => readFileSync(file));
  const trusted = roots === undefined ? credentials.createInsecure() : credentials.createSsl(roots, key, chain);
  return new (loadEcho())(target, trusted) as unknown as EchoClient;
}

/** Begins what a failed call says if the headers of its response had arrived: no proxy can try such a call again. */
export const RESPONSE_HAD_BEGUN = 'the response had begun';

export async function say(client: EchoClient, request: Partial<SayRequest>, metadata: Metadata): Promise<SayReply> {
  return new Promise((resolve, reject) => {
    let begun = false;
    const call = client.Say(request, metadata, (error, reply) => {
      if (begun && error !== null) error.message = `${RESPONSE_HAD_BEGUN}: ${error.message}`;
      if (reply === undefined) reject(error ?? new Error('no reply'));
      else resolve(reply);
    });
    call.once('metadata', () => (begun = true));
  });
}

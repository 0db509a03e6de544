/** The echo service of echo.proto, as @grpc/grpc-js sees it. */
import type { ServiceClientConstructor } from '@grpc/grpc-js';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export interface SayRequest {
  readonly text: string;
  readonly fail_code: number;
}

export interface RepeatRequest {
  readonly text: string;
  readonly count: number;
}

export interface SayReply {
  readonly text: string;
  readonly host: string;
  readonly trace: string;
}

/** Loads the service from the file that PROTO names. */
export function loadEcho(): ServiceClientConstructor {
  const definition = loadPackageDefinition(loadSync(process.env['PROTO'] ?? 'echo.proto', { keepCase: true, defaults: true }));
  return (definition['echo'] as unknown as { readonly Echo: ServiceClientConstructor }).Echo;
}

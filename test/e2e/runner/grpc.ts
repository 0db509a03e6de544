import type { RepeatRequest, SayReply, SayRequest } from '../programs/echo-grpc';
import { ECHO_PROTO, program } from '../programs';
import type { Endpoint } from './network';
import { CommandFailed } from './run-process';

export type { SayReply } from '../programs/echo-grpc';

export type GrpcOutcome =
  { readonly ok: true; readonly replies: readonly SayReply[] } | { readonly ok: false; readonly code: number; readonly details: string };

export interface GrpcCall {
  /** `host:port` */
  readonly target: string;
  /** A unary call, or a stream of replies. */
  readonly method?: 'Say' | 'Repeat';
  readonly request: Partial<SayRequest> | Partial<RepeatRequest>;
  /** The X-Ray trace header to send. */
  readonly trace?: string;
  /** Metadata beside it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Files of authorities, key and certificate. @default - no TLS */
  readonly tls?: readonly [authorities: string, key: string, certificate: string];
  /** How often, one call after the other, on one connection. */
  readonly times?: number;
}

const TIMEOUT_MS = 60_000;

/** Calls the echo service of the `grpc` stand-in from inside a network namespace. */
export async function callGrpc(
  endpoint: Endpoint,
  { target, method = 'Say', request, trace, metadata, tls, times = 1 }: GrpcCall,
): Promise<readonly GrpcOutcome[]> {
  const argv = [process.execPath, program('grpc-call'), target, method, JSON.stringify(request), String(times)];
  const result = await endpoint.run(argv, {
    env: {
      PROTO: ECHO_PROTO,
      ...(tls !== undefined && { TLS_FILES: JSON.stringify(tls) }),
      ...(trace !== undefined && { TRACE: trace }),
      ...(metadata !== undefined && { METADATA: JSON.stringify(metadata) }),
    },
    timeoutMs: TIMEOUT_MS,
  });
  if (result.code !== 0) throw new CommandFailed(argv, result);
  return result.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as GrpcOutcome);
}

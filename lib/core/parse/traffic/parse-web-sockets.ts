import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';

export function parseWebSockets(at: Reader, protocol: ProtocolId): boolean {
  const wanted = at.boolean() ?? false;
  if (!wanted || protocol === 'http') return wanted;
  const reason = { http2: 'an application that speaks HTTP/2 with prior knowledge', grpc: 'a gRPC service', tcp: 'a TCP service' }[
    protocol
  ];
  return (
    at.fail<boolean>('UNSUPPORTED_BY_PROTOCOL', `${reason} has no requests that could be upgraded`, {
      fix: protocol === 'tcp' ? 'remove it: TCP passes everything through' : 'remove it, or use Protocol.HTTP',
    }) ?? false
  );
}

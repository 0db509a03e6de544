import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';

/** A request without a length is held in the memory of the task, so there may not be much of it. */
const LARGEST = 100 * 1024 * 1024;

export function parseMaxRequestSize(at: Reader, protocol: ProtocolId): number | undefined {
  if (!at.absent && protocol === 'tcp') return at.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no requests', { fix: 'remove it' });
  // A call would have to be whole before the service sees it: streams could not live.
  if (!at.absent && protocol === 'grpc')
    return at.fail('UNSUPPORTED_BY_PROTOCOL', 'a gRPC call may be an endless stream of messages', {
      fix: 'remove it: a gRPC server limits the size of a message itself',
    });
  return at.bytes({ min: 1, max: LARGEST, allowed: 'a Size of 1 byte to 100 MiB' });
}

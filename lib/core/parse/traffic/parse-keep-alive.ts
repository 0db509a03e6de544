import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { defaultKeepAlive } from '../../model/defaults';
import type { KeepAlive } from '../../model/traffic-policy';

/** `keepAlive` of a called service, or of what a caller overrides; undefined if it says nothing. Whole seconds: TCP knows no others. */
export function parseKeepAlive(at: Reader, protocol: ProtocolId): KeepAlive | undefined {
  if (!at.checkFields(['interval', 'timeout'])) return undefined;
  const standard = defaultKeepAlive(protocol);
  return {
    intervalSeconds: at.field('interval').seconds({ min: 1, max: 3600 }) ?? standard.intervalSeconds,
    timeoutSeconds: at.field('timeout').seconds({ min: 1, max: 60 }) ?? standard.timeoutSeconds,
  };
}

import type { ProtocolId, Warning } from '../../model/topology';
import type { NamedCallers } from '../security/parse-allow';
import type { Reader } from '../../reading/reader';
import type { Fault } from '../../model/traffic-policy';
import { parseNamed } from './parse-named';
import { REQUEST_FILTER_FIELDS, parseRequestFilter } from './parse-request-filter';
import { parseHeaderMatches } from './parse-value-matches';
import { defined } from '../../defined';

const SHAPE = {
  what: 'a fault',
  example: '{ delay: Duration.seconds(2), percent: 10 }',
  fields: ['percent', 'delay', 'abortStatus', 'headers', ...REQUEST_FILTER_FIELDS],
};

/** Envoy counts in millionths. https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/v3/percent.proto */
const SMALLEST_PERCENT = 0.0001;

export function parseFaults(at: Reader, protocol: ProtocolId, callers: NamedCallers[]): readonly Fault[] {
  return parseNamed(at, protocol, SHAPE, (entry, name): Fault => {
    const percent = entry.field('percent').number({ min: SMALLEST_PERCENT, max: 100, integer: false, unit: '%' }) ?? 100;
    const delaySeconds = entry.field('delay').seconds({ min: 0.001, max: 3600, integer: false });
    // https://grpc.io/docs/guides/status-codes/
    const abortStatus = entry
      .field('abortStatus')
      .number(protocol === 'grpc' ? { min: 1, max: 16, fix: 'give a status of gRPC, such as 14 (UNAVAILABLE)' } : { min: 200, max: 599 });
    if (entry.field('delay').absent && entry.field('abortStatus').absent)
      entry.fail('MISSING', 'a fault delays or aborts', { got: null, fix: 'give delay, abortStatus or both' });
    return {
      name,
      percent,
      ...defined({ delaySeconds, abortStatus }),
      headers: parseHeaderMatches(entry.field('headers')),
      ...parseRequestFilter(entry, protocol, callers),
    };
  });
}

/** Each fault by its name: what is on is not to be forgotten. */
export function warnOfFaults(path: string, faults: readonly Fault[]): readonly Warning[] {
  return faults.map(({ name, percent, delaySeconds, abortStatus }) => ({
    id: 'fault-injection',
    path: `${path}.faultInjection.${name}`,
    message:
      `Envoy makes ${percent}% of the matching requests ` +
      `${[delaySeconds === undefined ? [] : `wait ${delaySeconds} s`, abortStatus === undefined ? [] : `fail with ${abortStatus}`]
        .flat()
        .join(' and ')}, ` +
      'until the fault is removed',
  }));
}

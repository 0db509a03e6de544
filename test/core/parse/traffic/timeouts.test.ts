import type { Raw } from '../../../support/parsing';
import { seconds } from '../../../support/parsing';
import { failsIfTheUser, policyOf } from './policies';

const timeouts = (timeout: Raw, protocol = 'http') => policyOf({ timeout, protocol }).timeouts;

test('a limit that is not given is the default one', () => {
  expect(timeouts({ perTry: seconds(2) })).toEqual({ requestSeconds: 15, perTrySeconds: 2 });
  expect(timeouts({ perTry: seconds(2) }, 'grpc')).toEqual({ perTrySeconds: 2 });
  expect(timeouts({ perRequest: seconds(60), perTry: seconds(20), idle: seconds(0.5), stream: seconds(60) })).toEqual({
    requestSeconds: 60,
    perTrySeconds: 20,
    idleSeconds: 0.5,
    streamSeconds: 60,
  });
});

test('who limits the life of streams lets a response last as long', () => {
  expect(timeouts({ stream: seconds(3600) })).toEqual({ streamSeconds: 3600 });
  expect(timeouts({ stream: seconds(3600), perTry: seconds(30) })).toEqual({ streamSeconds: 3600, perTrySeconds: 30 });
});

test('a TCP connection may be silent for as long as wanted', () => {
  expect(timeouts({ idle: seconds(60) }, 'tcp')).toEqual({ idleSeconds: 60 });
  expect(timeouts({ stream: seconds(3600) }, 'tcp')).toEqual({ streamSeconds: 3600 });
});

failsIfTheUser([
  ['gives no limit at all', { timeout: {} }, 'MISSING', 'timeout.perRequest'],
  [
    'lets one try last longer than the request',
    { timeout: { perRequest: seconds(2), perTry: seconds(3) } },
    'OUT_OF_RANGE',
    'timeout.perTry',
  ],
  ['lets one try last longer than the default for requests', { timeout: { perTry: seconds(20) } }, 'OUT_OF_RANGE', 'timeout.perTry'],
  [
    'lets one try last longer than the stream',
    { protocol: 'grpc', timeout: { perTry: seconds(20), stream: seconds(10) } },
    'OUT_OF_RANGE',
    'timeout.perTry',
  ],
  [
    'lets a request last longer than the stream',
    { timeout: { perRequest: seconds(20), stream: seconds(10) } },
    'OUT_OF_RANGE',
    'timeout.perRequest',
  ],
  ['gives silence no time', { timeout: { idle: seconds(0) } }, 'OUT_OF_RANGE', 'timeout.idle'],
  ['lets streams live for two days', { timeout: { stream: seconds(172_800) } }, 'OUT_OF_RANGE', 'timeout.stream'],
  [
    'limits one try on a TCP service',
    { protocol: 'tcp', timeout: { perTry: seconds(1), idle: seconds(5) } },
    'UNSUPPORTED_BY_PROTOCOL',
    'timeout',
  ],
  ['limits nothing on a TCP service', { protocol: 'tcp', timeout: {} }, 'MISSING', 'timeout.idle'],
  ['writes a number', { timeout: { idle: 5 } }, 'WRONG_TYPE', 'timeout.idle'],
  ['writes a limit that there is not', { timeout: { perRequest: seconds(1), connect: seconds(1) } }, 'UNKNOWN_PROPERTY', 'timeout.connect'],
]);

import { RetryOn } from '../../../../lib';
import { readProps } from '../../../../lib/props/read-props';
import { DEFAULT_RETRY } from '../../../../lib/core/model/defaults';
import type { Raw } from '../../../support/parsing';
import { seconds } from '../../../support/parsing';
import { failsIfTheUser, policyOf } from './policies';

const retry = (props: Raw, protocol = 'http') => policyOf({ retry: props, protocol }).retry;

test('what is not given is as by default', () => {
  expect(retry({})).toEqual(DEFAULT_RETRY);
  expect(retry({ maxRetries: 0 })).toEqual({ ...DEFAULT_RETRY, maxRetries: 0 });
  expect(retry({ minConcurrency: 5 })).toEqual({ ...DEFAULT_RETRY, minConcurrency: 5 });
});

test('who gives a share gets a share', () => {
  expect(retry({ budgetPercent: 10.5 })).toEqual({ ...DEFAULT_RETRY, budgetPercent: 10.5, minConcurrency: 3 });
  expect(retry({ budgetPercent: 10, minConcurrency: 50 })).toEqual({ ...DEFAULT_RETRY, budgetPercent: 10, minConcurrency: 50 });
});

test('events are those of the enum-like class, sorted, once each', () => {
  expect(retry({ on: readProps([RetryOn.STREAM_ERROR, RetryOn.SERVER_ERROR, RetryOn.STREAM_ERROR]) }).on).toEqual([
    'server-error',
    'stream-error',
  ]);
  expect(retry({ anyMethod: true, on: readProps(Object.values(RetryOn)) }, 'grpc').on).toHaveLength(10);
});

test('backoff grows to ten times the first, unless it is said how far', () => {
  expect(retry({ backoff: { base: seconds(0.05) } }).backoff).toEqual({ baseSeconds: 0.05, maxSeconds: 0.5 });
  expect(retry({ backoff: { base: seconds(1), max: seconds(1) } }).backoff).toEqual({ baseSeconds: 1, maxSeconds: 1 });
});

test('idempotent gRPC methods are sorted, once each; events are theirs then', () => {
  const methods = ['shop.v1.Carts/Get*', 'Catalog/*', 'shop.v1.Carts/GetCart', 'Catalog/*'];
  expect(retry({ idempotentMethods: methods, on: ['unavailable'] }, 'grpc')).toEqual({
    ...DEFAULT_RETRY,
    idempotentMethods: ['Catalog/*', 'shop.v1.Carts/Get*', 'shop.v1.Carts/GetCart'],
    on: ['unavailable'],
  });
});

const methods = (idempotentMethods: unknown, more: Raw = {}): Raw => ({ protocol: 'grpc', retry: { idempotentMethods, ...more } });

failsIfTheUser([
  ['declares methods of HTTP', { retry: { idempotentMethods: ['a.B/C'] } }, 'UNSUPPORTED_BY_PROTOCOL', 'retry.idempotentMethods'],
  ['declares no method', methods([]), 'MISSING', 'retry.idempotentMethods'],
  ['declares nothing', methods([undefined]), 'MISSING', 'retry.idempotentMethods[0]'],
  ['declares all methods, and some', methods(['a.B/C'], { anyMethod: true }), 'NO_EFFECT', 'retry.idempotentMethods'],
  ['declares methods, and retries nothing', methods(['a.B/C'], { maxRetries: 0 }), 'NO_EFFECT', 'retry.idempotentMethods'],
  ['writes a path', methods(['/a.B/C']), 'INVALID_FORMAT', 'retry.idempotentMethods[0]'],
  ['writes a service alone', methods(['a.B/']), 'INVALID_FORMAT', 'retry.idempotentMethods[0]'],
  ['writes a method alone', methods(['Get*']), 'INVALID_FORMAT', 'retry.idempotentMethods[0]'],
  ['writes a pattern', methods(['a.B/.*']), 'INVALID_FORMAT', 'retry.idempotentMethods[0]'],
  ['writes a wildcard in the middle', methods(['a.*/Get']), 'INVALID_FORMAT', 'retry.idempotentMethods[0]'],
  [
    'declares more methods than can be',
    methods(Array.from({ length: 101 }, (_, at) => `a.B/C${at}`)),
    'OUT_OF_RANGE',
    'retry.idempotentMethods',
  ],

  ['retries eleven times', { retry: { maxRetries: 11 } }, 'OUT_OF_RANGE', 'retry.maxRetries'],
  ['retries less than never', { retry: { maxRetries: -1 } }, 'OUT_OF_RANGE', 'retry.maxRetries'],
  ['names no event', { retry: { on: [] } }, 'MISSING', 'retry.on'],
  ['names an event that there is not', { retry: { on: ['5xx'] } }, 'INVALID_VALUE', 'retry.on[0]'],
  ['names nothing', { retry: { on: [undefined] } }, 'MISSING', 'retry.on[0]'],
  ['names an event of gRPC where there is none', { retry: { on: ['unavailable'] } }, 'INVALID_VALUE', 'retry.on[0]'],
  [
    'names events of gRPC, but does not say that calls may be done twice',
    { protocol: 'grpc', retry: { on: ['unavailable'] } },
    'NO_EFFECT',
    'retry.on',
  ],
  ['names events, and retries nothing', { retry: { maxRetries: 0, on: ['server-error'] } }, 'NO_EFFECT', 'retry.on'],
  ['waits, and retries nothing', { retry: { maxRetries: 0, backoff: { base: seconds(1) } } }, 'NO_EFFECT', 'retry.backoff'],
  ['gives the longest backoff only', { retry: { backoff: { max: seconds(1) } } }, 'MISSING', 'retry.backoff.base'],
  ['lets the backoff shrink', { retry: { backoff: { base: seconds(2), max: seconds(1) } } }, 'OUT_OF_RANGE', 'retry.backoff.max'],
  ['lets 120% of the requests be retries', { retry: { budgetPercent: 120 } }, 'OUT_OF_RANGE', 'retry.budgetPercent'],
  ['retries on a TCP service', { protocol: 'tcp', retry: { maxRetries: 1 } }, 'UNSUPPORTED_BY_PROTOCOL', 'retry'],
  ['writes a number', { retry: 3 }, 'WRONG_TYPE', 'retry'],
]);

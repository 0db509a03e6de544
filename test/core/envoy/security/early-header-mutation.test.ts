import { earlyHeaderMutation, joinLines } from '../../../../lib/core/envoy/security/early-header-mutation';

test('lines of a header are joined only where the header is there', () => {
  expect(joinLines(['x-user'])).toEqual([
    { append: { header: { key: 'x-user', value: '%CEL(request.headers["x-user"])%' }, append_action: 'OVERWRITE_IF_EXISTS' } },
  ]);
});

test('fails if cookies are joined by commas, which do not end a cookie', () => {
  expect(joinLines(['cookie'])).toEqual([]);
});

test('an Envoy that has nothing to change has no extension for it', () => {
  expect(earlyHeaderMutation(joinLines([]))).toEqual({});
});

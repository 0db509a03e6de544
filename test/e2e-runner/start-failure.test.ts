import { startFailure } from '../e2e/runner/start-failure';

describe('a program that ends with an error', () => {
  test.each([
    ['is missing', 127, "env: '/bin/app': No such file or directory", 'No such file or directory'],
    ['is no program', 126, "env: '/bin/app': Permission denied", 'Permission denied'],
    [
      'is missing behind an init process',
      127,
      '[FATAL tini (7)] exec /bin/app failed: No such file or directory',
      'No such file or directory',
    ],
  ])('was never started if it %s', (_, code, line, reason) => {
    expect(startFailure(['/bin/app', '--port=1'], code, ['a warning', line])).toBe(`its program /bin/app could not be started: ${reason}`);
  });

  test.each([
    ['says so with another code', 1, "env: '/bin/app': No such file or directory"],
    ['says something else', 127, 'sh: 1: app: not found'],
  ])('was started if it %s', (_, code, line) => {
    expect(startFailure(['/bin/app'], code, [line])).toBeUndefined();
  });
});

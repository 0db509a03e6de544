/** Ways around a limit on POST /login. */

/** What a server may route as /login, with what must come of it once the limit is used up. */
export const LOGINS: ReadonlyArray<readonly [path: string, status: number]> = [
  ...[
    '/login',
    '/login/',
    '/LOGIN',
    '/Login',
    '/login;x=1',
    '/login;',
    '/login%20',
    '/login%20%20',
    '/login.',
    '/login..',
    '/login%3b',
    '/login%3Bx=1',
    '/login%09',
    '/login.json',
    '/login/.',
    '/login/./',
  ].map((path) => [path, 429] as const),
  ...['//login', '/./login', '/%6cogin', '/x/../login', '/login?a', '/login?a=/../x', '/login//', '/login%2e'].map(
    (path) => [path, 429] as const,
  ),
  // Envoy itself refuses these.
  ...['/login%2f', '/login%00', '/login#x', '/login%5c'].map((path) => [path, 400] as const),
];

/** Paths of which the limit says nothing. */
export const OTHERS: readonly string[] = ['/login-help', '/logins', '/login/reset', '/my/login', '/'];

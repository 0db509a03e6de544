/**
 * Paths that somebody might read as another one. `web` lets through what is below /public, and /exact. Each is sent by
 * HTTP/1.1 and by HTTP/2.
 */

/** A status of the Envoy's own, `reset` if it ends the stream without one, or the path that arrives at the application (200). */
export type Fate = number | string;

export interface PathAttack {
  readonly path: string;
  readonly fate: Fate;
  /** By HTTP/2, where it differs: there raw bytes are escaped, or end the stream. */
  readonly byHttp2?: Fate;
}

const RESET = 'reset';

export const PATHS: readonly PathAttack[] = [
  // The rules let something through.
  { path: '/public/x', fate: '/public/x' },
  { path: '/exact', fate: '/exact' },
  { path: '/admin', fate: 403 },
  // Dot segments.
  { path: '/public/../admin', fate: 403 },
  { path: '/public/./../admin', fate: 403 },
  { path: '/public/..', fate: 403 },
  { path: '/public/..?x', fate: 403 },
  { path: '/./admin', fate: 403 },
  { path: '/public/.../admin', fate: '/public/.../admin' },
  { path: '/public/x/../../../admin', fate: 403 },
  { path: '/\xff/../public/x', fate: 400, byHttp2: '/public/x' },
  // Parameters of segments.
  { path: '/public/..;/admin', fate: 403 },
  { path: '/public/..;x=1/admin', fate: 403 },
  { path: '/public/;/../admin', fate: '/public/admin' },
  { path: '/public/x;/../../../admin', fate: 403 },
  { path: '/public/.;/admin', fate: '/public/admin' },
  { path: '/public/..%3b/admin', fate: 403 },
  { path: '/public/..%09/admin', fate: 403 },
  { path: '/public/..%20/admin', fate: 403 },
  { path: '/public/..%00/admin', fate: 400 },
  // Escapes, also of escapes.
  { path: '/public/%2e%2e/admin', fate: 403 },
  { path: '/public/.%2e/admin', fate: 403 },
  { path: '/public/%2e', fate: '/public/' },
  { path: '/public/%252e%252e/admin', fate: 403 },
  { path: '/public/%25252e%25252e/admin', fate: 403 },
  { path: '/public/%u002e%u002e/admin', fate: 403 },
  { path: '/public/..%2fadmin', fate: 400 },
  { path: '/public/%2E%2E%2Fadmin', fate: 400 },
  { path: '/public/..%5cadmin', fate: 400 },
  { path: '/public/%5c../admin', fate: 400 },
  { path: '/public/%61dmin', fate: '/public/admin' },
  { path: '/%70ublic/x', fate: '/public/x' },
  { path: '/public/%zz', fate: '/public/%zz' },
  { path: '/public/%2', fate: '/public/%2' },
  { path: '/public/x%23', fate: '/public/x%23' },
  { path: '/public/x%3f', fate: '/public/x%3f' },
  { path: '/public/%ef%bc%8e%ef%bc%8e/admin', fate: '/public/%ef%bc%8e%ef%bc%8e/admin' },
  // Characters that take more bytes than they need.
  { path: '/public/\xc0\xae\xc0\xae/admin', fate: 400, byHttp2: 403 },
  { path: '/public/%c0%ae%c0%ae/admin', fate: 403 },
  { path: '/public/%e0%80%ae%e0%80%ae/admin', fate: 403 },
  { path: '/public/\xe0\x80\xae\xe0\x80\xae/admin', fate: 400, byHttp2: 403 },
  { path: '/public/%f0%80%80%ae%f0%80%80%ae/admin', fate: 403 },
  { path: '/public/\xf0\x80\x80\xae\xf0\x80\x80\xae/admin', fate: 400, byHttp2: 403 },
  { path: '/public/%25e0%80%ae%25e0%80%ae/admin', fate: 403 },
  // Raw bytes, and controls.
  { path: '/public/\xff/admin', fate: 400, byHttp2: '/public/%FF/admin' },
  { path: '/public/\t../admin', fate: 400, byHttp2: RESET },
  { path: '/public/\x01../admin', fate: 400, byHttp2: RESET },
  { path: '/public/\x7f../admin', fate: 400, byHttp2: RESET },
  { path: '/public/a b', fate: 400, byHttp2: RESET },
  { path: '/public/%00', fate: 400 },
  { path: '/public/%01../admin', fate: 403 },
  { path: '/public/%09../admin', fate: 403 },
  { path: '/public/%0a../admin', fate: 403 },
  { path: '/public/%1f', fate: 403 },
  { path: '/public/%7f', fate: 403 },
  // Ends of a path.
  { path: '/public/x#/../../admin', fate: 400 },
  { path: '/public/x#admin', fate: 400 },
  { path: '/public/x?/../../admin', fate: '/public/x?/../../admin' },
  { path: '/public/x::$DATA', fate: '/public/x::$DATA' },
  { path: '/exact/', fate: 403 },
  { path: '/exact;x', fate: 403 },
  { path: '/exact%20', fate: 403 },
  { path: '/public', fate: 403 },
  // Slashes and backslashes.
  { path: '/public//admin', fate: '/public/admin' },
  { path: '//admin', fate: 403 },
  { path: '//public/x', fate: '/public/x' },
  { path: '/public\\..\\admin', fate: 403 },
  { path: '/public/..\\admin', fate: 403 },
  { path: '/public/\\admin', fate: '/public/admin' },
  // Case.
  { path: '/PUBLIC/x', fate: 403 },
  { path: '/Public/../admin', fate: 403 },
  { path: '/EXACT', fate: 403 },
];

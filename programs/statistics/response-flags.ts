/**
 * What the flags of Envoy's access log mean.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#response-flags
 */
const WORDS: Readonly<Record<string, string>> = {
  DC: 'the caller closed the connection',
  DF: 'the name could not be looked up',
  DI: 'a fault was injected: the request was delayed',
  DO: 'the request was dropped: the callee takes fewer at the moment',
  DPE: 'the caller sent what is no HTTP',
  DR: 'the caller gave up on the request',
  DT: 'the request took longer than it may in all',
  FI: 'a fault was injected: the request was refused',
  IH: 'a header has a value that is not allowed',
  LH: 'the proxy itself is not healthy',
  LR: 'the proxy ended the connection',
  NC: 'the proxy does not know the callee',
  NFCF: 'the proxy lacks the configuration of a filter',
  NR: 'no route fits the request',
  OM: 'the proxy has too little memory',
  RL: 'too many requests: a rate limit refused it',
  RLSE: 'the rate limit could not be asked',
  RFCF: 'the answer came from a cache',
  SI: 'nothing moved for too long',
  UAEX: 'an authorizer refused the request',
  UC: 'the callee closed the connection before it had answered',
  UF: 'no connection to the callee',
  UH: 'the callee has no healthy task',
  UMSDR: 'the request was longer under way than it may be',
  UO: 'too much at a time: a circuit breaker refused it',
  UPE: 'the callee answered with what is no HTTP',
  UR: 'the callee broke the request off',
  URX: 'all attempts failed',
  UT: 'the callee took longer than the timeout',
  UDO: 'the request was dropped: the callee takes none at the moment',
};

/** Each that Envoy knows. */
export const RESPONSE_FLAGS: readonly string[] = Object.keys(WORDS);

/** @param flags as the log has them, such as `UF,URX`; `-`: none */
export function flagsInWords(flags: string): readonly string[] {
  return flags.split(',').flatMap((flag) => (flag === '' || flag === '-' ? [] : [WORDS[flag] ?? `response flag ${flag}`]));
}

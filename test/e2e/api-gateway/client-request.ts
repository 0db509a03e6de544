/** A request as a client sends it to API Gateway. */
export interface ClientRequest {
  /** Path and query, as the client wrote them, without the stage. */
  readonly path: string;
  readonly method?: string;
  /** Of a list, each value is a line of its own. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** The host that the client called. */
  readonly host?: string;
  /** From which it comes; by default `CLIENT_ADDRESS`. */
  readonly address?: string;
  /** The client can show what these routes ask for, and nothing else; by default all that any route asks for. */
  readonly credentials?: readonly string[];
  /** Headers that the integration maps, but that are left as the client sent them, as if the integration had been changed by hand. */
  readonly unmapped?: readonly string[];
}

/** From the block for documentation, RFC 5737. */
export const CLIENT_ADDRESS = '203.0.113.7';
export const API_HOST = 'abc123.execute-api.eu-west-1.amazonaws.com';

/** The value of a variable such as `$context.domainName`. */
export function contextVariable(name: string, request: ClientRequest): string {
  switch (name.replace(/^\$/, '')) {
    case 'context.identity.sourceIp':
      return request.address ?? CLIENT_ADDRESS;
    case 'context.domainName':
      return request.host ?? API_HOST;
    default:
      throw new Error(`API Gateway's stand-in does not know the variable ${name}`);
  }
}

/** The path, and the query with its question mark if there is one. */
export function splitQuery(pathAndQuery: string): readonly [path: string, query: string] {
  const at = pathAndQuery.indexOf('?');
  return at < 0 ? [pathAndQuery, ''] : [pathAndQuery.slice(0, at), pathAndQuery.slice(at)];
}

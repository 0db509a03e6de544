/** A request as a client sends it to API Gateway. */
export interface ClientRequest {
  /** Path and query, as the client wrote them, below the URL of the API: that of its stage, or that of a custom domain. */
  readonly path: string;
  /** The path stands behind the host, as a browser takes that of a link such as `/cart`. */
  readonly fromRoot?: boolean;
  readonly method?: string;
  /** Of a list, each value is a line of its own. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** A body of any bytes, in base64, in place of a text; that of the response is then given so, too. */
  readonly bodyBase64?: string;
  /** The custom domain that the client called; by default it calls the API's own, with the name of the stage in the path. */
  readonly host?: string;
  /** Host and port of the API's own URL. @default API_HOST */
  readonly apiHost?: string;
  /** The scheme of the client's URL, and its port. @default - https, and 443 */
  readonly scheme?: { readonly name: 'http' | 'https'; readonly port: number };
  /** The path of the custom domain's mapping to the API, such as `/v1`. */
  readonly basePath?: string;
  /** From which it comes; by default `CLIENT_ADDRESS`. */
  readonly address?: string;
  /** The client can show what these routes ask for, and nothing else; by default all that any route asks for. */
  readonly credentials?: readonly string[];
  /** What API Gateway knows of the client beside that, by `context.<name>`; what is not there is absent. */
  readonly context?: Readonly<Record<string, string>>;
  /** Headers that the integration maps, but that are left as the client sent them, as if the integration had been changed by hand. */
  readonly unmapped?: readonly string[];
}

/** From the block for documentation, RFC 5737. */
export const CLIENT_ADDRESS = '203.0.113.7';
export const API_HOST = 'abc123.execute-api.eu-west-1.amazonaws.com';

/** Where a request is in an API. */
export interface Located {
  /** The path of the client's URL, without the query. */
  readonly whole: string;
  /** The same below the URL of the API. */
  readonly path: string;
  readonly query: string;
}

/** By which names clients reach an API. */
export interface Ways {
  /** The name of the stage, if it is part of the API's own URL. */
  readonly stage: string | undefined;
  /** Whether it can be called by its own name. */
  readonly open: boolean;
  /** The paths of its mappings, by the domain, such as `/v1`; empty if the API has the whole domain. */
  readonly domains: ReadonlyMap<string, string>;
}

/**
 * Where a request is in an API: neither the name of the stage nor the path of a mapping is a part of what routes match.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
 *
 * @returns undefined if the URL is not that of the stage, or of the mapping
 */
export function located(request: ClientRequest, { stage, open, domains }: Ways): Located | undefined {
  if (request.host === undefined && !open) return undefined;
  const own = stage === undefined ? '' : `/${stage}`;
  // A domain that the template does not have is one that was mapped by hand.
  const root = request.host === undefined ? own : (request.basePath ?? domains.get(request.host) ?? '');
  const [written, query] = splitQuery(request.path);
  const whole = request.fromRoot === true ? written : `${root}${written}`;
  if (whole !== root && !whole.startsWith(`${root}/`)) return undefined;
  return { whole, path: whole === root ? '/' : whole.slice(root.length), query };
}

/** What becomes of a header whose mapping has a variable that is absent, which AWS does not document. */
export type AbsentMapping = 'client' | 'empty' | 'dash' | 'expression';

export const ABSENT_MAPPINGS: readonly AbsentMapping[] = ['client', 'empty', 'dash', 'expression'];

/** No client knows it before: as long as those of HTTP APIs are. */
export function requestId(): string {
  return `${Math.random().toString(36).slice(2).padEnd(15, 'x').slice(0, 15)}=`;
}

/**
 * A header as it is mapped: one variable, or a text with variables in braces.
 *
 * @returns undefined if it stays as the client has sent it
 */
export function mappedHeader(
  expression: string,
  variable: (name: string) => string | undefined,
  absent: AbsentMapping,
): string | undefined {
  let dropped = false;
  const fill = (name: string, written: string): string => {
    const value = variable(name);
    if (value !== undefined) return value;
    dropped ||= absent === 'client';
    return { client: '', empty: '', dash: '-', expression: written }[absent];
  };
  const text = expression.includes('${')
    ? expression.replace(/\$\{([^}]+)\}/g, (written, name: string) => fill(name, written))
    : fill(expression.replace(/^\$/, ''), expression);
  // No header ends in a space.
  return dropped ? undefined : text.trimEnd();
}

/** The value of a variable such as `$context.domainName`. */
export function contextVariable(name: string, request: ClientRequest, whole: string): string | undefined {
  switch (name.replace(/^\$/, '')) {
    case 'context.identity.sourceIp':
      return request.address ?? CLIENT_ADDRESS;
    case 'context.domainName':
      return request.host ?? request.apiHost ?? API_HOST;
    // "The request path. For example, /{stage}/root/child.":
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
    case 'context.path':
      return whole;
    case 'context.requestId':
      return requestId();
    default:
      if (!/^\$?context\.(authorizer\.|identity\.(userArn|apiKeyId)$)/.test(name))
        throw new Error(`API Gateway's stand-in does not know the variable ${name}`);
      return request.context?.[name.replace(/^\$?context\./, '')];
  }
}

/** The path, and the query with its question mark if there is one. */
export function splitQuery(pathAndQuery: string): readonly [path: string, query: string] {
  const at = pathAndQuery.indexOf('?');
  return at < 0 ? [pathAndQuery, ''] : [pathAndQuery.slice(0, at), pathAndQuery.slice(at)];
}

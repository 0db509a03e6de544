import { CONTEXT_HEADER_PREFIX } from './edge-headers';
import type { EdgeAuthorizer, EdgeTopology, Topology } from './topology';

/** Names of the headers in which the gateway service of an edge says who the client is, in lower case, sorted. */
export function identityHeadersOf({ authorizers }: Pick<EdgeTopology, 'authorizers'>): readonly string[] {
  return sorted(authorizers.flatMap(({ identityHeaders = [] }) => identityHeaders.map(({ header }) => header)));
}

/**
 * Those of all edges of a system. Every edge and every load balancer takes them off its clients' requests: a service behind two of them
 * could not tell whose word a header is, nor could a service that is called by one behind the other.
 */
export function identityHeadersOfAll({ edges }: Pick<Topology, 'edges'>): readonly string[] {
  return sorted(edges.flatMap(identityHeadersOf));
}

/** By which services learn who the client is, with those that a load balancer itself sets: no trailer may have such a name. */
export function toldOfClients(topology: Pick<Topology, 'edges'>): readonly string[] {
  const logins = topology.edges.some((edge) => sessionCookiesOf(edge).length > 0);
  return sorted([...identityHeadersOfAll(topology), ...(logins ? LOGIN_HEADERS : [])]);
}

/**
 * In which API Gateway says what it knows of the client as `$context.<variable>`, by these variables. A name is made of its variable alone:
 * while an edge is deployed, its API and its gateway service know different ones, and neither must take one for another.
 */
export function contextHeadersOf({ authorizers }: Pick<EdgeTopology, 'authorizers'>): Readonly<Record<string, string>> {
  const variables = authorizers.flatMap(({ identityHeaders = [] }) =>
    identityHeaders.flatMap(({ from, value }) => (from === 'context' ? value : [])),
  );
  return Object.fromEntries(sorted(variables).map((variable) => [variable, `${CONTEXT_HEADER_PREFIX}${asHeader(variable)}`]));
}

/** Variables have upper and lower case, headers do not: what is neither a small letter nor a digit is written as its code. */
function asHeader(variable: string): string {
  return variable.replace(/[^a-z0-9]/g, (character) => `-${character.charCodeAt(0).toString(16)}`);
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

/** How a load balancer has users log in, and knows them again. */
export interface Login {
  /** Absent: a user pool of Amazon Cognito, whose names are known to CDK alone. */
  readonly provider?: LoginProvider;
  readonly scope: string;
  /** Absent: see `sessionCookieOf`. */
  readonly cookieName?: string;
  readonly sessionSeconds: number;
  /** What becomes of a request without a session. */
  readonly otherwise: 'authenticate' | 'deny';
}

/** Texts in which CloudFormation may fill in tokens. */
export interface LoginProvider {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly userInfoEndpoint: string;
  readonly clientId: string;
  /** Of the secret's JSON; absent: the whole secret is the client's. */
  readonly secretField?: string;
}

/** In which a load balancer says who has logged in: the claim `sub`. */
export const LOGIN_SUBJECT_HEADER = 'x-amzn-oidc-identity';

/** In which it says, signed, what else it knows of the user. */
export const LOGIN_CLAIMS_HEADER = 'x-amzn-oidc-data';

/**
 * What a load balancer says of users that services get: not the access token, by which they could act for the user elsewhere.
 */
export const LOGIN_HEADERS: readonly string[] = [LOGIN_CLAIMS_HEADER, LOGIN_SUBJECT_HEADER];

/**
 * The name of the cookie that is a session. "Each listener rule with an authenticate action should have a unique cookie name", or whoever
 * is logged in for one of two is so for the other.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
 */
export function sessionCookieOf({ id, login }: Pick<EdgeAuthorizer, 'id' | 'login'>): string | undefined {
  return login === undefined ? undefined : (login.cookieName ?? `AWSELBAuthSessionCookie-${id}`);
}

/** Those of an edge, sorted: the load balancer lets in whoever has one. */
export function sessionCookiesOf({ authorizers }: Pick<EdgeTopology, 'authorizers'>): readonly string[] {
  return sorted(authorizers.flatMap((authorizer) => sessionCookieOf(authorizer) ?? []));
}

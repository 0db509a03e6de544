import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { CLIENT_ADDRESS } from '../../programs/emulator/api-gateway/client-request';
import { Wiring } from '../../programs/emulator/api-gateway/wiring';
import type { ListenerRule } from '../../programs/emulator/load-balancer/listener';
import { httpsListeners, portsOf, ruleFor, rulesOf } from '../../programs/emulator/load-balancer/listener';
import { BALANCER_HOST, forwarded } from './load-balancer';
import type { ClientRequest } from './load-balancer';
import { jws } from './issuer';
import type { SigningKey } from './issuer';
import type { Cluster, HttpClient, HttpOutcome, JsonObject, WebSocketOutcome } from './runner';
import { Fields, talk } from './runner';

/** Keys of issuers, by the URLs at which they publish them. */
export type PublishedKeys = Readonly<Record<string, SigningKey>>;

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly location?: string;
}

interface LoggedIn {
  readonly kind: 'logged in';
  readonly headers: Readonly<Record<string, string>>;
}

/** @property added headers of the load balancer */
type Decision = Answered | { readonly kind: 'sent'; readonly port: number; readonly added?: Readonly<Record<string, string>> };

/** Who has logged in: by name and value of a session cookie. */
export type Sessions = ReadonlyMap<string, Readonly<Record<string, unknown>> & { readonly sub: string }>;

/** What the load balancer signs claims of users with. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html */
const CLAIMS_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' });

type Asked = Pick<ClientRequest, 'method' | 'path' | 'headers'>;

/**
 * The load balancer of an edge: chooses a rule of its listener, does what the rule says, and sends to the target group, from inside the
 * VPC, in its own security group. What it chooses, a test can also choose against it: `port`.
 */
export class EdgeListener {
  private constructor(
    readonly client: HttpClient,
    private readonly cluster: Cluster,
    private readonly keys: PublishedKeys,
    /** In the order of their priorities; the default one is the last. */
    private readonly rules: readonly ListenerRule[],
    /** Of the gateway, by the logical IDs of target groups. */
    readonly ports: ReadonlyMap<string, number>,
    readonly gateway: string,
    private readonly wiring: Wiring,
    private readonly sessions: Sessions,
  ) {}

  static async open(cluster: Cluster, keys: PublishedKeys, sessions: Sessions = new Map()): Promise<EdgeListener> {
    const wiring = new Wiring(cluster.template);
    const [listener] = httpsListeners(wiring);
    if (listener === undefined) throw new Error('the template has no listener for HTTPS');
    const balancer = wiring.behind(listener, 'LoadBalancerArn');
    if (balancer === undefined) throw new Error('the listener is of no load balancer of the template');
    const behind = wiring.all('ECS::Service').find(({ properties }) => properties['LoadBalancers'] !== undefined);
    if (behind === undefined) throw new Error('no ECS service is behind the load balancer');
    const client = await cluster.client({ name: 'edge', securityGroups: wiring.securityGroups(balancer, 'SecurityGroups') });
    return new EdgeListener(client, cluster, keys, rulesOf(wiring, listener), portsOf(wiring, behind), behind.id, wiring, sessions);
  }

  /** The port of an authorizer. */
  portOf(authorizer: string): number {
    const found = [...this.ports].find(([id]) => id.includes(`Targets${authorizer}`));
    if (found === undefined) throw new Error(`no target group of the authorizer "${authorizer}"`);
    return found[1];
  }

  /** @param port that of another rule than the one which fits */
  async send(request: ClientRequest, port?: number): Promise<HttpOutcome | Answered> {
    const decision = port === undefined ? this.decide(request) : ({ kind: 'sent', port } as const);
    if (decision.kind === 'answered') return decision;
    const { path, host = BALANCER_HOST, headers = {}, ...rest } = request;
    return this.client.attempt({
      ...rest,
      url: `http://${host}${path}`,
      connectTo: { host: this.address, port: decision.port },
      headers: { host, ...forwarded({ ...headers, ...decision.added }) },
    });
  }

  /** "Application Load Balancers provide native support for WebSockets": https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html */
  async open(path: string, messages: readonly string[], headers: Readonly<Record<string, string>> = {}): Promise<WebSocketOutcome> {
    const decision = this.decide({ method: 'GET', path, headers });
    if (decision.kind === 'answered') return { open: false, echoes: [] };
    return talk(this.client.endpoint, {
      url: `ws://${this.address}:${decision.port}${path}`,
      headers: { ...headers, 'x-forwarded-for': CLIENT_ADDRESS, 'x-forwarded-proto': 'https' },
      messages,
    });
  }

  get address(): string {
    return this.cluster.tasks('gateway')[0].address;
  }

  decide(request: Asked): Decision {
    let added: Readonly<Record<string, string>> = {};
    const host = 'host' in request && typeof request.host === 'string' ? request.host : BALANCER_HOST;
    const rule = ruleFor(this.rules, { ...request, headers: { host, ...request.headers } });
    for (const properties of rule?.actions ?? []) {
      const action = Fields.of(properties, 'Action');
      const type = action.text('Type');
      if (type === 'jwt-validation') {
        if (!this.verified(action.child('JwtValidationConfig')!, request)) return { kind: 'answered', status: 401 };
      } else if (type === 'authenticate-oidc') {
        const user = this.loggedIn(action.child('AuthenticateOidcConfig')!, request);
        if (user.kind === 'answered') return user;
        added = user.headers;
      } else if (type === 'fixed-response') {
        return { kind: 'answered', status: Number(action.child('FixedResponseConfig')!.text('StatusCode')) };
      } else if (type === 'forward') {
        const port = this.ports.get(this.wiring.resolver.referenced(properties['TargetGroupArn']) ?? '');
        if (port === undefined) throw new Error('a rule forwards to a target group without targets');
        return { kind: 'sent', port, added };
      } else throw new Error(`the stand-in knows no action ${type}`);
    }
    throw new Error('a rule forwards to nobody');
  }

  /**
   * "The load balancer checks for an authentication session cookie in the request headers. If the cookie is not present, the load balancer
   * redirects the user to the IdP authorization endpoint"; with `deny` it "returns an HTTP 401". With one it "adds" headers.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
   */
  private loggedIn(config: Fields, { headers = {} }: Asked): Answered | LoggedIn {
    const name = `${config.text('SessionCookieName')}-0`;
    const cookies = [headers['cookie']].flat().flatMap((line) => (line ?? '').split('; '));
    const user = cookies.filter((cookie) => cookie.startsWith(`${name}=`)).map((cookie) => this.sessions.get(cookie))[0];
    if (user !== undefined)
      return {
        kind: 'logged in',
        headers: {
          'x-amzn-oidc-accesstoken': 'access-token',
          'x-amzn-oidc-identity': user.sub,
          'x-amzn-oidc-data': jws({ alg: 'ES256', kid: 'one', client: config.text('ClientId') }, user, (text) =>
            sign('sha256', Buffer.from(text), { key: CLAIMS_KEY.privateKey, dsaEncoding: 'ieee-p1363' }),
          ),
        },
      };
    if (config.text('OnUnauthenticatedRequest') === 'deny') return { kind: 'answered', status: 401 };
    const query = new URLSearchParams({
      client_id: config.text('ClientId'),
      redirect_uri: `https://${BALANCER_HOST}/oauth2/idpresponse`,
      response_type: 'code',
      scope: config.text('Scope'),
    });
    return { kind: 'answered', status: 302, location: `${config.text('AuthorizationEndpoint')}?${query.toString()}` };
  }

  /**
   * "ALB will validate the token signature and requires two mandatory claims: 'iss' (issuer) and 'exp' (expiration)": of RS256 alone.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html
   */
  private verified(config: Fields, { headers = {} }: Asked): boolean {
    const [, token = ''] = /^Bearer (.+)$/.exec([headers['authorization']].flat().join()) ?? [];
    const [head = '', body = '', signature = ''] = token.split('.');
    const key = this.keys[config.text('JwksEndpoint')];
    if (key === undefined || signature === '') return false;
    const decoded = (part: string): JsonObject => JSON.parse(Buffer.from(part, 'base64url').toString()) as JsonObject;
    if (decoded(head)['alg'] !== 'RS256') return false;
    if (!verify('sha256', Buffer.from(`${head}.${body}`), key.pem, Buffer.from(signature, 'base64url'))) return false;
    const claims = decoded(body);
    if (claims['iss'] !== config.text('Issuer') || Number(claims['exp']) * 1000 <= Date.now()) return false;
    return config.objects('AdditionalClaims').every((claim) => {
      const value = claims[claim.text('Name')];
      return Array.isArray(value) && claim.texts('Values').some((each) => value.includes(each));
    });
  }
}

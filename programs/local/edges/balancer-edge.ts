import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, request as send, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect, isIP } from 'node:net';
import type { AuthorizerModel } from '../../emulator/api-gateway/authorizers';
import type { EdgeListenerModel } from '../../emulator/load-balancer/listener';
import { ruleFor } from '../../emulator/load-balancer/listener';
import { Fields } from '../../emulator/template/fields';
import type { Headers } from './http-messages';
import { asNode, passedOn } from './http-messages';
import type { Claims, LocalIssuer } from './local-issuer';
import { whyNotNow } from './local-issuer';

export interface BalancerWorld {
  readonly listener: () => EdgeListenerModel;
  readonly issuer: LocalIssuer;
  /** The address of a healthy task of the gateway service; undefined: there is none. */
  readonly target: () => string | undefined;
}

type Decision = { readonly status: number; readonly text: string } | { readonly port: number };

/** An edge that is an Application Load Balancer. */
export class BalancerEdge {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    private readonly world: BalancerWorld,
    private readonly port: number,
  ) {}

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const decision = this.decide(request);
    const address = this.world.target();
    if ('status' in decision) answer(response, decision.status, decision.text);
    else if (address === undefined) answer(response, 503, 'The gateway service has no healthy task.');
    else await this.pass(request, response, address, decision.port);
  }

  /** A WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const decision = this.decide(request);
    const address = this.world.target();
    const refuse = (status: number): void => {
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    };
    if ('status' in decision || address === undefined) {
      refuse('status' in decision ? decision.status : 503);
      return;
    }
    const target = connect(decision.port, address, () => {
      const {
        method,
        url,
        headers: { upgrade = 'websocket' },
      } = request;
      const lines = Object.entries({ ...this.headersOf(request), connection: 'Upgrade', upgrade }).flatMap(([name, value]) =>
        [value].flat().map((each) => `${name}: ${each}\r\n`),
      );
      target.write(`${method} ${url} HTTP/1.1\r\n${lines.join('')}\r\n`);
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => {
      if (target.bytesRead === 0) refuse(502);
      else socket.destroy();
    });
    socket.on('error', () => target.destroy());
    socket.on('close', () => target.destroy());
  }

  close(): void {
    this.agent.destroy();
  }

  private decide(request: IncomingMessage): Decision {
    const { method = 'GET', url = '/', headers } = request;
    const { rules, hosts, ports, wiring } = this.world.listener();
    const rule = ruleFor(rules, { method, path: url, headers: { ...headers, host: calledHost(request, hosts) } });
    // On a listener of the user's own there may be other rules, which lead elsewhere.
    if (rule === undefined) return { status: 404, text: `The edge has no rule for this host: it takes ${hosts.join(', ')}.` };
    for (const properties of rule.actions) {
      const action = Fields.of(wiring.resolver.resolve(properties), 'Action');
      const type = action.text('Type');
      if (type === 'forward') {
        const port = ports.get(wiring.resolver.referenced(properties['TargetGroupArn']) ?? '');
        return port === undefined ? { status: 503, text: 'A rule forwards to a target group without targets.' } : { port };
      }
      if (type === 'fixed-response') return fixed(action.child('FixedResponseConfig'));
      const config = action.child('JwtValidationConfig');
      if (type !== 'jwt-validation' || config === undefined)
        return { status: 501, text: `The action ${type} of a listener's rule is not emulated yet.` };
      if (!isGood(config, this.claimsIn(request))) return { status: 401, text: 'Unauthorized' };
    }
    return { status: 503, text: 'No rule of the listener forwards this.' };
  }

  private claimsIn({ headers: { authorization = '' } }: IncomingMessage): Claims | undefined {
    const [, token = ''] = /^Bearer (.+)$/.exec(authorization) ?? [];
    return this.world.issuer.claimsOf(token);
  }

  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html */
  private headersOf(request: IncomingMessage): Headers {
    const { headers, socket } = request;
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const { 'x-forwarded-for': claimed, 'x-amzn-trace-id': trace = traceId() } = headers;
    return {
      ...passedOn(request, ['host', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'x-amzn-trace-id', 'expect']),
      host: calledHost(request, this.world.listener().hosts),
      'x-forwarded-for': [[claimed ?? []].flat().join(', '), address].filter((each) => each !== '').join(', '),
      // As clients see it: whoever makes URLs of it makes those that work.
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(this.port),
      'x-amzn-trace-id': [trace].flat().join(),
    };
  }

  private async pass(request: IncomingMessage, response: ServerResponse, host: string, port: number): Promise<void> {
    const { idleSeconds } = this.world.listener();
    return new Promise((resolve) => {
      const { method, url: path } = request;
      const options = { host, port, method, path, headers: asNode(this.headersOf(request)), agent: this.agent };
      const sent = send({ ...options, timeout: idleSeconds * 1000 }, (arrived) => {
        response.writeHead(arrived.statusCode ?? 502, asNode(passedOn(arrived))).flushHeaders();
        arrived.pipe(response);
        arrived.on('error', () => response.destroy());
        arrived.on('close', resolve);
      });
      let isLate = false;
      sent.on('timeout', () => {
        isLate = true;
        sent.destroy(new Error('late'));
      });
      sent.on('error', () => {
        if (response.headersSent) response.destroy();
        else answer(response, isLate ? 504 : 502, STATUS_CODES[isLate ? 504 : 502] ?? '');
        resolve();
      });
      response.on('close', () => sent.destroy());
      request.pipe(sent);
    });
  }
}

/** By which a client calls. Names of this machine stand for the first host of an edge that wants one, which DNS leads elsewhere. */
function calledHost({ headers: { host = 'localhost' } }: IncomingMessage, [first]: readonly string[]): string {
  const name = host.replace(/:\d+$/, '');
  const isLocal = name === 'localhost' || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
  return first !== undefined && isLocal ? first.replace('*', 'local') : host;
}

function fixed(config: Fields | undefined): Decision {
  return { status: Number(config?.text('StatusCode') ?? 503), text: config?.optionalText('MessageBody') ?? '' };
}

/** Whose tokens rules of a listener ask for: by their issuers, since they have no names. */
export function listenerAuthorizers({ rules, wiring }: EdgeListenerModel): readonly AuthorizerModel[] {
  const found = rules
    .flatMap(({ actions }) => actions)
    .flatMap((action) => Fields.of(wiring.resolver.resolve(action), 'Action').child('JwtValidationConfig') ?? [])
    .map((config): AuthorizerModel => {
      const audience =
        config
          .objects('AdditionalClaims')
          .find((claim) => claim.text('Name') === 'aud')
          ?.texts('Values') ?? [];
      const issuer = config.text('Issuer');
      const sources = [{ place: 'header', name: 'Authorization' }] as const;
      return { id: issuer, name: issuer, kind: 'jwt', sources, issuers: [issuer], audience };
    });
  return [...new Map(found.map((each) => [each.id, each])).values()];
}

/**
 * "ALB will validate the token signature and requires two mandatory claims: 'iss' (issuer) and 'exp' (expiration)":
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html
 */
function isGood(config: Fields, claims: Claims | undefined): boolean {
  if (claims === undefined || whyNotNow(claims) !== undefined || claims['iss'] !== config.text('Issuer')) return false;
  return config.objects('AdditionalClaims').every((claim) => {
    const value = claims[claim.text('Name')];
    const held = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
    return claim.texts('Values').some((each) => held.includes(each));
  });
}

function traceId(): string {
  return `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', server: 'awselb/2.0' }).end(`${text}\n`);
}

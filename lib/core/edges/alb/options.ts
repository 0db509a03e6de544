import { defined } from '../../defined';
import { ALB } from '../../limits/network';
import { rangeOf } from '../../limits/limit';
import type { EdgeRoute } from '../../model/topology';
import { covers } from '../../model/edge-names';
import { isHostName } from '../../reading/check-host';
import { Unresolved } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { STRINGS } from '../../reading/reader';
import { RESERVED_PRIORITIES } from '../priorities';
import { rulesOf } from './rules';

/** Of the load balancer; what is a construct, render looks up. */
export interface LoadBalancerOptions {
  /** Whether clients speak HTTPS. */
  readonly https: boolean;
  /** By which clients call, if not by the name that AWS gives the load balancer. Text in which CloudFormation may fill in tokens. */
  readonly domainName?: string;
  /** What is made; absent: the user brings it. */
  readonly made?: {
    readonly internetFacing: boolean;
    readonly deletionProtection: boolean;
  };
  readonly idleSeconds: number;
  /** By which clients call, as conditions of rules: names, or `*.` with the rest of one. Absent: any. */
  readonly hosts?: readonly string[];
  /** Of a listener that the user brings, of which the edge has this priority and those after it. Absent: it makes one. */
  readonly firstPriority?: number;
}

const OF_LISTENER = 'API Gateway has no listener of yours';
const NO_BALANCER = 'API Gateway is in front, and not a load balancer';

/** With why API Gateway does not have them. */
export const OPTIONS: Readonly<Record<string, string>> = {
  certificate: `${OF_LISTENER}: its own names have certificates of AWS, and a domain has its own`,
  plainHttp: `${OF_LISTENER}: it always speaks HTTPS`,
  sslPolicy: OF_LISTENER,
  domainName: 'it has domain',
  loadBalancer: NO_BALANCER,
  listener: NO_BALANCER,
  hosts: 'it takes requests by the names that lead to it: its own, and that of domain',
  firstPriority: 'it has no rules of a listener',
  internetFacing: NO_BALANCER,
  deletionProtection: NO_BALANCER,
  accessLogBucket: 'it writes access logs into a log group',
  idleTimeout: 'it has timeout',
};

/** What AWS gives a load balancer that says nothing of it. */
const DEFAULT_IDLE_SECONDS = 60;

/** What belongs to a load balancer, or to a listener that the edge makes. */
const OF_LISTENER_MADE = ['loadBalancer', 'certificate', 'sslPolicy', 'domain', 'firewall'] as const;

/** A rule has 5 values of conditions, of which a method and a path need two. */
const MAX_HOSTS = ALB.conditionValues.value - 2;

const OF_MADE = ['internetFacing', 'ipAddressType', 'deletionProtection', 'accessLogBucket', 'idleTimeout'] as const;

export function parseLoadBalancer(at: Reader, routes: readonly EdgeRoute[]): LoadBalancerOptions {
  const given = !at.field('loadBalancer').absent || !at.field('listener').absent;
  at.field('loadBalancer').checkInstance('an elbv2.IApplicationLoadBalancer', ['loadBalancerArn', 'connections', 'loadBalancerDnsName']);
  at.field('accessLogBucket').checkInstance('an s3.IBucket', ['bucketArn', 'bucketName']);
  if (given)
    for (const name of OF_MADE)
      if (!at.field(name).absent)
        at.field(name).fail('CONFLICT', 'it is a setting of the load balancer that is made, and this one is your own', {
          got: null,
          fix: 'remove it, and set it where you make the load balancer',
        });
  const hosts = parseHosts(at.field('hosts'));
  const firstPriority = parseListener(at);
  const https = parseProtocol(at, routes);
  const idleSeconds = at.field('idleTimeout').seconds(rangeOf(ALB.idleTimeout)) ?? DEFAULT_IDLE_SECONDS;
  if (!given) checkTimeouts(at, routes, idleSeconds);
  const literal = nameAmong(at, hosts);
  if (hosts !== undefined) checkRuleCount(at, routes, hosts);
  return {
    https,
    idleSeconds,
    ...defined({
      hosts,
      firstPriority,
      domainName: parseDomainName(at.field('domainName')) ?? literal,
      made: given
        ? undefined
        : {
            internetFacing: at.field('internetFacing').boolean() ?? true,
            deletionProtection: at.field('deletionProtection').boolean() ?? false,
          },
    }),
  };
}

/** @returns the first priority of the edge on it; undefined: the edge makes a listener of its own */
function parseListener(at: Reader): number | undefined {
  const listener = at.field('listener');
  const priority = at.field('firstPriority');
  const first = priority.number({ min: 1, max: ALB.priority.value - RESERVED_PRIORITIES + 1 });
  if (listener.absent) {
    if (!priority.absent)
      priority.fail('NO_EFFECT', 'on the listener that the edge makes, its rules begin with 1', { got: null, fix: 'remove it' });
    return undefined;
  }
  listener.checkInstance('an elbv2.IApplicationListener', ['listenerArn', 'connections', 'registerConnectable()']);
  for (const name of OF_LISTENER_MADE)
    if (!at.field(name).absent)
      at.field(name).fail('CONFLICT', 'the edge adds rules to a listener of your own, whose load balancer is yours, too', {
        got: null,
        fix: `remove it, or listener${name === 'domain' ? ': domainName is the name by which clients call' : ''}`,
      });
  if (at.field('hosts').absent)
    at.field('hosts').fail('MISSING', 'on a listener of your own, other hosts are not the business of the edge', {
      got: null,
      fix: "name those that are, such as hosts: ['api.example.com']",
    });
  if (priority.absent)
    priority.fail('MISSING', 'two rules of a listener cannot have one priority', {
      got: null,
      fix: `set it, such as firstPriority: 1000: the edge takes the ${RESERVED_PRIORITIES} priorities from there on`,
    });
  return first;
}

/** A condition of a rule: what else it has must have room beside it. */
function parseHosts(at: Reader): readonly string[] | undefined {
  if (at.absent) return undefined;
  const items = at.items(STRINGS);
  const hosts = items.flatMap((item) => item.required('a host', "name one, such as 'api.example.com'").string() ?? []);
  if (Array.isArray(at.value) && items.length === 0)
    at.fail('MISSING', 'with no host in it, nobody could call the edge', { fix: 'name one, or remove it' });
  if (hosts.length > MAX_HOSTS)
    at.fail('OUT_OF_RANGE', `there are ${hosts.length} hosts`, {
      got: null,
      allowed: `at most ${MAX_HOSTS}, beside which a rule has room for a method and a path`,
      fix: "use a wildcard, such as '*.example.com', or a second edge (edges)",
    });
  const valid = hosts.filter((host, index) => checkHost(items[index] ?? at, host, hosts.indexOf(host) < index));
  return valid.length === hosts.length ? hosts : [];
}

function checkHost(at: Reader, host: string, isTwin: boolean): boolean {
  const longest = ALB.pathPattern.value;
  const isHost = isHostName(host.replace(/^\*\./, '')) && /\.[a-z]+$/.test(host) && host.length <= longest;
  if (!isHost)
    at.fail('INVALID_NAME', 'is not the name of a host', {
      allowed: `a name such as "api.example.com", or "*.example.com" for all below it, at most ${longest} characters`,
    });
  else if (isTwin) at.fail('DUPLICATE', 'the host is there twice', { fix: 'remove one of the two' });
  return isHost && !isTwin;
}

/** Clients that call by a name for which there is no rule would get 404. */
function nameAmong(at: Reader, hosts: readonly string[] | undefined): string | undefined {
  if (hosts === undefined || hosts.length === 0) return undefined;
  const given = [at.field('domainName'), at.field('domain').field('domainName')].find((field) => typeof field.value === 'string');
  if (given !== undefined && !hosts.some((host) => covers(host, String(given.value))))
    given.fail('CONFLICT', 'clients that call by this name would get 404: it is none of hosts', { fix: 'add it to hosts' });
  if (!at.field('domain').absent || !at.field('domainName').absent) return undefined;
  const name = hosts.find((host) => !host.startsWith('*'));
  return (
    name ??
    at.field('domainName').fail('MISSING', 'hosts are patterns, so it is not known by which name clients call', {
      got: null,
      fix: `set it, such as domainName: '${hosts[0]?.replace('*', 'api')}'`,
    })
  );
}

function checkRuleCount(at: Reader, routes: readonly EdgeRoute[], hosts: readonly string[]): void {
  const count = rulesOf(routes, !at.field('cors').absent, { hosts, firstPriority: 1 }).length;
  if (count > RESERVED_PRIORITIES)
    at.field('routes').fail('OUT_OF_RANGE', `these routes need ${count} rules`, {
      got: null,
      allowed: `at most ${RESERVED_PRIORITIES} on a listener that others use, too`,
      fix: 'use greedy paths such as {proxy+}, or let routes that stand beside each other have one authorizer',
    });
}

function parseProtocol(at: Reader, routes: readonly EdgeRoute[]): boolean {
  const certificate = at.field('certificate');
  const plainAt = at.field('plainHttp');
  at.field('sslPolicy').string();
  certificate.checkInstance('an acm.ICertificate', ['certificateArn']);
  const plain = plainAt.boolean() === true;
  if (!at.field('domain').absent) {
    checkDomain(at);
    return true;
  }
  if (plain && !certificate.absent)
    plainAt.fail('CONFLICT', 'with a certificate clients speak HTTPS, and requests by HTTP are sent there', {
      got: null,
      fix: 'remove it, or the certificate',
    });
  if (!at.field('listener').absent) {
    if (plain) checkPlain(at, routes);
    return !plain;
  }
  if (certificate.absent && !plain)
    certificate.fail('MISSING', 'clients would speak HTTP, which anybody on the way can read and change', {
      got: null,
      fix: 'set domain, or certificate to one of AWS Certificate Manager; or, where nothing is secret, plainHttp: true',
    });
  if (plain && certificate.absent) checkPlain(at, routes);
  if (plain && !at.field('sslPolicy').absent)
    at.field('sslPolicy').fail('NO_EFFECT', 'without a certificate there is no TLS', { got: null, fix: 'remove it, or set certificate' });
  return !certificate.absent;
}

function checkPlain(at: Reader, routes: readonly EdgeRoute[]): void {
  if (routes.some(({ authorizer }) => authorizer !== 'none'))
    at.field('plainHttp').fail('CONFLICT', 'a load balancer verifies tokens, and has users log in, on HTTPS alone', {
      got: null,
      fix: `${at.field('listener').absent ? 'set certificate' : 'use a listener that speaks HTTPS'}, or give all routes Authorizer.none()`,
    });
}

/** A domain has its name, its certificate and HTTPS. */
function checkDomain(at: Reader): void {
  for (const name of ['certificate', 'domainName', 'plainHttp'])
    if (!at.field(name).absent && at.field(name).value !== false)
      at.field(name).fail('CONFLICT', 'the edge has a domain, which has a name and a certificate', {
        got: null,
        fix: 'remove it, or domain',
      });
}

function parseDomainName(at: Reader): string | undefined {
  const name = at.text();
  if (name === undefined) return undefined;
  if (!(at.value instanceof Unresolved) && !isHostName(name))
    at.fail('INVALID_NAME', 'is not the name of a host', { allowed: 'a name such as "api.example.com"' });
  return name;
}

/** The load balancer would give up before. */
function checkTimeouts(at: Reader, routes: readonly EdgeRoute[], idleSeconds: number): void {
  const longest = Math.max(0, ...routes.map(({ policy }) => policy?.timeoutSeconds ?? 0));
  if (longest > idleSeconds)
    at.field('idleTimeout').fail(
      'CONFLICT',
      `a timeout is ${longest} seconds, and the load balancer ends a connection without a byte before`,
      {
        got: null,
        allowed: `at least ${longest} seconds`,
        fix: `set idleTimeout: Duration.seconds(${Math.ceil(longest)}), or a shorter timeout`,
      },
    );
}

import { defined } from '../../defined';
import { ALB } from '../../limits/network';
import { rangeOf } from '../../limits/limit';
import type { EdgeRoute } from '../../model/topology';
import { isHostName } from '../../reading/check-host';
import { Unresolved } from '../../reading/input';
import type { Reader } from '../../reading/reader';

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
  internetFacing: NO_BALANCER,
  deletionProtection: NO_BALANCER,
  accessLogBucket: 'it writes access logs into a log group',
  idleTimeout: 'it has timeout',
};

/** What AWS gives a load balancer that says nothing of it. */
const DEFAULT_IDLE_SECONDS = 60;

const OF_MADE = ['internetFacing', 'ipAddressType', 'deletionProtection', 'accessLogBucket', 'idleTimeout'] as const;

export function parseLoadBalancer(at: Reader, routes: readonly EdgeRoute[]): LoadBalancerOptions {
  const given = !at.field('loadBalancer').absent;
  at.field('loadBalancer').checkInstance('an elbv2.IApplicationLoadBalancer', ['loadBalancerArn', 'connections', 'loadBalancerDnsName']);
  at.field('accessLogBucket').checkInstance('an s3.IBucket', ['bucketArn', 'bucketName']);
  if (given)
    for (const name of OF_MADE)
      if (!at.field(name).absent)
        at.field(name).fail('CONFLICT', 'it is a setting of the load balancer that is made, and loadBalancer is one of your own', {
          got: null,
          fix: 'remove it, and set it where you make the load balancer',
        });
  const https = parseProtocol(at, routes);
  const idleSeconds = at.field('idleTimeout').seconds(rangeOf(ALB.idleTimeout)) ?? DEFAULT_IDLE_SECONDS;
  if (!given) checkTimeouts(at, routes, idleSeconds);
  return {
    https,
    idleSeconds,
    ...defined({
      domainName: parseDomainName(at.field('domainName')),
      made: given
        ? undefined
        : {
            internetFacing: at.field('internetFacing').boolean() ?? true,
            deletionProtection: at.field('deletionProtection').boolean() ?? false,
          },
    }),
  };
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
  if (certificate.absent && !plain)
    certificate.fail('MISSING', 'clients would speak HTTP, which anybody on the way can read and change', {
      got: null,
      fix: 'set domain, or certificate to one of AWS Certificate Manager; or, where nothing is secret, plainHttp: true',
    });
  if (plain && certificate.absent && routes.some(({ authorizer }) => authorizer !== 'none'))
    plainAt.fail('CONFLICT', 'a load balancer verifies tokens, and has users log in, on HTTPS alone', {
      got: null,
      fix: 'set certificate, or give all routes Authorizer.none()',
    });
  if (plain && !at.field('sslPolicy').absent)
    at.field('sslPolicy').fail('NO_EFFECT', 'without a certificate there is no TLS', { got: null, fix: 'remove it, or set certificate' });
  return !certificate.absent;
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

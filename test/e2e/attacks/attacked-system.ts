/** The system that is attacked. */
import { Duration, Size } from 'aws-cdk-lib';
import type { MicroservicesProps, ServiceProps } from '../../../lib';
import { Authorizer, Edge, Protocol, Tracing } from '../../../lib';
import { planSystem } from '../../../lib/core/plan-system';
import { readProps } from '../../../lib/props/read-props';
import { IssueList } from '../../../lib/core/reading/issues';
import { parseTopology } from '../../../lib/core/parse/parse';
import type { Planned } from '../../simulator/planned';
import { simulatedOf } from '../../simulator/planned';
import { image } from '../systems/synthesize';

const HOUR = Duration.hours(1);

export const MAX_BODY = 1000;

/** What rules of `web` let through. */
export const ALLOWED = { methods: ['GET', 'POST'], paths: ['/public/*', '/exact'] };

const image8080 = { image: image('app'), port: 8080 };

const SERVICES: Readonly<Record<string, ServiceProps>> = {
  caller: { ...image8080, calls: ['web', 'limited', 'plain', 'two', 'rpc', 'ledger'] },
  other: { ...image8080, calls: ['web'] },
  web: { ...image8080, allow: [ALLOWED], webSockets: true, calls: ['plain'] },
  limited: {
    ...image8080,
    maxRequestSize: Size.bytes(MAX_BODY),
    rateLimits: {
      login: { requests: 1, per: HOUR, methods: ['POST'], paths: ['/login'] },
      once: { requests: 1, per: HOUR, paths: ['/once'] },
      'of-caller': { requests: 1, per: HOUR, callers: ['caller'], paths: ['/of-caller/*'] },
    },
  },
  plain: image8080,
  two: { ...image8080, protocol: Protocol.HTTP2 },
  rpc: { ...image8080, protocol: Protocol.GRPC, allow: [{ paths: ['/echo.Echo/Say', '/open.Open/*'] }] },
  ledger: { ...image8080, protocol: Protocol.TCP, virtualPort: 7000 },
  // Calls nobody.
  stray: image8080,
};

/** Routes with and without an authorizer that lie beside each other, below each other, and over each other. */
export const ROUTES = {
  'GET /': { service: 'plain' },
  'POST /orders': { service: 'plain' },
  'DELETE /orders': { service: 'plain', authorizer: Authorizer.iam() },
  'GET /orders/{id}': { service: 'plain' },
  'ANY /orders/{id}/admin': { service: 'plain', authorizer: Authorizer.iam() },
  'ANY /files/{proxy+}': { service: 'plain' },
  'GET /files/secret': { service: 'plain', authorizer: Authorizer.iam() },
  'ANY /anything/{proxy+}': { service: 'plain' },
};

export function attackedProps(options: object = {}, services: Readonly<Record<string, object>> = {}): MicroservicesProps {
  const changed = Object.fromEntries(Object.entries(SERVICES).map(([name, props]) => [name, { ...props, ...services[name] }]));
  return { services: changed, edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: ROUTES, ...options }), tracing: Tracing.none() };
}

export function attackedSystem(props: MicroservicesProps = attackedProps()): Planned {
  const issues = new IssueList();
  const topology = parseTopology({ props: readProps(props), defaultName: 'shop' }, issues);
  const plan = planSystem(topology, issues);
  issues.throwIfAny('Stack/Shop');
  return {
    topology,
    plan,
    // Of all that a plan may hold the simulator need not know what is attacked here.
    get system() {
      return simulatedOf(plan, topology);
    },
  };
}

import { Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { client, image, mesh, service, token } from '../../../support/parsing';
import { namespace } from './mistake';
import type { Mistakes } from './mistake';

const orders = { orders: service(), db: service({ protocol: 'tcp', port: 6379 }), mail: { image } };
const external = { stripe: { host: 'api.stripe.com' } };
const system = (report: unknown, more: Raw = {}, services: Raw = orders): Raw => mesh(services, { clients: { report }, ...more });
const calls = (...names: readonly unknown[]): Raw => client({ calls: names });
const good = calls('orders');
const edge = { kind: 'http', authorizer: { kind: 'none' }, routes: { 'ANY /{proxy+}': { service: 'orders' } } };
const rewritten = {
  orders: service({
    allow: [{ paths: ['/a'] }],
    routes: [{ name: 'old', match: { path: { kind: 'prefix', text: '/b/' } }, rewrite: { path: { kind: 'prefix', text: '/' } } }],
  }),
};

/** Callers outside of the mesh. */
export const CLIENT_MISTAKES: Mistakes = {
  MISSING: [
    { did: 'gives undefined as a client', props: system(undefined), path: 'clients.report' },
    { did: 'gives a client no role', props: system({ ...good, role: undefined }), path: 'clients.report.role' },
    { did: 'gives a client no connections', props: system({ ...good, connections: undefined }), path: 'clients.report.connections' },
    { did: 'does not say what a client calls', props: system(client()), path: 'clients.report.calls' },
    { did: 'lets a client call nobody', props: system(calls()), path: 'clients.report.calls' },
  ],
  WRONG_TYPE: [
    { did: 'gives a list of clients', props: mesh(orders, { clients: ['report'] }), path: 'clients' },
    { did: 'gives the name of a role', props: system({ ...good, role: 'report' }), path: 'clients.report.role' },
    {
      did: 'gives a function that is in no VPC',
      props: system({ ...good, connections: new Opaque({ functionArn: 'arn' }) }),
      path: 'clients.report.connections',
    },
  ],
  UNKNOWN_PROPERTY: [{ did: 'gives a client an image', props: system({ ...good, image }), path: 'clients.report.image' }],
  INVALID_NAME: [
    { did: 'gives a client a name with capitals', props: mesh(orders, { clients: { Report: good } }), path: 'clients.Report' },
  ],
  NAME_CLASH: [
    { did: 'calls a client as a service is called', props: mesh(orders, { clients: { mail: good } }), path: 'clients.mail' },
    { did: 'calls a client as a job is called', props: system(good, { jobs: { report: { image } } }), path: 'clients.report' },
    {
      did: 'calls a client as an external service is called',
      props: mesh(orders, { external, clients: { stripe: good } }),
      path: 'clients.stripe',
    },
    {
      did: 'calls a client as the gateway of an edge is called',
      props: mesh(orders, { edges: { a: edge }, clients: { 'gateway-a': good } }),
      path: 'clients.gateway-a',
    },
  ],
  RESERVED_NAME: [
    { did: 'calls a client client-gateway', props: mesh(orders, { clients: { 'client-gateway': good } }), path: 'clients.client-gateway' },
    { did: 'calls a client gateway', props: mesh(orders, { clients: { gateway: good } }), path: 'clients.gateway' },
    { did: 'calls a client load-balancer', props: mesh(orders, { clients: { 'load-balancer': good } }), path: 'clients.load-balancer' },
    {
      did: 'calls a service client-gateway beside clients',
      props: system(good, {}, { ...orders, 'client-gateway': service() }),
      path: 'services.client-gateway',
    },
  ],
  UNKNOWN_SERVICE: [{ did: 'lets a client call nobody who is there', props: system(calls('order')), path: 'clients.report.calls[0]' }],
  NO_PORT: [{ did: 'lets a client call a worker', props: system(calls('mail')), path: 'clients.report.calls[0]' }],
  UNSUPPORTED_BY_PROTOCOL: [{ did: 'lets a client call a TCP service', props: system(calls('db')), path: 'clients.report.calls[0]' }],
  DUPLICATE: [
    { did: 'lists a call of a client twice', props: system(calls('orders', 'orders')), path: 'clients.report.calls[1]' },
    { did: 'gives two clients one role', props: mesh(orders, { clients: { a: good, b: good } }), path: 'clients.b.role' },
  ],
  NO_EFFECT: [
    { did: 'sizes the client gateway without clients', props: mesh(orders, { clientGateway: { cpu: 512 } }), path: 'clientGateway' },
  ],
  TOKEN: [{ did: 'lets a client call what only a deployment knows', props: system(calls(token)), path: 'clients.report.calls[0]' }],
  CONFLICT: [
    { did: 'has clients without certificates', props: system(good, { certificates: { kind: 'none' } }), path: 'clients' },
    { did: 'lets a client call an external service', props: system(calls('stripe'), { external }), path: 'clients.report.calls[0]' },
    { did: 'rewrites paths that rules name, for a client', props: system(good, {}, rewritten), path: 'services.orders.allow' },
  ],
  DOMAIN_CLASH: [
    {
      did: 'has a namespace with the names by which clients call',
      props: system(good, { domain: 'shop.internal', namespace: namespace('clients.shop.internal') }),
      path: 'namespace',
    },
  ],
  UNDECLARED_CALL: [
    {
      did: 'names a client in a rule of a service that it does not call',
      props: system(good, {}, { ...orders, other: service({ allow: [{ callers: ['report'] }] }) }),
      path: 'services.other.allow[0].callers[0]',
    },
    {
      did: 'names a client in a rate limit',
      props: system(good, {}, { orders: service({ rateLimits: { few: { requests: 1, callers: ['report'] } } }) }),
      path: 'services.orders.rateLimits.few.callers[0]',
    },
  ],
};

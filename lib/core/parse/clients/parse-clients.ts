import { withoutSpot } from '../workload/parse-capacity';
import { clientsDomain } from '../../contract/client';
import { LOAD_BALANCER_NAME } from '../../model/constants';
import type { Client, ClientGateway } from '../../model/clients';
import { CLIENT_GATEWAY_NAME } from '../../model/clients';
import type { EdgeTopology } from '../../model/topology';
import { isWithin } from '../../reading/check-host';
import { checkLabel } from '../../reading/check-label';
import type { Reader } from '../../reading/reader';
import { failWithoutPort } from '../service/check-worker';
import type { DraftService } from '../service/parse-service';
import { checkReserved, parseCalls, unknownService } from '../service/parse-service';
import type { MeshDefaults } from '../workload/parse-sizing';
import { parseSizing, SIZING_FIELDS } from '../workload/parse-sizing';

export const CLIENT_FIELDS = ['role', 'connections', 'calls'] as const;

/** As of the gateway service of an edge: two tasks, because every request of every client passes here. */
const GATEWAY_SIZE = { cpu: 256, memoryMiB: 512, desiredCount: 2 };

export interface ClientSurroundings {
  readonly services: readonly DraftService[];
  /** Names of external services. */
  readonly external: readonly string[];
  readonly edges: readonly EdgeTopology[];
  readonly defaults: MeshDefaults;
  readonly domain: string;
  readonly discoveryDomain: string;
  /** Whether callers have identities. */
  readonly authenticated: boolean;
}

/** @param root the props of the system */
export function parseClients(root: Reader, surroundings: ClientSurroundings): ClientGateway | undefined {
  const at = root.field('clients');
  const gatewayAt = root.field('clientGateway');
  gatewayAt.checkFields(SIZING_FIELDS);
  const entries = [...at.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) {
    if (!gatewayAt.absent)
      gatewayAt.fail('NO_EFFECT', 'there are no clients', { got: null, fix: 'remove it, or name the callers in clients' });
    return undefined;
  }
  if (!surroundings.authenticated)
    at.fail('CONFLICT', 'without certificates nobody can tell which client calls', {
      got: null,
      fix: 'use Certificates.kms(), or let clients call by an edge',
    });
  const domain = clientsDomain(surroundings.domain);
  checkNames(root, domain, surroundings);
  const clients = entries.flatMap(([name, client]) => parseClient(name, client, surroundings) ?? []);
  checkRoles(entries.map(([, client]) => client.field('role')));
  checkRules(clients, surroundings.services);
  const { defaults } = surroundings;
  const capacityProviders = withoutSpot(defaults.capacityProviders, defaults.capacities);
  return { name: CLIENT_GATEWAY_NAME, clients, domain, sizing: parseSizing(gatewayAt, GATEWAY_SIZE, { ...defaults, capacityProviders }) };
}

function parseClient(name: string, at: Reader, surroundings: ClientSurroundings): Client | undefined {
  checkLabel(name, at, 'a client');
  checkReserved(name, at);
  checkName(name, at, surroundings);
  at.required('an object with role, connections and calls', 'such as { role: fn.role, connections: fn, calls: [...] }');
  if (!at.checkFields(CLIENT_FIELDS)) return undefined;
  at.field('role')
    .required('the IAM role of the client', 'give that of the Lambda function or the instance, such as role: fn.role')
    .checkInstance('an iam.IRole', ['roleArn', 'addToPrincipalPolicy()'], 'give an iam.Role, such as fn.role');
  at.field('connections')
    .required('the connections of the client', 'give the Lambda function, instance or security group, such as connections: fn')
    .checkInstance('an ec2.IConnectable', ['connections'], 'give a Lambda function in a VPC, an instance or a security group');
  const calls = parseCalls(at);
  at.field('calls').required('the services that the client calls', "name at least one, such as calls: ['orders']");
  const { value: listed } = at.field('calls');
  if (Array.isArray(listed) && listed.length === 0)
    at.field('calls').fail('MISSING', 'a client that calls nobody needs nothing of the mesh', {
      got: null,
      fix: 'name a service, or remove the client',
    });
  checkCalls(calls, surroundings);
  return { name, path: at.path, calls: [...new Set(calls.map((call) => call.name))].sort() };
}

/** Services, jobs, gateways and clients have identities of one kind. */
function checkName(name: string, at: Reader, { services, external, edges }: ClientSurroundings): void {
  const fix = 'give one of the two another name';
  const service = services.find((each) => each.name === name);
  const edge = edges.find(({ gatewayName }) => gatewayName === name);
  if (service !== undefined)
    at.fail('NAME_CLASH', `"${name}" is a ${service.job === undefined ? 'service' : 'job'}, too, and both would have one identity`, {
      got: null,
      fix,
    });
  else if (external.includes(name)) at.fail('NAME_CLASH', `"${name}" is an external service, too`, { got: null, fix });
  else if (edge !== undefined)
    at.fail('NAME_CLASH', `"${name}" is the gateway service of ${edge.path}, and both would have one identity`, { got: null, fix });
  else if (name === CLIENT_GATEWAY_NAME || name === LOAD_BALANCER_NAME)
    at.fail('RESERVED_NAME', `rules name ${name === LOAD_BALANCER_NAME ? 'load balancers' : 'all clients together'} as "${name}"`, {
      got: null,
      fix: 'choose another name',
    });
}

/** What means something else once there are clients. */
function checkNames(root: Reader, domain: string, { services, external, discoveryDomain }: ClientSurroundings): void {
  const taken = services.find(({ name }) => name === CLIENT_GATEWAY_NAME);
  const at = taken?.at ?? (external.includes(CLIENT_GATEWAY_NAME) ? root.field('external').field(CLIENT_GATEWAY_NAME) : undefined);
  at?.fail('RESERVED_NAME', `the name "${CLIENT_GATEWAY_NAME}" is taken by the service through which clients call`, {
    got: null,
    fix: 'choose another name',
  });
  if (isWithin(discoveryDomain, domain))
    root
      .field('namespace')
      .fail('DOMAIN_CLASH', `the namespace is called "${discoveryDomain}", and would hide names by which clients call`, {
        got: null,
        fix: 'set domain to another name',
      });
}

function checkCalls(calls: DraftService['calls'], { services, external }: ClientSurroundings): void {
  const seen = new Set<string>();
  for (const { at, name } of calls) {
    const callee = services.find((service) => service.name === name);
    if (external.includes(name))
      at.fail('CONFLICT', `"${name}" is outside of the mesh, as the client is`, { got: null, fix: 'remove it: the client calls its host' });
    else if (callee === undefined)
      unknownService(
        at,
        name,
        services.filter(({ port }) => port !== undefined).map((service) => service.name),
      );
    else if (seen.has(name)) at.fail('DUPLICATE', `"${name}" is listed twice`, { fix: 'remove one' });
    else if (callee.port === undefined) failWithoutPort(at, callee);
    else if (callee.protocol === 'tcp')
      at.fail('UNSUPPORTED_BY_PROTOCOL', `"${name}" speaks TCP, and the client gateway finds a service by the host of a request`, {
        fix: 'call an HTTP or gRPC service, or set loadBalancerTarget of the service and put a Network Load Balancer in front of it',
      });
    seen.add(name);
  }
}

/** A role has one tag that says who it is. */
function checkRoles(roles: readonly Reader[]): void {
  const known = new Map<unknown, string>();
  for (const role of roles) {
    if (role.absent) continue;
    const other = known.get(role.value);
    if (other !== undefined)
      role.fail('DUPLICATE', `it is the role of ${other}, too, and a role proves one identity`, {
        got: null,
        fix: 'give each client a role of its own, or make one client of the two',
      });
    known.set(role.value, other ?? role.path.replace(/\.role$/, ''));
  }
}

/**
 * A rule about paths is kept by the client gateway, for the client, before a route changes the path, and by the service's own Envoy after
 * that, for all clients together. So a route that changes paths could lead one client to what another one may do.
 */
function checkRules(clients: readonly Client[], services: readonly DraftService[]): void {
  for (const service of services) {
    const rewrites = service.policy.routes.findIndex(({ rewrite }) => rewrite?.path !== undefined);
    if (rewrites < 0 || service.rules?.some(({ paths }) => paths !== undefined) !== true) continue;
    const client = clients.find(({ calls }) => calls.includes(service.name));
    if (client === undefined) continue;
    service.at
      .field('allow')
      .fail(
        'CONFLICT',
        `rules name paths, a route rewrites paths, and the client "${client.name}" calls "${service.name}": ` +
          'which of the two paths a rule means for a client cannot be said',
        {
          got: null,
          fix: `name no paths in rules, remove the rewrite of ${service.path}.routes[${rewrites}], or let clients call another service`,
        },
      );
  }
}

/** What the client gateway leads to, as an edge's gateway leads to the targets of its routes. */
export function callsOfClients(gateway: ClientGateway | undefined): readonly (readonly [string, readonly string[]])[] {
  return gateway === undefined ? [] : [[gateway.name, gateway.clients.flatMap(({ calls }) => calls)]];
}

import { LOAD_BALANCER_PORT } from '../model/constants';
import { identityHeadersOfAll } from '../model/identity-headers';
import type { LoadBalancerTarget, Service, Topology } from '../model/topology';
import { callPolicyOf } from '../model/call-policy';
import type { Listener, NetworkFilter } from './api/listener';
import type { RouteAction } from './api/route';
import { APPLICATION_CLUSTER, BUFFER_BYTES } from './clusters';
import { httpConnectionManager } from './http-connection-manager';
import { loadBalancerAuthorization } from './load-balancer/authorization';
import { CLIENT_ADDRESS, credentialsOf, trustOnlyLoadBalancer } from './load-balancer/headers';
import { APPLICATION_IDLE_SECONDS } from './load-balancer/idle';
import { requestTrailers } from './security/trailers';
import { unclearRequests } from './security/unclear-requests';
import { anyMatches, firstOf, toRoutes } from './syntax/matcher';
import { socketAddress } from './syntax/messages';
import { tcpProxy } from './tcp-proxy';
import { compressors } from './traffic/compression';
import { faults } from './traffic/faults';
import { headerChanges } from './traffic/header-changes';
import { requestLimits } from './traffic/header-limits';
import { hideClientMarks, loadBalancerCheckRoutes, passLoadBalancerChecks } from './load-balancer/checks';
import { DRAINED_BY_AGENT } from './traffic/liveness-checks';
import { failuresOfApplication, LOCAL_REPLY_HEADER, UPSTREAM_CONTROL_HEADERS } from './traffic/local-reply-marker';
import { rateLimits } from './traffic/rate-limits';
import { buffer, requestSizeRoutes } from './traffic/request-size';
import { timeouts } from './traffic/timeouts';
import { allowConnect, upgrades } from './traffic/web-sockets';

/** See the name of the inbound listener. */
export const LOAD_BALANCER_LISTENER = '_load-balancer';

/**
 * What load balancers of the user's own reach: the application, as clients that nobody knows. In plain text, since a load balancer has no
 * certificate of the mesh; nobody but its security group gets here.
 */
export function loadBalancerListener(topology: Topology, service: Service, target: LoadBalancerTarget): Listener {
  return {
    name: LOAD_BALANCER_LISTENER,
    // The agent drains it, like all that is inbound.
    traffic_direction: 'INBOUND',
    ...DRAINED_BY_AGENT,
    address: socketAddress('0.0.0.0', LOAD_BALANCER_PORT),
    per_connection_buffer_limit_bytes: BUFFER_BYTES,
    filter_chains: [
      { filters: [service.protocol === 'tcp' ? connections(topology, service) : requests(topology, asTarget(service, target), target)] },
    ],
  };
}

function connections({ tracing }: Topology, service: Service): NetworkFilter {
  return tcpProxy({
    direction: 'load-balancer',
    peer: service.name,
    cluster: APPLICATION_CLUSTER,
    authenticated: false,
    log: { service: service.name, tracing },
    timeouts: [callPolicyOf(undefined, service).timeouts],
    startupSeconds: service.startupTimeoutSeconds,
  });
}

function requests(topology: Topology, service: Service, target: LoadBalancerTarget): NetworkFilter {
  const { protocol, policy } = service;
  const identityHeaders = identityHeadersOfAll(topology);
  // Nobody else keeps the time of these requests.
  const toApplication: RouteAction = {
    cluster: APPLICATION_CLUSTER,
    ...timeouts(callPolicyOf(undefined, service).timeouts, protocol),
    ...upgrades(service),
  };
  return httpConnectionManager({
    peer: service.name,
    direction: 'load-balancer',
    protocol,
    segmentName: service.name,
    tracing: topology.tracing,
    ...(target.kind === 'application' ? { idleSeconds: APPLICATION_IDLE_SECONDS } : {}),
    http2: allowConnect(service),
    requestLimits: requestLimits(policy.headerLimits),
    settings: { ...failuresOfApplication(protocol), ...trustOnlyLoadBalancer(topology, service, target, identityHeaders) },
    routeConfig: {
      ...CLIENT_ADDRESS,
      ...hideClientMarks(target),
      response_headers_to_remove: [LOCAL_REPLY_HEADER, ...UPSTREAM_CONTROL_HEADERS],
    },
    // In the order of the inbound listener's.
    filters: [
      ...passLoadBalancerChecks(target),
      ...requestTrailers(protocol, identityHeaders),
      ...loadBalancerAuthorization(service, target),
      ...rateLimits(topology, service),
      ...faults(topology, service),
      ...buffer(service),
      ...compressors(topology, service),
    ],
    // What stands in front may have chosen by the path as it was written: no path is normalized, and one that could be is refused.
    virtualHosts: [
      {
        name: service.name,
        domains: ['*'],
        ...headerChanges(policy),
        ...firstOf(
          [{ when: anyMatches(unclearRequests()), then: toRoutes([{ match: { prefix: '/' }, direct_response: { status: 400 } }]) }],
          toRoutes([...loadBalancerCheckRoutes(service, target, toApplication), ...requestSizeRoutes(service, toApplication)]),
        ),
      },
    ],
  });
}

/** A filter that names callers means, of a load balancer's requests, all or none. */
type Filter = { readonly callers?: readonly string[]; readonly loadBalancer?: true };

/** The service as load balancers see it: routes are those of callers, and limits and faults may be meant for callers alone. */
function asTarget(service: Service, target: LoadBalancerTarget): Service {
  const { policy } = service;
  const { compression } = policy;
  const credentialHeaders = compression?.credentialHeaders;
  return {
    ...service,
    policy: {
      ...policy,
      routes: [],
      rateLimits: policy.rateLimits.filter(meansTarget).map(ofAll),
      faults: policy.faults.filter(meansTarget).map(ofAll),
      ...(compression === undefined || credentialHeaders === undefined
        ? {}
        : { compression: { ...compression, credentialHeaders: [...credentialHeaders, ...credentialsOf(target)] } }),
    },
  };
}

/** The service as its callers see it: without what is meant for load balancers alone. */
export function asCallee(service: Service): Service {
  if (service.loadBalancerTarget === undefined) return service;
  const { policy } = service;
  return {
    ...service,
    policy: { ...policy, rateLimits: policy.rateLimits.filter(meansCallers), faults: policy.faults.filter(meansCallers) },
  };
}

function meansTarget({ callers, loadBalancer }: Filter): boolean {
  return callers === undefined || loadBalancer === true;
}

function meansCallers({ callers }: Filter): boolean {
  return callers === undefined || callers.length > 0;
}

function ofAll<T extends Filter>(filter: T): Omit<T, 'callers' | 'loadBalancer'> {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- they are left out
  const { callers, loadBalancer, ...rest } = filter;
  return rest;
}

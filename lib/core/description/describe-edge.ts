import { defined } from '../defined';
import { servicesOf } from '../model/route-targets';
import type { EdgeAuthorizer, EdgeRoute, EdgeTopology } from '../model/topology';
import type { AuthorizerDescription, EdgeDescription, RouteDescription, TargetDescription } from './system-description';

export function describeEdge(edge: EdgeTopology): EdgeDescription {
  const { name, path, kind, gatewayName: gateway, group, domain, throttle, clientThrottle, api } = edge;
  return {
    ...{ name, path, kind, gateway },
    ...defined({ stack: group, domain: domain?.name, basePath: domain?.basePath, hosts: api.hosts, throttle }),
    ...(clientThrottle === undefined
      ? {}
      : {
          clientThrottle: {
            ...{ rateLimit: clientThrottle.rateLimit, burstLimit: clientThrottle.burstLimit },
            header: clientThrottle.header,
          },
        }),
    authorizers: edge.authorizers.map(describeAuthorizer),
    routes: edge.routes.map(describeRoute),
    clients: (edge.clients ?? []).map((client) => ({
      name: client.name,
      ...defined({ throttle: client.throttle, quota: client.quota }),
    })),
  };
}

function describeAuthorizer({ id, kind, identity, identityHeaders = [] }: EdgeAuthorizer): AuthorizerDescription {
  return {
    ...{ id, kind },
    ...defined({ identitySource: identity === undefined ? undefined : `${identity.in} ${identity.name}` }),
    identityHeaders: identityHeaders.map(({ header }) => header),
  };
}

function describeRoute(route: EdgeRoute): RouteDescription {
  const { key, method, path, authorizer, scopes, apiKeyRequired, throttle, timeout, streamed, cache, validation } = route;
  return {
    ...{ key, method, path, target: describeTarget(route), authorizer, scopes },
    apiKeyRequired: apiKeyRequired === true,
    ...defined({ throttle, timeoutSeconds: timeout?.seconds }),
    streamed,
    ...defined({ cacheSeconds: cache?.ttlSeconds }),
    validated: validation !== undefined,
  };
}

function describeTarget(route: Pick<EdgeRoute, 'target'>): TargetDescription {
  const { target } = route;
  return {
    kind: target.kind,
    services: servicesOf(route),
    ...(target.kind === 'grpc' ? { method: target.method } : {}),
    ...(target.kind === 'aggregate'
      ? { parts: target.aggregation.parts.map(({ name, service, required }) => ({ name, service, required })) }
      : {}),
  };
}

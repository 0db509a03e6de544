import { servicesBehind } from '../model/callers';
import { aggregationsOf, PART_HEADER } from '../model/aggregation';
import { AGGREGATOR_MEMORY_MIB, GATEWAY_PORT } from '../model/constants';
import { identityHeadersOfAll } from '../model/identity-headers';
import type { EdgeTopology, Topology } from '../model/topology';
import type { HttpConnectionManager, ResponseMapper } from './api/http-connection-manager';
import type { Bootstrap } from './api/bootstrap';
import { bootstrap } from './bootstrap';
import { upstreamClusters } from './clusters';
import { ROUTES_HAVE_THE_LAST_WORD } from './edge/aggregator';
import { clientThrottle } from './edge/client-throttle';
import { corsFilter, corsOfHost } from './edge/cors';
import { grpcFilters } from './edge/grpc';
import { detailedErrors, requestIdFilter, withDetails } from './edge/errors';
import { grpcReplies } from './edge/grpc-replies';
import { edgeHeaders, HEADERS_OF_MESH, trustOnlyApiGateway } from './edge/headers';
import { aggregatorCluster, partsListener } from './parts-listener';
import { identityFilters, identityTrailers, missingKeys } from './edge/identity';
import { responseHeadersFilter, routePolicyFilters } from './edge/route-policy';
import { chooseRoute } from './gateway-routes';
import { issuerClusters } from './issuers';
import { httpConnectionManager } from './http-connection-manager';
import { forwardedPrefix } from './security/forwarded-prefix';
import { message, socketAddress } from './syntax/messages';
import { largestRequestLimits, refuseLongHeaders } from './traffic/header-limits';
import { weightsLayers } from './traffic/versions';

/** The Envoy configuration of the gateway service of an edge, which takes requests from API Gateway. */
export function gatewayBootstrap(topology: Topology, edge: EdgeTopology): Bootstrap {
  const targets = servicesBehind(topology, edge);
  const identityHeaders = identityHeadersOfAll(topology);
  const { gatewayName } = edge;
  const aggregates = aggregationsOf(edge) !== undefined;
  const manager = httpConnectionManager({
    peer: gatewayName,
    direction: 'edge',
    protocol: 'http',
    versions: targets.some((service) => service.versions !== undefined),
    segmentName: gatewayName,
    tracing: topology.tracing,
    settings: {
      ...trustOnlyApiGateway(edge, targets, aggregates ? [PART_HEADER] : [], identityHeaders),
      ...localReplies([...withDetails(edge, missingKeys(edge)), ...grpcReplies(edge), ...detailedErrors(edge)]),
    },
    requestLimits: largestRequestLimits(targets),
    routeConfig: {
      ...(aggregates ? ROUTES_HAVE_THE_LAST_WORD : {}),
      request_headers_to_remove: edgeHeaders(edge),
      response_headers_to_remove: HEADERS_OF_MESH,
    },
    filters: [
      ...requestIdFilter(edge),
      ...responseHeadersFilter(edge),
      ...corsFilter(edge),
      ...identityTrailers(edge, identityHeaders),
      forwardedPrefix(),
      ...identityFilters(edge),
      ...clientThrottle(edge),
      ...refuseLongHeaders('requests', targets),
      ...routePolicyFilters(edge),
      ...grpcFilters(edge),
    ],
    virtualHosts: [
      message({
        name: gatewayName,
        domains: ['*'],
        typed_per_filter_config: corsOfHost(edge),
        ...chooseRoute(edge, targets),
      }),
    ],
  });
  return bootstrap(
    gatewayName,
    { memoryMiB: edge.gateway.memoryMiB, share: 'gateway', takenMiB: aggregates ? AGGREGATOR_MEMORY_MIB : 0 },
    {
      listeners: [
        {
          name: 'edge',
          traffic_direction: 'INBOUND',
          address: socketAddress('0.0.0.0', GATEWAY_PORT),
          filter_chains: [{ filters: [manager] }],
        },
        ...(aggregates ? [partsListener(topology, edge, targets)] : []),
      ],
      clusters: [
        ...targets.flatMap((callee) => upstreamClusters(topology, undefined, callee)),
        ...(aggregates ? [aggregatorCluster()] : []),
        ...issuerClusters(edge),
      ],
    },
    weightsLayers(targets),
  );
}

function localReplies(mappers: readonly ResponseMapper[]): Pick<HttpConnectionManager, 'local_reply_config'> {
  return mappers.length === 0 ? {} : { local_reply_config: { mappers } };
}

// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/config

import type { AccessLogFilters, AccessLoggers } from './access-log';
import type { ClusterTypes } from './cluster';
import type { HttpExchangeInputs, InputMatchers, NetworkInputs } from './generic-matcher';
import type { EarlyHeaderMutations } from './http-connection-manager';
import type { CompressorLibraries, FilterActions, HttpFilters, RouteFilterConfigs } from './http-filters';
import type { FilterChainActions, NetworkFilters } from './listener';
import type { OverloadActions, ResourceMonitors } from './overload';
import type { RouteActions } from './route';
import type { RetryHostPredicates, RetryPriorities } from './route-components';
import type { DownstreamTransportSockets, UpstreamTransportSockets } from './tls';
import type { ResourceDetectors, Tracers } from './tracing';
import type { ProtocolOptions } from './upstream-http';

/** All extensions that are used here, by the names of their types. */
export interface Extensions
  extends
    AccessLogFilters,
    AccessLoggers,
    ClusterTypes,
    CompressorLibraries,
    DownstreamTransportSockets,
    EarlyHeaderMutations,
    FilterActions,
    FilterChainActions,
    HttpFilters,
    HttpExchangeInputs,
    InputMatchers,
    NetworkFilters,
    NetworkInputs,
    OverloadActions,
    ProtocolOptions,
    ResourceDetectors,
    ResourceMonitors,
    RetryHostPredicates,
    RetryPriorities,
    RouteActions,
    RouteFilterConfigs,
    Tracers,
    UpstreamTransportSockets {}

import type { Answer, Exchange } from '../exchange';
import type { Extension } from '../message';
import type { SelectedRoute } from '../routes';
import { limitBody } from './buffer';
import { passCompressor } from './compressor';
import { answerPreflight } from './cors';
import { injectFault } from './fault';
import { takeGrpcWeb, transcode } from './grpc';
import { answerHealthCheck } from './health-check';
import { limitRate } from './local-rate-limit';
import { changeByFilter } from './header-mutation';
import { verifyToken } from './jwt';
import { runScript } from './lua';
import { authorize } from './rbac';
import { keepFilterState } from './set-filter-state';

/** What a filter does: it answers, makes the request wait, or lets it pass (undefined). */
export type Verdict = Answer | { readonly kind: 'delayed'; readonly seconds: number } | undefined;

/** @param override what the route says of this filter */
export type HttpFilter = (
  filter: Extension,
  override: { readonly value: unknown; readonly at: string } | undefined,
  exchange: Exchange,
  selected: SelectedRoute | undefined,
) => Verdict;

export const HTTP_FILTERS: Readonly<Record<string, HttpFilter>> = {
  'envoy.extensions.common.matching.v3.ExtensionWithMatcher': passCompressor,
  'envoy.extensions.filters.http.health_check.v3.HealthCheck': answerHealthCheck,
  'envoy.extensions.filters.http.rbac.v3.RBAC': authorize,
  'envoy.extensions.filters.http.cors.v3.Cors': answerPreflight,
  'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit': limitRate,
  'envoy.extensions.filters.http.fault.v3.HTTPFault': injectFault,
  'envoy.extensions.filters.http.buffer.v3.Buffer': limitBody,
  'envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder': transcode,
  'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb': takeGrpcWeb,
  'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication': verifyToken,
  'envoy.extensions.filters.http.lua.v3.Lua': runScript,
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation': changeByFilter,
  'envoy.extensions.filters.http.set_filter_state.v3.Config': keepFilterState,
};

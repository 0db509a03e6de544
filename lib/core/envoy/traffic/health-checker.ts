import type { HeaderMatcher } from '../api/route-components';

/** The user agent of Envoy's health checks. The gateway refuses it from clients. */
export const HEALTH_CHECKER = 'Envoy/HC';

export const FROM_HEALTH_CHECKER: HeaderMatcher = { name: 'user-agent', string_match: { exact: HEALTH_CHECKER } };

import { Duration } from 'aws-cdk-lib';
import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { RestStagePlan } from '../../../core/edges/rest/plan';
import type { Throttle } from '../../../core/plan/edge-plan';

/** Of the stage. Methods that say nothing of caching are not cached, whatever API Gateway has as default. */
export function cacheOptions({ cache }: RestStagePlan): apigateway.StageOptions {
  return cache === undefined ? {} : { cacheClusterEnabled: true, cacheClusterSize: cache.clusterSize, cachingEnabled: false };
}

/** Of methods, by path and method. */
export function methodOptions({ methodThrottles, cache }: RestStagePlan): Record<string, apigateway.MethodDeploymentOptions> {
  return Object.fromEntries([
    ...Object.entries(methodThrottles).map(([path, throttle]) => [path, throttleOptions(throttle)]),
    ...Object.entries(cache?.methods ?? {}).map(([path, { ttlSeconds, throttle }]) => [
      path,
      {
        ...throttleOptions(throttle),
        cachingEnabled: true,
        cacheTtl: Duration.seconds(ttlSeconds),
        cacheDataEncrypted: cache?.encrypted === true,
      },
    ]),
  ]) as Record<string, apigateway.MethodDeploymentOptions>;
}

/** Of the stage, or of a method. */
export function throttleOptions(throttle: Throttle | undefined): apigateway.MethodDeploymentOptions {
  if (throttle === undefined) return {};
  return { throttlingRateLimit: throttle.rateLimit, throttlingBurstLimit: throttle.burstLimit, metricsEnabled: true };
}

import { REAL_METHODS } from '../../model/edge-routes';
import type { EdgeRoute, Throttle } from '../../model/topology';
import type { CorsPlan } from './cors';

/**
 * The limits of single methods, by path and method. A stage's settings know methods and `*`, but no `ANY`, so an `ANY` route gets one
 * for each method that API Gateway leads to it: not for those that have a route of their own, or a preflight answer.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html
 */
export function methodThrottles(routes: readonly EdgeRoute[], cors: CorsPlan | undefined): Readonly<Record<string, Throttle>> {
  const keyOf = (path: string, method: string): string => `${path}/${method}`;
  const taken = new Set([
    ...routes.map(({ path, method }) => keyOf(path, method)),
    ...(cors?.preflightPaths ?? []).map((path) => keyOf(path, 'OPTIONS')),
  ]);
  return Object.fromEntries(
    routes.flatMap(({ path, method, throttle }) => {
      if (throttle === undefined) return [];
      const keys =
        method === 'ANY' ? REAL_METHODS.map((each) => keyOf(path, each)).filter((key) => !taken.has(key)) : [keyOf(path, method)];
      return keys.map((key) => [key, throttle]);
    }),
  );
}

import type { JsonObject } from '../../model/json';
import type { EdgeCache, EdgeRoute, EdgeTopology, Throttle } from '../../model/topology';
import { defined } from '../../defined';

/** What a stage keeps. */
export interface CachePlan extends EdgeCache {
  /** By path and method, such as `/catalog/{id}/GET`. */
  readonly methods: Readonly<Record<string, MethodCachePlan>>;
}

export interface MethodCachePlan {
  readonly ttlSeconds: number;
  /**
   * The limit of the route, or else that of the stage: settings of a method stand in the place of those of the stage, and AWS does not say
   * that what they leave out is still that of the stage.
   */
  readonly throttle?: Throttle;
}

export function planCache({ cache, routes, throttle }: EdgeTopology): CachePlan | undefined {
  if (cache === undefined) return undefined;
  const kept = routes.flatMap((route) => (route.cache === undefined ? [] : [{ ...route, cache: route.cache }]));
  return {
    ...cache,
    methods: Object.fromEntries(
      kept.map((route): [string, MethodCachePlan] => [
        `${route.path}/${route.method}`,
        { ttlSeconds: route.cache.ttlSeconds, ...defined({ throttle: route.throttle ?? throttle }) },
      ]),
    ),
  };
}

/** What API Gateway looks at in requests of a method. */
export type ValidatorKind = 'parameters' | 'body' | 'bodyAndParameters';

/** What API Gateway must know of a method's requests: their parameters, which there are, which must be there, and which are the key. */
export interface RequestPlan {
  /** Whether it must be there. What is to be mapped, or part of a key, must be declared. */
  readonly methodParameters: Readonly<Record<string, boolean>>;
  readonly validator?: ValidatorKind;
  /** JSON Schema of bodies. */
  readonly bodySchema?: JsonObject;
  readonly cacheKey?: readonly string[];
}

/**
 * Header names are "processed in a case-sensitive way"
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html). If a header by which the authorizer knows a
 * client were not found by its name in the key, all clients would have one key. So a request must have it, as it is spelled in the key.
 */
export function planRequest(pathNames: readonly string[], { cache, validation }: EdgeRoute): RequestPlan {
  const path = pathNames.map((name) => `method.request.path.${name}`);
  const asked = (headers: readonly string[] = [], query: readonly string[] = []): readonly string[] => [
    ...query.map((name) => `method.request.querystring.${name}`),
    ...headers.map((name) => `method.request.header.${name}`),
  ];
  const required = [...asked(cache?.headers.slice(0, cache.identities)), ...asked(validation?.headers, validation?.query)];
  const key = cache === undefined ? undefined : [...path, ...asked(cache.headers, cache.query)];
  const declared = [...path, ...(key ?? []), ...required];
  return {
    methodParameters: Object.fromEntries(declared.map((name) => [name, path.includes(name) || required.includes(name)])),
    ...defined({
      validator: validatorOf(required.length > 0, validation?.body !== undefined),
      bodySchema: validation?.body,
      cacheKey: key,
    }),
  };
}

function validatorOf(parameters: boolean, body: boolean): ValidatorKind | undefined {
  if (!body) return parameters ? 'parameters' : undefined;
  return parameters ? 'bodyAndParameters' : 'body';
}

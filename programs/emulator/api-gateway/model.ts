import type { AbsentMapping, ClientRequest } from './client-request';
import type { Authorize, Demand } from './authorization';
import type { AuthorizerModel } from './authorizers';
import type { CacheEntry } from './parameters';

/** An API of API Gateway, as a template declares it. */
export interface Api {
  readonly kind: 'http' | 'rest';
  /** The name of its edge. */
  readonly edge: string;
  /** The ECS service to which it sends: its logical ID. */
  readonly gateway: string;
  /** What its VPC link is in the VPC. */
  readonly linkSecurityGroups: readonly string[];
  /** What the VPC link, or the load balancer behind it, is in the VPC. */
  readonly securityGroups: readonly string[];
  readonly routes: readonly ApiRoute[];
  readonly authorizers: readonly AuthorizerModel[];
  /** Whether it can be called by its own name. */
  readonly open: boolean;
  /** The paths of its mappings, by the name of the domain. */
  readonly domains: ReadonlyMap<string, string>;
  /** Values of API keys that it accepts, by the names of their usage plans; an HTTP API has none. */
  readonly keys?: ReadonlyMap<string, string>;
  /** The path of its own URL, such as `/prod`; empty if its stage is the default one. */
  readonly stagePath: string;
  /** The route that API Gateway chooses for a path without a query, whatever it asks for. */
  route(method: string, path: string, options?: { readonly ignoresCase: boolean }): ApiRoute | undefined;
  /** @param authorize who may call routes that ask for something @default - by the credentials that the request names */
  take(request: ClientRequest, authorize?: Authorize): Outcome;
}

export interface ApiRoute {
  /** Such as `GET /orders/{id}`. */
  readonly key: string;
  readonly httpMethod: string;
  /** Parts of the path, such as `orders` and `{id}`. Of `$default`, none that could be matched. */
  readonly parts: readonly string[];
  readonly demand: Demand;
}

export type Outcome = Sent | Answered;

/** To the gateway service, with the headers that the integration maps. */
export interface Sent {
  readonly kind: 'sent';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long it waits for the whole response. */
  readonly timeoutMs: number;
  /** Whether it passes the response on as it arrives. */
  readonly streamed: boolean;
  /** What the client gets if the response does not come in time. */
  readonly late: Answered;
  /** Headers that stand in the place of all of CORS in the response. */
  readonly cors?: Readonly<Record<string, string>>;
  /** Present if it keeps the response. */
  readonly cache?: CacheEntry;
}

/** By API Gateway itself. */
export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * What of API Gateway's behaviour AWS's documentation leaves open, so that nothing of ours may depend on either answer. Routes are
 * matched on the path as the client sent it: an API that decodes before it matches asks for the authorizer of the path that
 * it sends, which is the safe order.
 */
export interface Readings {
  /**
   * Whether an HTTP API decodes the path that it sends. "API Gateway decodes URL-encoded request parameters before
   * passing them to your backend integration"
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html); for Lambda functions it
   * decodes the whole path (https://github.com/Worklytics/psoxy/pull/827, https://github.com/honojs/hono/issues/2156). A REST
   * API always decodes the parameters that it maps.
   */
  readonly decodesPaths: boolean;
  /**
   * Whether an HTTP API matches `/orders/` with the route `/orders`. Both have been seen
   * (https://github.com/aws-powertools/powertools-lambda-python/issues/1552, https://github.com/storacha/w3infra/pull/166).
   * A REST API does (https://github.com/aws/aws-sam-cli/pull/1495, https://github.com/aws/chalice/issues/65).
   */
  readonly ignoresTrailingSlashes: boolean;
  /** What becomes of a header whose mapping has a variable that is absent. @default client */
  readonly absent?: AbsentMapping;
}

export const USUAL_READINGS: Readings = { decodesPaths: false, ignoresTrailingSlashes: true };

export function message(status: number, text: string): Answered {
  return { kind: 'answered', status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message: text }) };
}

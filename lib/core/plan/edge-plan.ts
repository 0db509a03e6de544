import type { FirewallPlan, ManagedGroup } from '../model/edge-domain';
import type { Nestable, NestablePath } from '../model/edge-routes';
import type { OpenApiDocument } from '../model/openapi-document';
import type { AuthorizerKind, Cors, DomainPlan, Throttle, TlsPolicy } from '../model/topology';

/** An edge as plain data: its API, and the gateway service to which it leads. */
export interface EdgePlan<Api = unknown> {
  /** As users name it. */
  readonly name: string;
  /** Of the construct below which everything of it stands. */
  readonly constructId: string;
  /** In whose stack it stands, with its gateway service; absent: in that of the system. */
  readonly group?: string;
  /** By which its API is rendered: the ID of its kind. */
  readonly kind: string;
  /** Where its API sends requests: a workload of the plan, and the port of its Envoy. */
  readonly gateway: { readonly workload: string; readonly port: number };
  /** The name of the API and of its VPC link. */
  readonly apiName: string;
  readonly description: string;
  readonly routes: readonly EdgeRoutePlan[];
  /** What could be taken out of its stack by option; absent: nothing, or the API is small. */
  readonly nestable?: Nestable;
  /** What its kind creates: see `plan.ts` of the kind. */
  readonly api: Api;
  /** What clients may send to it, and what they get; absent where no such document can say it. */
  readonly openApi?: OpenApiDocument;
  /** Why there is none. */
  readonly undocumented?: string;
}

/** What the handle of an edge knows of its routes. */
export interface EdgeRoutePlan {
  /** As the user wrote it. */
  readonly key: string;
  /** `ANY` for every method. */
  readonly method: string;
  readonly path: string;
  readonly authorizer: AuthorizerKind;
}

export type { Cors, DomainPlan, FirewallPlan, ManagedGroup, Nestable, NestablePath, Throttle, TlsPolicy };

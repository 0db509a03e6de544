import type { EdgeTopology } from '../../lib/core/model/topology';
import type { Raw } from '../support/parsing';
import type { EdgeFeatureId } from '../../lib/core/edges/features';

/** Whether what a kind plans, or has the gateway service do, is what the feature says. It must say no of a plan without the feature. */
export type KindProof<Api> = (api: Api, edge: EdgeTopology) => boolean;

/** How a kind of edge shows each feature that it says it has: a file in `kinds/` for each folder in `lib/core/edges/`. */
export interface KindProofs<Api = never> {
  /** Whether it wants to know the clients of a user pool. */
  readonly clients: boolean;
  /** The key of a route, as it writes them. @default GET /orders */
  readonly route?: string;
  /** What an edge has that says nothing of it. */
  readonly base?: Raw;
  /** A JWT authorizer. @default - one that says where no keys are */
  readonly jwt?: Raw;
  /** What a route has whose response is passed on as it arrives. @default - nothing */
  readonly streams?: Raw;
  /**
   * The names of headers that its API overwrites in every request, whatever clients send in them. Absent: it overwrites none, and the
   * gateway service has a port for each authorizer.
   */
  readonly overwrites?: (api: Api) => readonly string[];
  readonly proofs: Readonly<Partial<Record<EdgeFeatureId, KindProof<Api>>>>;
}

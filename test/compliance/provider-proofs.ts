import type { FeatureId } from '../../lib/mesh/features';
import type { SystemPlan } from '../../lib/plan/model';
import type { Raw } from '../topology/parsing';

/** Whether a plan of this provider does what the feature says. It must say no of a plan without the feature. */
export type Proof = (plan: SystemPlan) => boolean;

/** How a provider shows each feature that it says it has: a file in `providers/` for each folder in `lib/mesh/`. */
export interface ProviderProofs {
  /** The `mesh` of the props. */
  readonly mesh: Raw;
  readonly proofs: Readonly<Partial<Record<FeatureId, Proof>>>;
}

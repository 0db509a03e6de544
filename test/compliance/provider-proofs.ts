import type { FeatureId } from '../../lib/core/mesh/features';
import type { SystemPlan } from '../../lib/core/plan/system-plan';
import type { Raw } from '../support/parsing';

/** Whether a plan of this provider does what the feature says. It must say no of a plan without the feature. */
export type Proof = (plan: SystemPlan) => boolean;

/** How a provider shows each feature that it says it has: a file in `providers/` for each folder in `lib/core/mesh/`. */
export interface ProviderProofs {
  /** The `mesh` of the props. */
  readonly mesh: Raw;
  readonly proofs: Readonly<Partial<Record<FeatureId, Proof>>>;
}

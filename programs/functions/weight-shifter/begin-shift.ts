import type { ShiftedDocument, ShiftSteps, WeightLists } from '../../../lib/core/contract/weight-shift';
import type { Weights } from '../../../lib/core/contract/weights';
import { isOnItsWay, sameLists } from './shifted-document';
import { listsAt, ownOf, percentages } from './weights-at';

/** What a deployment asks for. */
export interface WantedShift {
  readonly id: string;
  readonly goal: WeightLists;
  readonly steps: ShiftSteps;
  /** Whether weights or versions are others than in the deployment before. */
  readonly changed: boolean;
  /** Hashes of weights and versions: those of this deployment, and those of the one before. */
  readonly current: string;
  readonly before: string;
}

/** `document`: what is to be written, if it is not what is there. */
export type BegunShift =
  | { readonly kind: 'kept'; readonly why: string }
  | { readonly kind: 'at once'; readonly why: string; readonly document: ShiftedDocument }
  | { readonly kind: 'shift'; readonly document: ShiftedDocument };

/**
 * What a deployment makes of the weights, when the tasks of all versions run. Versions that are left out lose their share here, since
 * their tasks are stopped when the deployment ends; the others share it as they did before.
 */
export function beginShift(document: ShiftedDocument, { id, goal, steps, changed, current, before }: WantedShift): BegunShift {
  const { shift } = document;
  if (shift?.id === id) return isOnItsWay(shift) ? { kind: 'shift', document } : { kind: 'kept', why: 'this shift has ended' };
  const from = remaining(document, goal);
  const running = shift !== undefined && isOnItsWay(shift) ? shift : undefined;
  // The goal may be where the weights never were: that of an image that was taken back, and is there again.
  // Who goes back to other weights than those of a shift that went well wants a shift.
  const wentWell = shift !== undefined && 'ended' in shift && shift.ended === 'done' && !sameLists(from, goal);
  if (shift?.from !== undefined && shift.before === current && !wentWell && (changed || running !== undefined)) {
    const back = remaining(shift.from, goal);
    const why = 'the deployment goes back to what was there before the last shift';
    return { kind: 'at once', why, document: { ...back, shift: { id, ended: 'taken back', reason: why, from: back, before: current } } };
  }
  if (running !== undefined) {
    // A deployment that failed, or somebody who has thought better of it.
    if (sameLists(remaining(running.from, goal), goal))
      return { kind: 'at once', why: 'the deployment goes back to where the last shift began', document: goal };
    if (sameLists(running.goal, goal) && sameLists(document, listsAt(running.from, goal, running.step, steps)))
      return { kind: 'shift', document: { ...listsOf(document), shift: { ...running, id, goal } } };
  } else if (!changed) return { kind: 'kept', why: 'neither weights nor versions have changed' };
  if (sameLists(from, goal))
    return running === undefined && sameLists(document, goal)
      ? { kind: 'kept', why: 'the weights are where they are to be' }
      : { kind: 'at once', why: 'the versions that are left have these weights', document: goal };
  return { kind: 'shift', document: { ...from, shift: { id, from, goal, step: 0, ...(running === undefined ? { before } : {}) } } };
}

/** What is left of the weights without versions and routes that the goal does not name, as percents of all that it names. */
function remaining(lists: WeightLists, goal: WeightLists): WeightLists {
  const routes = Object.entries(goal.routes ?? {}).map(([name, weights]) => {
    const before = ownOf(lists.routes, name);
    return [name, before === undefined ? weights : remainingOf(before, weights)] as const;
  });
  return {
    weights: remainingOf(lists.weights, goal.weights),
    ...(goal.routes === undefined ? {} : { routes: Object.fromEntries(routes) }),
  };
}

function remainingOf(weights: Weights, goal: Weights): Weights {
  const left = Object.keys(goal).map((name) => [name, ownOf(weights, name) ?? 0] as const);
  return left.every(([, weight]) => weight === 0) ? goal : percentages(Object.fromEntries(left));
}

function listsOf({ weights, routes }: WeightLists): WeightLists {
  return routes === undefined ? { weights } : { weights, routes };
}

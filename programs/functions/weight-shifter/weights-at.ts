import type { ShiftSteps, WeightLists } from '../../../lib/core/contract/weight-shift';
import type { Weights } from '../../../lib/core/contract/weights';

const ALL = 100;

/**
 * The same shares as whole percents, which add up to 100: what is lost by rounding down goes to those that have lost most.
 *
 * @param weights not all of them 0
 */
export function percentages(weights: Weights): Weights {
  const total = sumOf(weights);
  if (total === ALL) return weights;
  const exact = Object.entries(weights).map(([name, weight]) => ({ name, share: (weight * ALL) / total }));
  const left = ALL - exact.reduce((sum, { share }) => sum + Math.floor(share), 0);
  const rest = (share: number): number => share - Math.floor(share);
  const up = new Set(
    [...exact]
      .sort((a, b) => rest(b.share) - rest(a.share))
      .slice(0, left)
      .map(({ name }) => name),
  );
  return Object.fromEntries(exact.map(({ name, share }) => [name, Math.floor(share) + (up.has(name) ? 1 : 0)]));
}

/** How many percent of all calls go to another version, all in all. */
export function pointsBetween(from: Weights, goal: Weights): number {
  return sumOf(gains(from, goal));
}

/**
 * The weights when so many percent of all calls have moved: those of the beginning, those of the goal, or whole percents between. Points
 * move one by one, to the version that is furthest behind, from the one that is furthest ahead: so no version ever goes the wrong way.
 *
 * @param from and `goal`: percents of the same versions
 */
export function weightsAt(from: Weights, goal: Weights, points: number): Weights {
  const [gained, lost] = [gains(from, goal), gains(goal, from)];
  if (points <= 0) return from;
  if (points >= sumOf(gained)) return goal;
  const [more, less] = [shared(points, gained), shared(points, lost)];
  return Object.fromEntries(
    Object.keys(goal).map((name) => [name, (from[name] ?? 0) + (more.get(name) ?? 0) - (less.get(name) ?? 0)] as const),
  );
}

function gains(from: Weights, goal: Weights): Weights {
  return Object.fromEntries(Object.entries(goal).map(([name, weight]) => [name, Math.max(0, weight - (from[name] ?? 0))]));
}

function shared(points: number, ends: Weights): ReadonlyMap<string, number> {
  const total = sumOf(ends);
  const given = new Map<string, number>();
  for (let point = 1; point <= points; point += 1) {
    const behind = ([name, end]: readonly [string, number]): number => (end * point) / total - (given.get(name) ?? 0);
    const [first, ...others] = Object.entries(ends).filter(([name, end]) => (given.get(name) ?? 0) < end);
    if (first === undefined) break;
    const [next] = others.reduce((best, other) => (behind(other) > behind(best) ? other : best), first);
    given.set(next, (given.get(next) ?? 0) + 1);
  }
  return given;
}

function sumOf(weights: Weights): number {
  return Object.values(weights).reduce((sum, weight) => sum + weight, 0);
}

/** The lists after so many steps. A route that the beginning does not have has its goal at once. */
export function listsAt(from: WeightLists, goal: WeightLists, step: number, steps: ShiftSteps): WeightLists {
  const points = pointsAfter(step, steps);
  const routes = Object.entries(goal.routes ?? {}).map(
    ([name, weights]) => [name, weightsAt(ownOf(from.routes, name) ?? weights, weights, points)] as const,
  );
  return {
    weights: weightsAt(from.weights, goal.weights, points),
    ...(goal.routes === undefined ? {} : { routes: Object.fromEntries(routes) }),
  };
}

/** How many steps there are; 0: the weights are where they are to be. */
export function stepsBetween(from: WeightLists, goal: WeightLists, steps: ShiftSteps): number {
  const points = Math.max(
    pointsBetween(from.weights, goal.weights),
    ...Object.entries(goal.routes ?? {}).map(([name, weights]) => pointsBetween(ownOf(from.routes, name) ?? weights, weights)),
  );
  return points === 0 ? 0 : 1 + Math.max(0, Math.ceil((points - steps.first) / steps.next));
}

function pointsAfter(step: number, { first, next }: ShiftSteps): number {
  return step === 0 ? 0 : first + (step - 1) * next;
}

/** Names come from elsewhere: "constructor" may be one. */
export function ownOf<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

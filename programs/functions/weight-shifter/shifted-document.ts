import type { Unread } from '../../../lib/core/contract/unread';
import type { ShiftedDocument, ShiftOnItsWay, ShiftState, WeightLists } from '../../../lib/core/contract/weight-shift';
import type { Weights } from '../../../lib/core/contract/weights';

/** @throws if it is none with weights by which calls can go */
export function documentOf(text: string): ShiftedDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('the weights are not JSON');
  }
  const { shift, ...rest }: Unread<ShiftedDocument> = isRecord(value) ? value : {};
  const lists = listsOf(rest);
  if (lists === undefined) throw new Error('the weights must be {"weights":{"v1":90,"v2":10}}, of whole numbers that are not all 0');
  const state = stateOf(shift);
  return state === undefined ? lists : { ...lists, shift: state };
}

export function textOf({ weights, routes, shift }: ShiftedDocument): string {
  return JSON.stringify({ weights, ...(routes === undefined ? {} : { routes }), ...(shift === undefined ? {} : { shift }) });
}

export function isOnItsWay(shift: ShiftState): shift is ShiftOnItsWay {
  return 'step' in shift;
}

/** Whether calls go the same way by both. */
export function sameLists(one: WeightLists, other: WeightLists): boolean {
  const [routes, others] = [one.routes ?? {}, other.routes ?? {}];
  return (
    sameWeights(one.weights, other.weights) &&
    Object.keys(routes).length === Object.keys(others).length &&
    Object.entries(routes).every(([name, weights]) => {
      const twin = Object.hasOwn(others, name) ? others[name] : undefined;
      return twin !== undefined && sameWeights(weights, twin);
    })
  );
}

function sameWeights(one: Weights, other: Weights): boolean {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => weightOf(one, name) === weightOf(other, name));
}

/** Of what was written by hand. */
function weightOf(weights: Weights, name: string): number {
  return (Object.hasOwn(weights, name) ? weights[name] : undefined) ?? 0;
}

function listsOf(value: unknown): WeightLists | undefined {
  if (!isRecord(value)) return undefined;
  const { weights, routes }: Unread<WeightLists> = value;
  if (!areWeights(weights)) return undefined;
  if (routes === undefined) return { weights };
  return isRecord(routes) && Object.values(routes).every(areWeights) ? { weights, routes: routes as Record<string, Weights> } : undefined;
}

/** Undefined if it is none of a shift: whoever wrote it by hand has ended it. */
function stateOf(value: unknown): ShiftState | undefined {
  if (!isRecord(value)) return undefined;
  const { id, from, goal, step, before }: Unread<ShiftOnItsWay> = value;
  if (typeof id !== 'string') return undefined;
  const { ended, reason = '' } = value;
  const [start, end] = [listsOf(from), listsOf(goal)];
  const earlier = typeof before === 'string' ? { before } : {};
  if (ended === 'done' || ended === 'taken back')
    return { id, ended, reason: String(reason), ...(start === undefined ? {} : { from: start }), ...earlier };
  return start === undefined || end === undefined || typeof step !== 'number' || !Number.isInteger(step) || step < 0
    ? undefined
    : { id, from: start, goal: end, step, ...earlier };
}

function areWeights(value: unknown): value is Weights {
  if (!isRecord(value)) return false;
  const weights = Object.values(value);
  return (
    weights.every((weight) => typeof weight === 'number' && Number.isInteger(weight) && weight >= 0) &&
    weights.some((weight) => weight !== 0)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

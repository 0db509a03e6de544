import { healthOfBox, healthOfCall } from './health';
import type { MapState, MapSystem } from './view';

/** What of a system is shown. */
export interface Filter {
  /** A part of the name of a service; empty: all. */
  readonly text: string;
  readonly onlyErrors: boolean;
  readonly onlyBusy: boolean;
}

export interface Kept {
  /** Keys of calls. */
  readonly calls: ReadonlySet<string>;
  /** IDs of boxes. */
  readonly boxes: ReadonlySet<string>;
}

/** The calls that fit, with both of their ends; and the boxes that fit by themselves. */
export function keep({ boxes, calls }: MapSystem, state: MapState, { text, onlyErrors, onlyBusy }: Filter): Kept {
  const wanted = text.trim().toLowerCase();
  const named = new Set(boxes.filter(({ name }) => name.toLowerCase().includes(wanted)).map(({ id }) => id));
  const found = calls.filter(({ key, from, to }) => {
    if (!named.has(from) && !named.has(to)) return false;
    if (onlyErrors && healthOfCall(state, key) !== 'errors') return false;
    return !onlyBusy || (state.calls[key]?.perSecond ?? 0) > 0;
  });
  const own = boxes.filter(({ id }) => {
    if (!named.has(id)) return false;
    const health = healthOfBox(state, id);
    if (onlyErrors && health !== 'errors' && health !== 'gone') return false;
    return !onlyBusy || (state.boxes[id]?.perSecond ?? 0) > 0;
  });
  return {
    calls: new Set(found.map(({ key }) => key)),
    boxes: new Set([...own.map(({ id }) => id), ...found.flatMap(({ from, to }) => [from, to])]),
  };
}

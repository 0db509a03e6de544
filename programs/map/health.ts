import type { CallFigures, Figures, MapState, TaskState } from './view';

/** From the worst to the best. */
export type Health = 'gone' | 'errors' | 'busy' | 'idle' | 'unknown';

/** Shapes that tell the states apart without colours. */
export const SIGNS: Readonly<Record<Health, string>> = { gone: '✕', errors: '▲', busy: '●', idle: '○', unknown: '?' };

export const STATES: Readonly<Record<Health, string>> = {
  gone: 'a task does not answer',
  errors: 'errors',
  busy: 'busy',
  idle: 'no requests',
  unknown: 'nothing known',
};

/** Of a service or gateway service: its tasks come first. */
export function healthOfBox(state: MapState, id: string): Health {
  const figures = state.boxes[id];
  if (figures === undefined) return 'unknown';
  const tasks = tasksOf(state, id);
  if (tasks.some(isMissing)) return 'gone';
  // A port stands beside the tasks of its service.
  if (tasks.length === 0) return figures.total.requests > 0 ? healthOf(figures) : 'unknown';
  if (!tasks.some((task) => task.state === 'answers')) return 'unknown';
  return healthOf(figures);
}

export function healthOfCall(state: MapState, key: string): Health {
  const figures = state.calls[key];
  return figures === undefined ? 'unknown' : troubled(figures) ? 'errors' : healthOf(figures);
}

function healthOf({ errorShare = 0, perSecond }: Figures): Health {
  return errorShare > 0 ? 'errors' : perSecond > 0 ? 'busy' : 'idle';
}

/** What is no error yet: a task that is left out, a circuit breaker that is open. */
function troubled({ ejected, open }: CallFigures): boolean {
  return ejected > 0 || open.length > 0;
}

export function tasksOf(state: MapState, box: string): readonly TaskState[] {
  return state.tasks.filter((task) => task.box === box);
}

/** One that answered, and does not any more. */
export function isMissing({ state, healthy }: TaskState): boolean {
  return state === 'silent' || state === 'gone' || (state === 'answers' && !healthy);
}

import { healthOfBox, healthOfCall, isMissing, SIGNS, tasksOf, type Health } from './health';
import type { CallFigures, Figures, MapState } from './view';
import { rateInWords, roughLifeInWords, shareInWords, timeInWords } from './words';

/** The lines of figures in a box. */
export function boxLines(state: MapState, id: string): readonly [rate: string, time: string, tasks: string] {
  const figures = state.boxes[id];
  if (figures === undefined) return ['', '', ''];
  return [figures.perSecond === 0 ? 'no requests' : rateLine(figures), timeLine(figures), tasksLine(state, id)];
}

/** The lines of figures at a call; of one that nobody makes, one. */
export function callLines(state: MapState, key: string): readonly [rate: string, time: string] {
  const figures = state.calls[key];
  if (figures === undefined) return ['', ''];
  const { ejected, open, p99, perSecond } = figures;
  if (open.length > 0) return [rateLine(figures), 'breaker open'];
  if (ejected > 0) return [rateLine(figures), `${ejected} left out`];
  return [rateLine(figures), perSecond === 0 || p99 === undefined ? '' : `p99 ${timeInWords(p99)}`];
}

function rateLine({ perSecond, errorShare = 0 }: Figures): string {
  return `${rateInWords(perSecond)}${errorShare > 0 ? ` ${SIGNS.errors} ${shareInWords(errorShare)}` : ''}`;
}

function timeLine({ p50, p99 }: Figures): string {
  if (p50 === undefined || p99 === undefined) return '';
  return `p50 ${short(p50)} p99 ${short(p99)}`;
}

function short(milliseconds: number): string {
  return timeInWords(milliseconds).replace(' ', '');
}

/** How many answer, and how long the certificate that ends first is valid. */
function tasksLine(state: MapState, id: string): string {
  const tasks = tasksOf(state, id);
  if (tasks.length === 0) return '';
  const well = tasks.filter((task) => task.state === 'answers' && task.healthy).length;
  const missing = tasks.filter(isMissing).length;
  if (missing > 0) return `${SIGNS.gone} ${missing} of ${tasks.length} gone`;
  const { expires } = state.boxes[id] ?? {};
  return `${well === tasks.length ? `${well} ${well === 1 ? 'task' : 'tasks'}` : `${well} of ${tasks.length} tasks`}${
    expires === undefined ? '' : ` · cert ${roughLifeInWords(expires - state.at)}`
  }`;
}

/** For those who do not see the drawing. */
export function boxInWords(state: MapState, id: string, name: string, caption: string): string {
  const figures = state.boxes[id];
  const start = `${name}, ${caption}`;
  if (figures === undefined) return start;
  const tasks = tasksOf(state, id);
  const missing = tasks.filter(isMissing).length;
  return [
    start,
    ...(missing > 0 ? [`${missing} of ${tasks.length} tasks do not answer`] : tasks.length > 0 ? [`${tasks.length} tasks`] : []),
    ...figuresInWords(figures),
  ].join(', ');
}

export function callInWords(state: MapState, key: string, from: string, to: string): string {
  const figures = state.calls[key];
  return [`${from} calls ${to}`, ...(figures === undefined ? [] : [...figuresInWords(figures), ...troubleInWords(figures)])].join(', ');
}

function figuresInWords({ perSecond, errorShare = 0, p50, p99 }: Figures): readonly string[] {
  if (perSecond === 0) return ['no requests'];
  return [
    `${rateInWords(perSecond).replace('/s', '')} requests a second`,
    ...(errorShare > 0 ? [`${shareInWords(errorShare)} errors`] : []),
    ...(p50 === undefined || p99 === undefined ? [] : [`p50 ${timeInWords(p50)}`, `p99 ${timeInWords(p99)}`]),
  ];
}

export function troubleInWords({ ejected, open, known }: CallFigures): readonly string[] {
  return [
    ...(open.length === 0 ? [] : [`circuit breaker open: ${open.map((name) => BREAKERS[name] ?? name).join(', ')}`]),
    ...(ejected === 0
      ? []
      : [`${ejected} ${ejected === 1 ? 'task is' : 'tasks are'} left out, since ${ejected === 1 ? 'it' : 'they'} failed`]),
    ...(known !== undefined && known.all > 0 && known.healthy < known.all
      ? [`${known.healthy} of ${known.all} tasks are healthy for the caller`]
      : []),
  ];
}

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats#circuit-breakers-statistics */
const BREAKERS: Readonly<Record<string, string>> = {
  cx: 'connections',
  cx_pool: 'pools of connections',
  rq: 'requests',
  rq_pending: 'waiting requests',
  rq_retry: 'retries',
};

/** What the page says at its top. */
export function summaryInWords(state: MapState): string {
  const answering = state.tasks.filter(({ state: each }) => each === 'answers').length;
  const present = state.tasks.filter(({ state: each }) => each !== 'gone').length;
  const missing = state.tasks.filter(isMissing).length;
  const boxes = Object.keys(state.boxes);
  const calls = Object.keys(state.calls);
  const withErrors = [...boxes.map((id) => healthOfBox(state, id)), ...calls.map((key) => healthOfCall(state, key))].filter(
    (health: Health) => health === 'errors',
  ).length;
  return [
    `${answering} of ${present} ${present === 1 ? 'task answers' : 'tasks answer'}`,
    ...(missing > 0 ? [`${SIGNS.gone} ${missing} gone or not healthy`] : []),
    withErrors === 0 ? 'no errors' : `${SIGNS.errors} errors at ${withErrors} ${withErrors === 1 ? 'place' : 'places'}`,
    `figures of the last ${state.windowSeconds} s`,
  ].join(' · ');
}

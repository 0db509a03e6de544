import { isMissing, SIGNS, tasksOf } from '../health';
import { troubleInWords } from '../sentences';
import type { BoxFigures, CallFigures, Details, Figures, LoggedRequest, MapState, MapSystem, Rate, TaskState } from '../view';
import { lifeInWords, rateInWords, shareInWords, timeInWords, withCommas } from '../words';
import { byId, html, write } from './dom';

type Row = readonly [name: string, value: string];

/** What is counted: now, and in all. */
type FigureRow = readonly [name: string, now: string, total: string];

/** What a click shows: figures, policy, last requests, configuration. */
export class Panel {
  private readonly element = byId('panel', HTMLElement);
  private readonly title = byId('panel-title', HTMLElement);
  private readonly content = byId('panel-content', HTMLElement);
  private readonly figures = html('div');
  private readonly requests = html('div');
  private readonly facts = html('div');
  private readonly configuration = html('div');
  private id: string | undefined;
  private asking = false;

  constructor(
    private readonly system: MapSystem,
    private readonly around: (name: string) => void,
    closed: () => void,
  ) {
    byId('panel-close', HTMLButtonElement).addEventListener('click', closed);
  }

  get selected(): string | undefined {
    return this.id;
  }

  open(id: string, state: MapState): void {
    this.id = id;
    this.element.hidden = false;
    this.content.replaceChildren(...this.aroundButton(id), this.figures, this.requests, this.facts, this.configuration);
    for (const part of [this.requests, this.facts, this.configuration]) part.replaceChildren();
    this.content.scrollTop = 0;
    this.update(state);
    this.title.focus();
  }

  close(): void {
    this.id = undefined;
    this.element.hidden = true;
  }

  update(state: MapState): void {
    if (this.id === undefined) return;
    const call = state.calls[this.id];
    const box = state.boxes[this.id];
    const figures = call ?? box;
    const rows = [
      ...(figures === undefined ? [] : figureRows(figures)),
      ...(call === undefined ? [] : callRows(call)),
      ...(box === undefined ? [] : boxRows(box)),
    ];
    const tasks = tasksOf(state, this.id);
    this.figures.replaceChildren(
      ...(call === undefined ? [] : troubleInWords(call).map((text) => html('p', { class: 'trouble' }, [`${SIGNS.errors} ${text}`]))),
      ...(rows.length === 0 ? [] : [table(rows, state)]),
      ...(tasks.length === 0 ? [] : [html('h3', {}, ['Tasks']), list(tasks.map((task) => taskRow(task, state.at)))]),
    );
    void this.ask(this.id);
  }

  private async ask(id: string): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      const answer = await fetch(`details?id=${encodeURIComponent(id)}`);
      if (!answer.ok) return;
      const details = (await answer.json()) as Details;
      if (this.id !== id) return;
      write(this.title, details.title);
      if (this.facts.childElementCount === 0) this.showFacts(details);
      showRequests(this.requests, details.requests);
    } catch {
      // The page says that the map has ended.
    } finally {
      this.asking = false;
    }
  }

  private showFacts({ facts, workloads }: Details): void {
    this.facts.replaceChildren(...facts.flatMap(({ heading, rows }) => [html('h3', {}, [heading]), list(rows)]));
    this.configuration.replaceChildren(
      ...(workloads.length === 0 ? [] : [html('h3', {}, ['Envoy’s configuration'])]),
      ...workloads.map((workload) => configurationOf(workload)),
    );
  }

  private aroundButton(id: string): readonly HTMLElement[] {
    const box = this.system.boxes.find((each) => each.id === id);
    if (box === undefined || !/^(service|external) /.test(box.id)) return [];
    const button = html('button', { type: 'button', class: 'around-button' }, [`Draw what is around ${box.name}`]);
    button.addEventListener('click', () => {
      this.around(box.name);
    });
    return [button];
  }
}

function figureRows({ perSecond, errorShare, refusedShare, p50, p99, total }: Figures): readonly FigureRow[] {
  const share = (value: number | undefined): string => (value === undefined ? '–' : shareInWords(value));
  const time = (value: number | undefined): string => (value === undefined ? '–' : timeInWords(value));
  return [
    ['requests', rateInWords(perSecond), withCommas(total.requests)],
    ['errors (5xx)', share(errorShare), withCommas(total.errors)],
    ['refused (4xx)', share(refusedShare), withCommas(total.refused)],
    ['given up by callers', '', withCommas(total.cancelled)],
    ['p50', time(p50), ''],
    ['p99', time(p99), ''],
  ];
}

function callRows({
  retries,
  timeouts,
  overflows,
  connectFailures,
  ejections,
  ejected,
  open,
  versions = {},
}: CallFigures): readonly FigureRow[] {
  const rate = (name: string, { perSecond, total }: Rate): FigureRow => [name, rateInWords(perSecond), withCommas(total)];
  const all = Object.values(versions).reduce((sum, each) => sum + each, 0);
  return [
    rate('retries', retries),
    rate('timeouts', timeouts),
    rate('refused by the breaker', overflows),
    rate('failed connections', connectFailures),
    ['tasks left out', String(ejected), withCommas(ejections.total)],
    ['circuit breaker', open.length === 0 ? 'closed' : 'open', ''],
    ...Object.entries(versions).map(([name, requests]): FigureRow => [
      `version ${name}`,
      all === 0 ? '–' : shareInWords(requests / all),
      '',
    ]),
  ];
}

function boxRows({ denied, handshakesRefused }: BoxFigures): readonly FigureRow[] {
  return [
    ['refused by its rules', '', withCommas(denied)],
    ['refused handshakes', '', withCommas(handshakesRefused)],
  ];
}

function table(rows: readonly FigureRow[], { windowSeconds, at, since }: MapState): HTMLElement {
  const titles = ['Figures', `last ${windowSeconds} s`, `last ${lifeInWords(at - since)}`];
  return html('table', { class: 'figures' }, [
    html('thead', {}, [
      html(
        'tr',
        {},
        titles.map((title) => html('th', { scope: 'col' }, [title])),
      ),
    ]),
    html(
      'tbody',
      {},
      rows.map(([name, now, total]) =>
        html('tr', {}, [html('th', { scope: 'row' }, [name]), html('td', {}, [now]), html('td', {}, [total])]),
      ),
    ),
  ]);
}

function taskRow(task: TaskState, now: number): Row {
  const { id, state, since, why, healthy, certificate } = task;
  const words = {
    starting: `has not answered yet${why === undefined ? '' : ` (${why})`}`,
    answers: healthy ? 'well' : 'answers, but is not healthy',
    silent: `has not answered for ${lifeInWords(now - since)}${why === undefined ? '' : ` (${why})`}`,
    gone: `gone for ${lifeInWords(now - since)}`,
  }[state];
  const life = certificate === undefined || state === 'gone' ? '' : `; certificate for ${lifeInWords(certificate.expires - now)}`;
  return [id, `${isMissing(task) ? `${SIGNS.gone} ` : ''}${words}${life}`];
}

function list(rows: readonly Row[]): HTMLElement {
  return html(
    'dl',
    {},
    rows.flatMap(([name, value]) => [html('dt', {}, [name]), html('dd', {}, [value])]),
  );
}

function showRequests(place: HTMLElement, requests: readonly LoggedRequest[] | undefined): void {
  const heading = html('h3', {}, ['Last requests']);
  if (requests === undefined) {
    place.replaceChildren(
      heading,
      html('p', {}, ['Access logs cannot be read from here. In AWS they are in the log group of the service.']),
    );
    return;
  }
  if (requests.length === 0) {
    place.replaceChildren(heading, html('p', {}, ['None since the map began.']));
    return;
  }
  place.replaceChildren(
    heading,
    html(
      'ol',
      { class: 'requests' },
      requests.slice(0, 20).map((request) => {
        const { what, words, time, task, side, details } = request;
        const facts = [
          ...(request.status === undefined ? [] : [String(request.status)]),
          ...(request.grpcStatus === undefined ? [] : [`gRPC ${request.grpcStatus}`]),
          ...(request.milliseconds === undefined ? [] : [timeInWords(request.milliseconds)]),
          ...((request.attempts ?? 1) > 1 ? [`${request.attempts ?? 1} attempts`] : []),
        ];
        const failed = (request.status ?? 0) >= 500 || words.length > 0;
        return html('li', { class: failed ? 'errors' : 'busy' }, [
          html('span', { class: 'what', title: what }, [`${failed ? SIGNS.errors : SIGNS.busy} ${what}`]),
          html('span', { class: 'facts' }, [facts.join(', ')]),
          ...words.map((text) => html('span', { class: 'why' }, [`${text} (${request.flags})`])),
          html('span', { class: 'where' }, [
            `${time.slice(11, 23)}, at ${task} (${side})${details === undefined || details === 'via_upstream' ? '' : `, ${details}`}`,
          ]),
        ]);
      }),
    ),
  );
}

function configurationOf(workload: string): HTMLElement {
  const text = html('pre', { tabindex: 0 }, ['…']);
  const element = html('details', {}, [html('summary', {}, [workload]), text]);
  element.addEventListener('toggle', () => {
    if (!element.open || text.dataset['shown'] !== undefined) return;
    text.dataset['shown'] = '';
    void fetch(`configuration?workload=${encodeURIComponent(workload)}`)
      .then(async (answer) => answer.text())
      .catch(() => 'The map has ended.')
      .then((content) => {
        write(text, content);
      });
  });
  return element;
}

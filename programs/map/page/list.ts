import { healthOfBox, healthOfCall, isMissing, SIGNS, STATES, tasksOf, type Health } from '../health';
import type { Kept } from '../filter';
import type { Figures, MapState, MapSystem } from '../view';
import { lifeInWords, rateInWords, shareInWords, timeInWords, withCommas } from '../words';
import { html, write } from './dom';
import { nameOf } from './names';

interface Row {
  readonly id: string;
  readonly element: HTMLTableRowElement;
  readonly cells: readonly HTMLTableCellElement[];
  readonly sign: HTMLSpanElement;
}

/** The same as tables, which is better on a phone, and for those who do not see the drawing. */
export class List {
  readonly element: HTMLElement;
  private readonly boxes: readonly Row[];
  private readonly calls: readonly Row[];
  private readonly nothing = html('p', { class: 'nothing', hidden: '' }, ['Nothing fits the filters.']);

  constructor(system: MapSystem, open: (id: string) => void) {
    const withTasks = system.boxes.filter(({ kind }) => kind !== 'edge' && kind !== 'client' && kind !== 'external');
    this.boxes = withTasks.map(({ id, name }) => rowOf(id, name, 7, open));
    this.calls = system.calls.map(({ key, from, to }) => rowOf(key, `${nameOf(system, from)} → ${nameOf(system, to)}`, 7, open));
    this.element = html('div', {}, [
      this.nothing,
      table('Services', ['Service', 'Requests', 'Errors', 'p50', 'p99', 'In all', 'Tasks', 'Certificate'], this.boxes),
      table('Calls', ['Call', 'Requests', 'Errors', 'p50', 'p99', 'In all', 'Retries', 'Left out'], this.calls),
    ]);
  }

  update(state: MapState, kept: Kept, selected: string | undefined): void {
    for (const row of this.boxes) {
      const tasks = tasksOf(state, row.id);
      const missing = tasks.filter(isMissing).length;
      const expires = state.boxes[row.id]?.expires;
      fill(row, healthOfBox(state, row.id), state.boxes[row.id], [
        missing > 0 ? `${SIGNS.gone} ${missing} of ${tasks.length} gone` : String(tasks.length),
        expires === undefined ? '–' : lifeInWords(expires - state.at),
      ]);
      mark(row, kept.boxes.has(row.id), selected);
    }
    for (const row of this.calls) {
      const figures = state.calls[row.id];
      fill(row, healthOfCall(state, row.id), figures, [
        figures === undefined ? '–' : rateInWords(figures.retries.perSecond),
        figures === undefined ? '–' : String(figures.ejected),
      ]);
      mark(row, kept.calls.has(row.id), selected);
    }
    this.nothing.hidden = [...this.boxes, ...this.calls].some(({ element }) => !element.hidden);
  }
}

function rowOf(id: string, name: string, cells: number, open: (id: string) => void): Row {
  const sign = html('span', { class: 'sign', role: 'img' });
  const button = html('button', { type: 'button', class: 'open', 'data-id': id }, [name]);
  button.addEventListener('click', () => {
    open(id);
  });
  const all = Array.from({ length: cells }, () => html('td'));
  const element = html('tr', {}, [html('th', { scope: 'row' }, [sign, button]), ...all]);
  element.addEventListener('click', ({ target }) => {
    if (!(target instanceof HTMLButtonElement)) open(id);
  });
  return { id, element, cells: all, sign };
}

function table(caption: string, titles: readonly string[], rows: readonly Row[]): HTMLElement {
  return html('div', { class: 'scroll', role: 'region', 'aria-label': caption, tabindex: 0 }, [
    html('table', {}, [
      html('caption', {}, [caption]),
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
        rows.map(({ element }) => element),
      ),
    ]),
  ]);
}

function fill({ cells, sign, element }: Row, health: Health, figures: Figures | undefined, others: readonly string[]): void {
  const { perSecond = 0, errorShare, p50, p99, total } = figures ?? {};
  const texts = [
    rateInWords(perSecond),
    errorShare === undefined ? '–' : shareInWords(errorShare),
    ...[p50, p99].map((value) => (value === undefined ? '–' : timeInWords(value))),
    withCommas(total?.requests ?? 0),
    ...others,
  ];
  texts.forEach((text, index) => {
    const cell = cells[index];
    if (cell !== undefined) write(cell, text);
  });
  write(sign, SIGNS[health]);
  sign.setAttribute('aria-label', STATES[health]);
  for (const each of Object.keys(SIGNS)) element.classList.toggle(each, each === health);
}

function mark({ element, id }: Row, visible: boolean, selected: string | undefined): void {
  element.hidden = !visible;
  element.classList.toggle('selected', id === selected);
}

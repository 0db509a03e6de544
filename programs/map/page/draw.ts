import { healthOfBox, healthOfCall, SIGNS, STATES, type Health } from '../health';
import { boxInWords, boxLines, callInWords, callLines } from '../sentences';
import type { Kept } from '../filter';
import type { Drawing, DrawnBox, DrawnCall, MapState, MapSystem } from '../view';
import { svg, write } from './dom';
import { nameOf } from './names';

/** Widths of lines, by requests a second: each is for ten times as many. */
const WIDTHS = [1.5, 2, 3, 4.5, 6] as const;

/** Width of a letter of a call's figures. */
const LETTER = 6.7;

interface Part {
  /** ID of the box, or key of the call. */
  readonly id: string;
  readonly element: SVGGElement;
  readonly at: readonly [x: number, y: number];
  update(state: MapState): void;
}

/** The drawing: placed by the server, filled with figures here. Arrow keys go from part to part, Enter opens one. */
export class Drawn {
  readonly element: SVGSVGElement;
  private readonly parts: readonly Part[];
  private current: string | undefined;

  constructor(
    drawing: Drawing,
    private readonly system: MapSystem,
    private readonly open: (id: string) => void,
  ) {
    const calls = drawing.calls.map((call) => this.call(call));
    const boxes = drawing.boxes.map((box) => this.box(box));
    this.parts = [...boxes, ...calls.flatMap(({ part }) => part ?? [])];
    const { width, height } = drawing;
    this.element = svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'Services and calls' }, [
      ...drawing.frames.map(({ name, caption, place: [x, y, w, h] }) =>
        svg('g', { class: 'frame' }, [
          svg('rect', { x, y, width: w, height: h, rx: 8 }),
          svg('text', { x: x + 14, y: y + 22 }, [`${name} `, svg('tspan', { class: 'caption' }, [caption])]),
        ]),
      ),
      ...calls.map(({ wire }) => wire),
      ...calls.flatMap(({ part }) => part?.element ?? []),
      ...boxes.map(({ element }) => element),
    ]);
    this.element.addEventListener('keydown', (event) => {
      this.key(event);
    });
    this.enter(this.parts[0]?.id);
  }

  update(state: MapState, kept: Kept, selected: string | undefined): void {
    for (const part of this.parts) {
      const visible = kept.boxes.has(part.id) || kept.calls.has(part.id);
      part.element.classList.toggle('faint', !visible);
      part.element.classList.toggle('selected', part.id === selected);
      // A call's line is as faint as what stands at it.
      part.update(state);
    }
  }

  /** Moves the focus of the keyboard to a part. */
  focus(id: string): boolean {
    const part = this.parts.find((each) => each.id === id);
    if (part === undefined) return false;
    this.enter(id);
    part.element.focus();
    return true;
  }

  private box({ id, kind, name, caption, place: [x, y, width, height] }: DrawnBox): Part {
    const sign = svg('text', { class: 'sign', x: x + width - 12, y: y + 21, 'text-anchor': 'end' });
    const lines = [0, 1, 2].map((index) => svg('text', { class: 'line', x: x + 16, y: y + 59 + index * 17 }));
    const element = svg('g', { class: `part box ${kind}`, role: 'button', tabindex: -1, 'data-id': id }, [
      svg('rect', { class: 'body', x, y, width, height, rx: 6 }),
      svg('rect', { class: 'stripe', x, y: y + 6, width: 5, height: height - 12 }),
      svg('text', { class: 'name', x: x + 16, y: y + 21 }, [name]),
      svg('text', { class: 'caption', x: x + 16, y: y + 37 }, [caption]),
      sign,
      ...lines,
    ]);
    const part: Part = {
      ...{ id, element, at: [x + width / 2, y + height / 2] },
      update: (state) => {
        const health = healthOfBox(state, id);
        const known = state.boxes[id] !== undefined;
        show(element, health);
        write(sign, known ? SIGNS[health] : '');
        boxLines(state, id).forEach((text, index) => {
          const line = lines[index];
          if (line !== undefined) write(line, text);
        });
        element.setAttribute('aria-label', `${boxInWords(state, id, name, caption)}${known ? `; ${STATES[health]}` : ''}`);
      },
    };
    this.listen(part);
    return part;
  }

  private call({ key, from, to, protocol, line, head, label }: DrawnCall): { readonly wire: SVGGElement; readonly part?: Part } {
    const wire = svg('path', { class: 'wire', d: line });
    const strokes = [svg('path', { class: 'around', d: line }), wire, ...(head === '' ? [] : [svg('path', { class: 'head', d: head })])];
    if (protocol === undefined) return { wire: svg('g', { class: 'call belongs' }, strokes) };
    const lines = svg('g', { class: `call ${protocol.toLowerCase().replace('/', '')}` }, strokes);
    const middle = middleOf(line);
    const [x, y, width, height] = label ?? [middle[0] - 9, middle[1] - 9, 18, 18];
    const texts =
      label === undefined
        ? [svg('text', { class: 'sign', x: middle[0], y: middle[1] + 4, 'text-anchor': 'middle' })]
        : [0, 1].map((index) => svg('text', { class: 'figure', x: x + width / 2, y: y + 13 + index * 14, 'text-anchor': 'middle' }));
    const pill = svg('rect', { class: 'pill', x, y, width, height, rx: 6 });
    const element = svg('g', { class: 'part label', role: 'button', tabindex: -1, 'data-id': key }, [pill, ...texts]);
    const part: Part = {
      ...{ id: key, element, at: [x + width / 2, y + height / 2] },
      update: (state) => {
        const health = healthOfCall(state, key);
        show(element, health);
        show(lines, health);
        lines.classList.toggle('faint', element.classList.contains('faint'));
        wire.setAttribute('stroke-width', String(widthOf(state.calls[key]?.perSecond ?? 0)));
        const shown = label === undefined ? [SIGNS[health]] : callLines(state, key);
        const single = label !== undefined && shown[1] === '';
        texts.forEach((text, index) => {
          write(text, shown[index] ?? '');
        });
        if (label !== undefined) {
          texts[0]?.setAttribute('y', String(y + (single ? 20 : 13)));
          fitPill(pill, x + width / 2, Math.max(...shown.map(({ length }) => length)));
        }
        const words = callInWords(state, key, nameOf(this.system, from), nameOf(this.system, to));
        element.setAttribute('aria-label', `${words}; ${STATES[health]}`);
      },
    };
    lines.addEventListener('click', () => {
      this.enter(key);
      this.open(key);
    });
    this.listen(part);
    return { wire: lines, part };
  }

  private listen({ id, element }: Part): void {
    element.addEventListener('click', () => {
      this.enter(id);
      this.open(id);
    });
    element.addEventListener('focus', () => {
      this.enter(id);
    });
  }

  private key(event: KeyboardEvent): void {
    const here = this.parts.find(({ id }) => id === this.current);
    if (here === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') this.open(here.id);
    else {
      const direction = DIRECTIONS[event.key];
      if (direction === undefined) return;
      const next = nearest(here, this.parts.filter(isShown), direction);
      if (next !== undefined) {
        this.enter(next.id);
        next.element.focus();
        next.element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      }
    }
    event.preventDefault();
  }

  /** One part can be reached by the tab key: from there, arrow keys go on. */
  private enter(id: string | undefined): void {
    this.current = id;
    for (const part of this.parts) part.element.setAttribute('tabindex', part.id === id ? '0' : '-1');
  }
}

const DIRECTIONS: Readonly<Partial<Record<string, readonly [number, number]>>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

function nearest(here: Part, parts: readonly Part[], [dx, dy]: readonly [number, number]): Part | undefined {
  const found = parts.flatMap((part) => {
    const [x, y] = [part.at[0] - here.at[0], part.at[1] - here.at[1]];
    const [along, aside] = [x * dx + y * dy, Math.abs(x * dy) + Math.abs(y * dx)];
    return along > 1 ? [{ part, distance: along + 2 * aside }] : [];
  });
  return found.sort((a, b) => a.distance - b.distance)[0]?.part;
}

function isShown({ element }: Part): boolean {
  return !element.classList.contains('faint');
}

function show(element: Element, health: Health): void {
  for (const each of Object.keys(SIGNS)) element.classList.toggle(each, each === health);
}

function widthOf(perSecond: number): number {
  if (perSecond === 0) return 1.2;
  return WIDTHS[Math.min(WIDTHS.length - 1, Math.max(0, Math.floor(Math.log10(perSecond)) + 1))] ?? 1.5;
}

/** As wide as its text, so that it hides no more of its line than it has to. */
function fitPill(pill: SVGRectElement, middle: number, letters: number): void {
  const width = letters * LETTER + 10;
  pill.setAttribute('x', String(middle - width / 2));
  pill.setAttribute('width', String(width));
}

function middleOf(line: string): readonly [number, number] {
  const path = svg('path', { d: line });
  const { x, y } = path.getPointAtLength(path.getTotalLength() / 2);
  return [x, y];
}

import type { Diagram, Protocol } from './diagram';
import { nameOfProtocol } from './diagram';
import { KINDS, LOOKS } from './kinds';
import { CAPTION_SIZE, textWidth } from './measure';
import { DASHES } from './style';

const MARGIN = 20;
const ROW = 22;
const SAMPLE = 34;

export interface Legend {
  readonly width: number;
  readonly height: number;
  readonly lines: readonly string[];
}

/** What boxes and lines mean, of those that the diagram has: kinds in one row, protocols in the next. */
export function legendOf({ boxes, calls }: Diagram, top: number): Legend {
  const kinds = KINDS.filter((kind) => boxes.some((box) => box.kind === kind)).map((kind) => ({
    text: LOOKS[kind].text,
    draw: (x: number, y: number) =>
      `<g class="${kind}"><rect class="body" x="${x}" y="${y - 10}" width="24" height="13"/>` +
      `<rect class="stripe" x="${x}" y="${y - 10}" width="7" height="13"/></g>`,
  }));
  const protocols = (Object.keys(DASHES) as readonly Protocol[])
    .filter((protocol) => calls.some((call) => call.protocol === protocol))
    .map((protocol) => ({
      text: `calls by ${nameOfProtocol(protocol)}`,
      draw: (x: number, y: number) => `<g class="${protocol} hue5"><path class="wire" d="M${x} ${y - 3.5}h26"/></g>`,
    }));
  const rows = [kinds, protocols].filter((row) => row.length > 0).map((row, index) => rowOf(row, top + 12 + index * ROW));
  return {
    width: Math.max(0, ...rows.map(({ width }) => width)),
    height: rows.length * ROW + MARGIN,
    lines: rows.flatMap(({ lines }) => lines),
  };
}

interface Entry {
  readonly text: string;
  readonly draw: (x: number, y: number) => string;
}

function rowOf(entries: readonly Entry[], y: number): { readonly width: number; readonly lines: readonly string[] } {
  let x = MARGIN;
  const lines = entries.map(({ text, draw }) => {
    const drawn = `${draw(x, y)}<text class="caption" x="${x + SAMPLE}" y="${y}">${text}</text>`;
    x += SAMPLE + textWidth(text, CAPTION_SIZE) + 18;
    return drawn;
  });
  return { width: x, lines };
}

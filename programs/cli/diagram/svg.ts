import type { Diagram } from './diagram';
import { nameOfProtocol, type Box, type Call, type Protocol } from './diagram';
import { escapeMarkup } from './escape';
import { layOut, type Placed, type Place, type Point } from './layout';
import { legendOf } from './legend';
import { CAPTION_SIZE, LINE_HEIGHT, TEXT_LEFT, textWidth } from './measure';
import { HUES, STYLE, highlights } from './style';
import { withCallees } from './with-callees';
import { callsInWords, summaryOf } from './words';

/** A drawing that needs nothing else: no font, no script, no other file. */
export async function svgOf(plain: Diagram): Promise<string> {
  const diagram = withCallees(plain);
  const placed = await layOut(diagram);
  const legend = legendOf(diagram, placed.height);
  const width = Math.max(placed.width, legend.width, textWidth(diagram.title, CAPTION_SIZE));
  const height = placed.height + legend.height;
  const numbers = new Map(diagram.boxes.map(({ id }, index) => [id, index]));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" ` +
      `aria-labelledby="diagram-title diagram-text">`,
    `<title id="diagram-title">${escapeMarkup(diagram.title)}</title>`,
    `<desc id="diagram-text">${escapeMarkup([summaryOf(diagram), ...callsInWords(diagram)].join(' '))}</desc>`,
    `<style>${STYLE}${highlights(diagram, numbers)}</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...placed.owners.map(frame),
    ...placed.calls.map(({ call, points }) => line(call, points, diagram, numbers)),
    ...placed.boxes.map(({ box, ...place }) => boxOf(box, place, numbers)),
    ...legend.lines,
    '</svg>',
    '',
  ].join('\n');
}

function frame({ owner, x, y, width, height }: Placed['owners'][number]): string {
  return (
    `<g><rect class="frame" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>` +
    `<text class="owner" x="${x + 14}" y="${y + 22}">${escapeMarkup(owner.name)}` +
    `<tspan class="caption" dx="8">${escapeMarkup(owner.caption)}</tspan></text></g>`
  );
}

function boxOf(
  { id, kind, name, caption, lines, allLines = lines }: Box,
  { x, y, width, height }: Place,
  numbers: ReadonlyMap<string, number>,
): string {
  const title = [`${name} (${caption})`, ...allLines].join('\n');
  const left = x + TEXT_LEFT;
  return [
    `<g class="box ${kind}" id="box-${numbers.get(id) ?? 0}"><title>${escapeMarkup(title)}</title>`,
    `<rect class="body" x="${x}" y="${y}" width="${width}" height="${height}" rx="5"/>`,
    `<path class="stripe" d="M${text([x + 7, y])}h-2q-5 0 -5 5v${height - 10}q0 5 5 5h2Z"/>`,
    `<text class="name" x="${left}" y="${y + 21}">${escapeMarkup(name)}</text>`,
    `<text class="caption" x="${left}" y="${y + 37}">${escapeMarkup(caption)}</text>`,
    ...lines.map((each, index) => `<text class="line" x="${left}" y="${y + 58 + index * LINE_HEIGHT}">${escapeMarkup(each)}</text>`),
    '</g>',
  ].join('');
}

function line(call: Call, points: readonly Point[], { boxes, calls }: Diagram, numbers: ReadonlyMap<string, number>): string {
  const nameOf = (id: string): string => boxes.find((box) => box.id === id)?.name ?? id;
  const numberOf = (id: string): number => numbers.get(id) ?? 0;
  const { protocol } = call;
  const what = protocol === undefined ? 'is a port of' : 'calls';
  const by = protocol === undefined ? '' : ` (${nameOfProtocol(protocol)})`;
  const title = [`${nameOf(call.from)} ${what} ${nameOf(call.to)}${by}`, ...call.routes].join('\n');
  const classes = `call ${lineClass(protocol)} f${numberOf(call.from)} t${numberOf(call.to)} hue${hueOf(call, calls)}`;
  return [
    `<g class="${classes}"><title>${escapeMarkup(title)}</title>`,
    `<path class="around" d="${path(points)}"/><path class="wire" d="${path(points)}"/>`,
    protocol === undefined ? '' : `<path class="head" d="${head(points)}"/>`,
    '</g>',
  ].join('');
}

/** All lines of a caller have one colour, and those of the next one another. */
function hueOf({ from }: Call, calls: readonly Call[]): number {
  return [...new Set(calls.map((call) => call.from))].indexOf(from) % HUES;
}

export function lineClass(protocol: Protocol | undefined): string {
  return protocol ?? 'belongs';
}

const CORNER = 5;

/** Lines with round corners, by which one can tell a corner from a crossing. */
export function path(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      const after = points[index + 1];
      if (before === undefined) return `M${text(point)}`;
      if (after === undefined) return `L${text(point)}`;
      const radius = Math.min(CORNER, distance(before, point) / 2, distance(point, after) / 2);
      return `L${text(towards(point, before, radius))}Q${text(point)} ${text(towards(point, after, radius))}`;
    })
    .join('');
}

/** The point of the arrow. */
export function head(points: readonly Point[]): string {
  const end = points.at(-1) ?? [0, 0];
  const before = points.at(-2) ?? end;
  const [dx, dy] = [Math.sign(end[0] - before[0]), Math.sign(end[1] - before[1])];
  const back: Point = [end[0] - dx * 8, end[1] - dy * 8];
  return `M${text(end)}L${text([back[0] + dy * 3.5, back[1] + dx * 3.5])}L${text([back[0] - dy * 3.5, back[1] - dx * 3.5])}Z`;
}

function towards(from: Point, to: Point, length: number): Point {
  const whole = distance(from, to);
  const part = whole === 0 ? 0 : length / whole;
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

function distance([x, y]: Point, [otherX, otherY]: Point): number {
  return Math.hypot(otherX - x, otherY - y);
}

function text([x, y]: Point): string {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
}

import type { Diagram, Protocol } from './diagram';
import { KINDS, LOOKS } from './kinds';
import { CAPTION_SIZE, NAME_SIZE, TEXT_SIZE } from './measure';

/** How lines of a protocol are drawn. */
export const DASHES: Readonly<Record<Protocol, string>> = { http: 'none', http2: '12 3', grpc: '6 3', tcp: '2 3' };

/** Colours by which lines that run side by side can be followed; they mean nothing else. */
const LIGHT_LINES = ['#0072b2', '#b34d00', '#00795a', '#a3487c', '#8a6100', '#4d4d4d'];
const DARK_LINES = ['#6cbff0', '#f39a5a', '#45d1a6', '#e2a3c7', '#efc65c', '#c4c4c4'];

export const HUES = LIGHT_LINES.length;

interface Paint {
  readonly page: string;
  readonly box: string;
  readonly frame: string;
  readonly frameLine: string;
  readonly text: string;
  readonly faint: string;
  readonly lines: readonly string[];
  readonly shade: 'light' | 'dark';
}

function colours({ page, box, frame, frameLine, text, faint, lines, shade }: Paint): string {
  return [
    `.page{fill:${page}}`,
    `.body{fill:${box}}`,
    `.frame{fill:${frame};stroke:${frameLine}}`,
    `text{fill:${text}}`,
    `.caption{fill:${faint}}`,
    `.around{stroke:${page}}`,
    ...lines.map((colour, index) => `.hue${index} .wire{stroke:${colour}}.hue${index} .head{fill:${colour}}`),
    ...KINDS.map((kind) => `.${kind} .body{stroke:${LOOKS[kind][shade]}}.${kind} .stripe{fill:${LOOKS[kind][shade]}}`),
  ].join('\n');
}

const light: Paint = {
  page: '#ffffff',
  box: '#ffffff',
  frame: '#f4f6f8',
  frameLine: '#b8c0c8',
  text: '#16191f',
  faint: '#545b64',
  lines: LIGHT_LINES,
  shade: 'light',
};

const dark: Paint = {
  page: '#0f141a',
  box: '#1b232d',
  frame: '#151b23',
  frameLine: '#4b5763',
  text: '#f2f3f3',
  faint: '#b6bec9',
  lines: DARK_LINES,
  shade: 'dark',
};

/** Plain rules, which programs that draw SVG know as well as browsers do. */
export const STYLE = `
text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:${TEXT_SIZE}px}
.name{font-size:${NAME_SIZE}px;font-weight:bold}
.owner{font-size:${NAME_SIZE}px;font-weight:bold}
.caption{font-size:${CAPTION_SIZE}px;font-weight:normal}
.body{stroke-width:1.5}
${KINDS.filter((kind) => LOOKS[kind].dashed)
  .map((kind) => `.${kind} .body{stroke-dasharray:5 3}`)
  .join('\n')}
.wire,.around{fill:none;stroke-width:1.4}
.around{stroke-width:4;stroke-opacity:.75}
${Object.entries(DASHES)
  .map(([protocol, dash]) => `.${protocol} .wire{stroke-dasharray:${dash}}`)
  .join('\n')}
.belongs .wire{stroke-dasharray:1 4}
${colours(light)}
@media (prefers-color-scheme:dark){
${colours(dark)}
}
`;

/** What a box does not call, and is not called by, becomes faint while the pointer is on it. */
export function highlights({ boxes }: Diagram, numbers: ReadonlyMap<string, number>): string {
  const rules = boxes.map(({ id }) => {
    const number = numbers.get(id) ?? 0;
    return `svg:has(#box-${number}:hover) .call:not(.f${number}):not(.t${number}){opacity:.12}`;
  });
  return `${['.call:hover .wire{stroke-width:3}', ...rules].join('\n')}\n`;
}

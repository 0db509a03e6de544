import type { Box, Call, Diagram, Protocol } from './diagram';
import { nameOfProtocol } from './diagram';
import { escapeMermaid } from './escape';
import { KINDS, LOOKS } from './kinds';

/** A flowchart that GitHub and GitLab draw in Markdown. */
export function mermaidOf({ title, boxes, calls, owners }: Diagram): string {
  const numbers = new Map(boxes.map(({ id }, index) => [id, `n${index}`]));
  const idOf = (id: string): string => numbers.get(id) ?? id;
  const free = boxes.filter(({ owner }) => owner === undefined);
  const kinds = KINDS.filter((kind) => boxes.some((box) => box.kind === kind));
  return [
    'flowchart LR',
    `  accTitle: ${escapeMermaid(title)}`,
    ...free.map((box) => `  ${nodeOf(box, idOf(box.id))}`),
    ...owners.flatMap(({ name, caption }, index) => [
      `  subgraph s${index} ["${escapeMermaid(name)} (${escapeMermaid(caption)})"]`,
      ...boxes.filter(({ owner }) => owner === name).map((box) => `    ${nodeOf(box, idOf(box.id))}`),
      '  end',
    ]),
    ...calls.map((call) => `  ${idOf(call.from)} ${arrowOf(call)} ${idOf(call.to)}`),
    ...kinds.map(
      (kind) => `  classDef ${kind} stroke:${LOOKS[kind].light},stroke-width:2px${LOOKS[kind].dashed ? ',stroke-dasharray:5 3' : ''}`,
    ),
    '',
  ].join('\n');
}

const SHAPES: Readonly<Partial<Record<Box['kind'], readonly [string, string]>>> = {
  client: ['([', '])'],
  gateway: ['{{', '}}'],
  worker: ['[[', ']]'],
  job: ['[/', '/]'],
  port: ['(', ')'],
  service: ['(', ')'],
};

function nodeOf({ kind, name, caption, lines }: Box, id: string): string {
  const [open, close] = SHAPES[kind] ?? ['[', ']'];
  return `${id}${open}"${[name, caption, ...lines].map(escapeMermaid).join('<br/>')}"${close}:::${kind}`;
}

const ARROWS: Readonly<Record<Protocol, string>> = {
  http: '-->',
  http2: '-->|HTTP/2|',
  grpc: `-->|${nameOfProtocol('grpc')}|`,
  tcp: '-.->|TCP|',
};

function arrowOf({ protocol }: Call): string {
  return protocol === undefined ? '-.-' : ARROWS[protocol];
}

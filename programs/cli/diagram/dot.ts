import type { Box, Call, Diagram, Protocol } from './diagram';
import { escapeDot } from './escape';
import { LOOKS } from './kinds';

/** A graph in the language of Graphviz, for its other layouts and for tools that read it. */
export function dotOf({ title, boxes, calls, owners }: Diagram): string {
  const free = boxes.filter(({ owner }) => owner === undefined);
  return [
    `digraph ${quoted(title)} {`,
    '  rankdir=LR',
    '  node [shape=box, fontname="monospace", fontsize=11]',
    '  edge [fontname="monospace", fontsize=10]',
    ...free.map((box) => `  ${nodeOf(box)}`),
    ...owners.flatMap(({ name, caption }, index) => [
      `  subgraph cluster_${index} {`,
      `    label=${quoted(`${name} (${caption})`)}`,
      ...boxes.filter(({ owner }) => owner === name).map((box) => `    ${nodeOf(box)}`),
      '  }',
    ]),
    ...calls.map((call) => `  ${quoted(call.from)} -> ${quoted(call.to)}${styleOf(call)}`),
    '}',
    '',
  ].join('\n');
}

const SHAPES: Readonly<Partial<Record<Box['kind'], string>>> = {
  client: 'oval',
  gateway: 'hexagon',
  worker: 'cds',
  job: 'note',
};

function nodeOf({ id, kind, name, caption, lines }: Box): string {
  const styles = [...(kind === 'service' || kind === 'port' ? ['rounded'] : []), ...(LOOKS[kind].dashed ? ['dashed'] : [])];
  const style = styles.length === 0 ? '' : `, style=${quoted(styles.join(','))}`;
  // \l ends a line at the left.
  const label = [name, caption, ...lines].map((line) => `${escapeDot(line)}\\l`).join('');
  return `${quoted(id)} [label="${label}", shape=${SHAPES[kind] ?? 'box'}, color="${LOOKS[kind].light}"${style}]`;
}

const STYLES: Readonly<Record<Protocol, string>> = {
  http: '',
  http2: ' [label="HTTP/2"]',
  grpc: ' [label="gRPC", style=dashed]',
  tcp: ' [label="TCP", style=dotted]',
};

function styleOf({ protocol }: Call): string {
  return protocol === undefined ? ' [style=dotted, arrowhead=none]' : STYLES[protocol];
}

function quoted(text: string): string {
  return `"${escapeDot(text)}"`;
}

import type { SystemDescription } from '../../../lib/core/description/system-description';
import { nameOfProtocol, type Diagram } from './diagram';
import { escapeMarkup } from './escape';
import { targetOf } from './route-lines';
import { svgOf } from './svg';
import { summaryOf } from './words';

const STYLE = `
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;margin:24px;background:#fff;color:#16191f}
.drawing{overflow:auto;border:1px solid #b8c0c8}
.drawing svg{display:block}
table{border-collapse:collapse}
th,td{text-align:left;vertical-align:top;padding:4px 16px 4px 0;border-bottom:1px solid #d5dbdb}
code{font:13px ui-monospace,Menlo,Consolas,monospace}
@media (prefers-color-scheme:dark){
body{background:#0f141a;color:#f2f3f3}
.drawing{border-color:#4b5763}
th,td{border-color:#3a4450}
}
`;

/** A page that asks for nothing else: browsers are told so. */
export async function htmlOf(diagram: Diagram, system: SystemDescription): Promise<string> {
  const edges = system.edges.filter(({ name }) => diagram.boxes.some(({ id }) => id === `edge ${name}`));
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width">',
    `<title>${escapeMarkup(diagram.title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>${escapeMarkup(diagram.title)}</h1>`,
    `<p>${escapeMarkup(summaryOf(diagram))} Point at a box to see its calls alone.</p>`,
    `<div class="drawing">\n${await svgOf(diagram)}</div>`,
    '<h2>Calls</h2>',
    ...table(['Caller', 'Called', 'Protocol', 'Routes'], callRows(diagram)),
    ...(edges.length === 0 ? [] : ['<h2>Routes</h2>', ...table(['Edge', 'Route', 'Services', 'Authorizer'], edges.flatMap(routeRows))]),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function callRows({ boxes, calls }: Diagram): readonly (readonly string[])[] {
  const titles = new Map(boxes.map(({ id, kind, name }) => [id, kind === 'edge' ? `edge ${name}` : name]));
  return calls.flatMap(({ from, to, protocol, routes }) =>
    protocol === undefined ? [] : [[titles.get(from) ?? from, titles.get(to) ?? to, nameOfProtocol(protocol), routes.join('\n')]],
  );
}

function routeRows(edge: SystemDescription['edges'][number]): readonly (readonly string[])[] {
  return edge.routes.map((route) => [edge.name, route.key, targetOf(route), route.authorizer]);
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [
    '<table>',
    `<thead><tr>${titles.map((title) => `<th scope="col">${title}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...rows.map((row) => `<tr>${row.map((cell) => `<td>${cellOf(cell)}</td>`).join('')}</tr>`),
    '</tbody>',
    '</table>',
  ];
}

function cellOf(text: string): string {
  return text === ''
    ? ''
    : text
        .split('\n')
        .map((line) => `<code>${escapeMarkup(line)}</code>`)
        .join('<br>');
}

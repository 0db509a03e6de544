import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SystemDescription } from '../../../../lib/core/description/system-description';
import { diagramOf } from '../../../../programs/cli/diagram/diagram-of';
import type { Diagram } from '../../../../programs/cli/diagram/diagram';
import { dotOf } from '../../../../programs/cli/diagram/dot';
import { escapeDot, escapeMarkup, escapeMermaid } from '../../../../programs/cli/diagram/escape';
import { focusOn } from '../../../../programs/cli/diagram/focus';
import { htmlOf } from '../../../../programs/cli/diagram/html';
import { jsonOf } from '../../../../programs/cli/diagram/json';
import { layOut, type Place, type Placed } from '../../../../programs/cli/diagram/layout';
import { textWidth, NAME_SIZE, TEXT_SIZE } from '../../../../programs/cli/diagram/measure';
import { mermaidOf } from '../../../../programs/cli/diagram/mermaid';
import { svgOf } from '../../../../programs/cli/diagram/svg';
import { withCallees } from '../../../../programs/cli/diagram/with-callees';
import { expectGolden } from '../../../support/golden';
import { describedSystems } from './systems';

const ROOT = join(__dirname, '../../../..');
const NAMES = ['shop', 'boutique', 'chat', 'warehouse', 'teams', 'large'] as const;

let systems: ReadonlyMap<string, SystemDescription>;
beforeAll(() => {
  systems = describedSystems();
});

function system(name: string): SystemDescription {
  return systems.get(name)!;
}

test('the drawings are as they were, in each format: a difference is to be looked at', async () => {
  const outputs = new Map<string, string>();
  for (const name of NAMES) {
    const diagram = diagramOf(system(name));
    outputs.set(`${name}.mmd`, mermaidOf(diagram));
    outputs.set(`${name}.dot`, dotOf(diagram));
    if (name !== 'large') outputs.set(`${name}.json`, jsonOf(diagram, system(name)));
    if (name !== 'large') outputs.set(`${name}.svg`, await svgOf(diagram));
  }
  outputs.set('boutique-checkoutservice.svg', await svgOf(focusOn(system('boutique'), 'checkoutservice', 1)));
  outputs.set('warehouse.html', await htmlOf(diagramOf(system('warehouse')), system('warehouse')));
  expectGolden(join(__dirname, 'output'), outputs);
});

test.each(NAMES)('as JSON, the calls of %s name boxes, the boxes owners, and no line is left out', (name) => {
  const { system: path, boxes, calls, owners } = JSON.parse(jsonOf(diagramOf(system(name)), system(name))) as Diagram & { system: string };
  expect(path).toBe(system(name).path);
  const ids = boxes.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(calls.flatMap(({ from, to }) => [from, to]).filter((id) => !ids.includes(id))).toEqual([]);
  expect(boxes.flatMap(({ owner }) => owner ?? []).filter((owner) => !owners.some((each) => each.name === owner))).toEqual([]);
  const routes = boxes.filter(({ kind }) => kind === 'edge').flatMap(({ lines }) => lines);
  for (const { key } of system(name).edges.flatMap((edge) => edge.routes)) expect(routes.join('\n')).toContain(key);
});

test('the image of the documentation is what the command draws', async () => {
  expectGolden(join(ROOT, 'docs/images'), new Map([['shop.svg', await svgOf(diagramOf(system('shop')))]]), '.svg');
});

test.each(NAMES)('in the drawing of %s no box touches another, texts fit, and lines go around boxes', async (name) => {
  const placed = await layOut(withCallees(diagramOf(system(name))));
  const touching = placed.boxes.flatMap((one, index) => placed.boxes.slice(index + 1).filter((other) => overlap(one, other)));
  expect(touching).toEqual([]);
  for (const { box, width } of placed.boxes) {
    const texts = [textWidth(box.name, NAME_SIZE), ...box.lines.map((line) => textWidth(line, TEXT_SIZE))];
    expect(Math.max(...texts)).toBeLessThan(width);
  }
  expect(crossedBoxes(placed)).toEqual([]);
  for (const { call, points } of placed.calls) expect({ call, points: points.length >= 2 }).toEqual({ call, points: true });
});

test('each service, edge and call is drawn, by name, as text that can be searched', async () => {
  for (const name of NAMES) {
    const { services, edges, external } = system(name);
    const svg = await svgOf(diagramOf(system(name)));
    for (const each of [...services, ...edges, ...external]) expect(svg).toContain(`>${each.name}</text>`);
    const calls = services.flatMap((service) => service.calls.map((callee) => `${service.name} calls ${callee} (`));
    for (const call of calls) expect(svg).toContain(`<title>${call}`);
  }
});

test('the same system has the same drawing, byte for byte', async () => {
  const draw = async () => svgOf(diagramOf(system('teams')));
  expect(await draw()).toBe(await draw());
});

test('a page asks for nothing from elsewhere, and has each call and each route in a table', async () => {
  const html = await htmlOf(diagramOf(system('boutique')), system('boutique'));
  expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|<script|<link|<img|@import/);
  expect(html).toContain("default-src 'none'");
  expect(html).toContain(
    '<tr><td><code>checkoutservice</code></td><td><code>paymentservice</code></td><td><code>gRPC</code></td><td></td></tr>',
  );
  for (const { key } of system('boutique').edges[0].routes) expect(html).toContain(`<code>${escapeMarkup(key)}</code>`);
});

describe('around a service', () => {
  const namesOf = (name: string, depth: number) =>
    focusOn(system('boutique'), name, depth)
      .boxes.map(({ id }) => id)
      .sort();

  test('stand its callers and what it calls', () => {
    expect(namesOf('recommendationservice', 1)).toEqual([
      'service frontend',
      'service productcatalogservice',
      'service recommendationservice',
    ]);
  });

  test('stand those of more steps, with the edge before a gateway service', () => {
    expect(namesOf('recommendationservice', 2)).toEqual([
      'edge default',
      'gateway gateway',
      'service frontend',
      'service productcatalogservice',
      'service recommendationservice',
    ]);
  });

  test('stand no routes that lead elsewhere', () => {
    const { boxes } = focusOn(system('boutique'), 'currencyservice', 1);
    const { lines } = boxes.find(({ kind }) => kind === 'edge')!;
    expect(lines.filter((line) => !/currencyservice|→ frontend/.test(line))).toEqual([]);
    expect(lines).not.toEqual([]);
  });

  test('stand clients outside of the mesh that call it, and no others', () => {
    const ids = (name: string) => focusOn(system('warehouse'), name, 1).boxes.map(({ id }) => id);
    expect(ids('stock')).toContain('client goods-in');
    expect(ids('erp')).toEqual(['service migrate', 'service stocktaking', 'external erp']);
  });
});

describe('names of any characters', () => {
  const WILD = 'a"b<c>&#;d`{e}|\\n]--> f\u0001';

  test('end no string and no element', () => {
    expect(escapeMarkup(WILD)).toBe('a&quot;b&lt;c&gt;&amp;#;d`{e}|\\n]--&gt; f\ufffd');
    expect(escapeMermaid(WILD)).not.toMatch(/["<>`\\{}]/);
    expect(escapeDot(WILD).replace(/\\[\\"]/g, '')).not.toMatch(/["\\]/);
  });

  test('stand in drawings as they are', async () => {
    const shop = system('shop');
    const edges = shop.edges.map((edge) => ({ ...edge, routes: edge.routes.map((route) => ({ ...route, key: `GET /${WILD}` })) }));
    const diagram = diagramOf({ ...shop, edges });
    expect(await svgOf(diagram)).toContain('GET /a&quot;b&lt;c&gt;&amp;#;d`{e}|\\n]--&gt; f\ufffd → ui');
    expect(mermaidOf(diagram)).toContain('GET /a#34;b#60;c#62;#38;#35;#59;d#96;#123;e#125;|#92;n]--#62; f#1; → ui');
    expect(dotOf(diagram)).toContain('GET /a\\"b<c>&#;d`{e}|\\\\n]--> f');
  });
});

test('docs/commands.md and the README show the image', () => {
  expect(readFileSync(join(ROOT, 'docs/commands.md'), 'utf8')).toContain('(images/shop.svg)');
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('(docs/images/shop.svg)');
});

function overlap(one: Place, other: Place): boolean {
  return one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;
}

/** Calls with a box inside of which they run. */
function crossedBoxes({ boxes, calls }: Placed): readonly string[] {
  return calls.flatMap(({ call, points }) =>
    points.slice(1).flatMap(([x, y], index) => {
      const [fromX, fromY] = points[index];
      const run = { x: Math.min(x, fromX), y: Math.min(y, fromY), width: Math.abs(x - fromX), height: Math.abs(y - fromY) };
      const crossed = boxes.filter((box) => overlap(run, { x: box.x + 1, y: box.y + 1, width: box.width - 2, height: box.height - 2 }));
      return crossed.map(({ box }) => `${call.from} to ${call.to} runs through ${box.id}`);
    }),
  );
}

import type { ElkExtendedEdge, ElkNode, ElkPoint } from 'elkjs';
import Elk from 'elkjs/lib/elk.bundled.js';
import type { Box, Call, Diagram, Owner } from './diagram';
import { CAPTION_SIZE, NAME_SIZE, sizeOf, textWidth } from './measure';

/** A diagram whose parts have places, in pixels from the corner at the top left. */
export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly (Place & { readonly box: Box })[];
  readonly owners: readonly (Place & { readonly owner: Owner })[];
  readonly calls: readonly { readonly call: Call; readonly points: readonly Point[]; readonly label?: Place }[];
}

export interface LayoutOptions {
  /** Where what is called stands of its caller. @default 'RIGHT' */
  readonly direction?: 'RIGHT' | 'DOWN';
  /** Room for a text at each call. @default - none */
  readonly label?: { readonly width: number; readonly height: number };
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Point = readonly [x: number, y: number];

const OPTIONS: Readonly<Record<string, string>> = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  // Lines at right angles, which go around boxes; also from one frame into another.
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  // Same input, same places.
  'elk.randomSeed': '1',
  'elk.padding': '[top=20,left=20,bottom=20,right=20]',
  'elk.spacing.nodeNode': '20',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '8',
  'elk.layered.spacing.nodeNodeBetweenLayers': '40',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  // By steps from where calls begin: with circles of calls, half as wide as without, and lines half as long.
  'elk.layered.cycleBreaking.strategy': 'BFS_NODE_ORDER',
};

/** Texts stand on their lines, so that nobody has to guess to which line one belongs. */
const ON_LINE = { 'elk.edgeLabels.inline': 'true' };

const LABELLED: Readonly<Record<string, string>> = {
  'elk.layered.spacing.nodeNodeBetweenLayers': '24',
  'elk.spacing.edgeLabel': '4',
};

const FRAME = '[top=36,left=18,bottom=18,right=18]';

/** Places what calls at the left of what is called, or above it. */
export async function layOut(diagram: Diagram, { direction = 'RIGHT', label }: LayoutOptions = {}): Promise<Placed> {
  const options = { ...OPTIONS, 'elk.direction': direction, ...(label === undefined ? {} : LABELLED) };
  const nodes = diagram.boxes.map((box) => ({ box, node: nodeOf(box, diagram.calls) }));
  const frames = entriesFirst(diagram).map((owner): ElkNode => {
    const children = nodes.filter(({ box }) => box.owner === owner.name).map(({ node }) => node);
    // A frame has options of its own: it takes none from the whole.
    const layoutOptions = {
      ...options,
      'elk.padding': FRAME,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${frameWidth(owner)},60)`,
    };
    return { id: frameId(owner), children, layoutOptions };
  });
  const edges = diagram.calls.map(({ from, to }, index): ElkExtendedEdge => {
    const labels = label === undefined ? {} : { labels: [{ id: `label ${index}`, text: 'figures', ...label, layoutOptions: ON_LINE }] };
    return { id: String(index), sources: [from], targets: [to], ...labels };
  });
  const free = nodes.filter(({ box }) => box.owner === undefined).map(({ node }) => node);
  const root = await new Elk().layout({ id: 'root', layoutOptions: options, children: [...free, ...frames], edges });
  const placed = new Map(allOf(root).map((node) => [node.id, placeOf(node)]));
  const at = (id: string): Place => placed.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };
  const routed = new Map((root.edges ?? []).map((edge) => [edge.id, edge]));
  return {
    ...sizeOfAll(root),
    boxes: diagram.boxes.map((box) => ({ box, ...at(box.id) })),
    owners: diagram.owners.map((owner) => ({ owner, ...at(frameId(owner)) })),
    calls: diagram.calls.map((call, index) => {
      const edge = routed.get(String(index));
      const [place] = edge?.labels ?? [];
      return { call, points: edge === undefined ? [] : pointsOf(edge), ...(place === undefined ? {} : { label: placeOf(place) }) };
    }),
  };
}

/** Stacks with an edge come first, since the layout begins at the first one that it is given. */
function entriesFirst({ owners, boxes }: Diagram): readonly Owner[] {
  const has = ({ name }: Owner) => boxes.some(({ kind, owner }) => kind === 'edge' && owner === name);
  return [...owners.filter(has), ...owners.filter((owner) => !has(owner))];
}

function frameWidth({ name, caption }: Owner): number {
  return textWidth(name, NAME_SIZE) + textWidth(caption, CAPTION_SIZE) + 40;
}

function frameId({ name }: Owner): string {
  return `stack ${name}`;
}

function nodeOf(box: Box, calls: readonly Call[]): ElkNode {
  const inward = calls.filter(({ to }) => to === box.id).length;
  const outward = calls.filter(({ from }) => from === box.id).length;
  return { id: box.id, ...sizeOf(box, Math.max(inward, outward)) };
}

function allOf(node: ElkNode): readonly ElkNode[] {
  return [node, ...(node.children ?? []).flatMap(allOf)];
}

function placeOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Place>): Place {
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

function sizeOfAll({ width = 0, height = 0 }: ElkNode): { readonly width: number; readonly height: number } {
  return { width: Math.ceil(width), height: Math.ceil(height) };
}

function pointsOf({ sections = [] }: ElkExtendedEdge): readonly Point[] {
  return sections.flatMap(({ startPoint, bendPoints = [], endPoint }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }: ElkPoint): Point => [round(x), round(y)]),
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

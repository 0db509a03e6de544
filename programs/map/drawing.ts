import { diagramOf } from '../cli/diagram/diagram-of';
import type { Box, Diagram } from '../cli/diagram/diagram';
import { nameOfProtocol } from '../cli/diagram/diagram';
import { focusOn } from '../cli/diagram/focus';
import { layOut } from '../cli/diagram/layout';
import { head, path } from '../cli/diagram/svg';
import { summaryOf } from '../cli/diagram/words';
import type { SystemDescription } from '../../lib/core/description/system-description';
import { callKey, type Drawing, type MapSystem } from './view';

/** With more calls than these, figures at lines would make the drawing larger than anybody looks at. */
const LABELLED = 40;
/** With more services than these, the page begins with the list. */
const LARGE = 30;

/** As wide as the figures that the page writes there. */
const FIGURES = Array.from({ length: 3 }, () => ' '.repeat(20));
const LABEL = { width: 100, height: 32 };

export interface View {
  /** Name of a service or an external service, around which all is left out that is further away. */
  readonly focus?: string;
  /** How many calls in a row are followed, each way. */
  readonly depth?: number;
  /** Of a screen that is higher than it is wide. */
  readonly direction: 'RIGHT' | 'DOWN';
}

/** Places boxes with room for their figures. */
export async function drawingOf(system: SystemDescription, { focus, depth = 1, direction }: View): Promise<Drawing> {
  const whole = focus === undefined ? diagramOf(system) : focusOn(system, focus, depth);
  const diagram: Diagram = { ...whole, boxes: whole.boxes.map(withRoom) };
  const labelled = diagram.calls.length <= LABELLED;
  const placed = await layOut(diagram, { direction, ...(labelled ? { label: LABEL } : {}) });
  return {
    width: placed.width,
    height: placed.height,
    frames: placed.owners.map(({ owner: { name, caption }, x, y, width, height }) => ({ name, caption, place: [x, y, width, height] })),
    boxes: placed.boxes.map(({ box: { id, kind, name, caption }, x, y, width, height }) => {
      return { id, kind, name, caption, place: [x, y, width, height] };
    }),
    calls: placed.calls.map(({ call: { from, to, protocol }, points, label }) => ({
      ...{ key: callKey(from, to), from, to, line: path(points), head: protocol === undefined ? '' : head(points) },
      ...(protocol === undefined ? {} : { protocol: nameOfProtocol(protocol) }),
      ...(label === undefined || protocol === undefined ? {} : { label: [label.x, label.y, label.width, label.height] as const }),
    })),
  };
}

export function mapSystemOf(system: SystemDescription): MapSystem {
  const diagram = diagramOf(system);
  return {
    title: system.name,
    summary: summaryOf(diagram),
    boxes: diagram.boxes.map(({ id, kind, name, caption }) => ({ id, kind, name, caption })),
    calls: diagram.calls.flatMap(({ from, to, protocol }) =>
      protocol === undefined ? [] : [{ key: callKey(from, to), from, to, protocol: nameOfProtocol(protocol) }],
    ),
    large: diagram.boxes.length > LARGE,
  };
}

/** Routes, versions and hosts are among what a click shows. */
function withRoom({ id, kind, name, caption, owner }: Box): Box {
  const hasFigures = kind !== 'client' && kind !== 'edge' && kind !== 'external';
  return { id, kind, name, caption, lines: hasFigures ? FIGURES : [], ...(owner === undefined ? {} : { owner }) };
}

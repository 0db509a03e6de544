import type { Box, Diagram } from './diagram';

/** With more lines than these, nobody follows one across the page. */
const CALLS = 60;
const NAMES = 4;

/** Of a diagram with very many lines, boxes also name what they call. */
export function withCallees(diagram: Diagram): Diagram {
  if (diagram.calls.length <= CALLS) return diagram;
  const names = new Map(diagram.boxes.map(({ id, name }) => [id, name]));
  const boxes = diagram.boxes.map((box): Box => {
    // Routes of edges and gateways say so already.
    if (box.kind === 'edge' || box.kind === 'gateway' || box.kind === 'client') return box;
    const all = diagram.calls.filter(({ from }) => from === box.id).map(({ to }) => `→ ${names.get(to) ?? to}`);
    const shown = all.length > NAMES ? [...all.slice(0, NAMES - 1), `and ${all.length - NAMES + 1} more`] : all;
    return { ...box, lines: [...box.lines, ...shown], allLines: [...(box.allLines ?? box.lines), ...all] };
  });
  return { ...diagram, boxes };
}

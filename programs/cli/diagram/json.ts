import type { SystemDescription } from '../../../lib/core/description/system-description';
import type { Diagram } from './diagram';

/** What the other formats draw, for tools that draw it their own way: without places, and with all lines of each box. */
export function jsonOf({ title, boxes, calls, owners }: Diagram, { path }: SystemDescription): string {
  const whole = boxes.map(({ allLines, lines, ...box }) => ({ ...box, lines: allLines ?? lines }));
  return `${JSON.stringify({ schemaVersion: '1.0', system: path, title, boxes: whole, calls, owners }, null, 2)}\n`;
}

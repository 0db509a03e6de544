import type { Box } from './diagram';

/** Letters of a monospaced font are this wide, in parts of their size: so boxes fit whatever font a viewer has. */
const LETTER = 0.61;

export const NAME_SIZE = 14;
export const TEXT_SIZE = 12;
export const CAPTION_SIZE = 11;
export const LINE_HEIGHT = 17;

/** At the left is the stripe of the kind. */
export const TEXT_LEFT = 16;
const TEXT_RIGHT = 12;
const SMALLEST = 110;

/** Lines that end at a side of a box are this far from each other. */
const LINE_DISTANCE = 8;

export function sizeOf({ name, caption, lines }: Box, linesOfASide: number): { readonly width: number; readonly height: number } {
  const text = Math.max(textWidth(name, NAME_SIZE), textWidth(caption, CAPTION_SIZE), ...lines.map((line) => textWidth(line, TEXT_SIZE)));
  const height = 48 + (lines.length === 0 ? 0 : 6 + lines.length * LINE_HEIGHT);
  return {
    width: Math.max(SMALLEST, Math.ceil(TEXT_LEFT + text + TEXT_RIGHT)),
    height: Math.max(height, (linesOfASide + 1) * LINE_DISTANCE),
  };
}

export function textWidth(text: string, size: number): number {
  return Math.ceil(text.length * size * LETTER);
}

import { createColors } from 'picocolors';

/** Functions that colour a text, or leave it as it is. */
export type Paint = ReturnType<typeof createColors>;

/** @param colours whether there are any */
export function paintOf(colours: boolean): Paint {
  return createColors(colours);
}

export const PLAIN = paintOf(false);

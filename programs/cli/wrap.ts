/**
 * The lines of a text, none longer than the width unless one word is.
 *
 * @param first what the first line begins with, and `next` all others
 */
export function wrap(text: string, width: number, first = '', next = first): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${last === undefined ? first : next}${word}`);
  }
  return lines;
}

/** One header in the ways in which a server may take another name for it. */
export function spellings(name: string): readonly string[] {
  const parts = name.split('-');
  const mixed = parts.reduce((text, part, index) => `${text}${['_', '.', '-'][index % 3]}${part}`);
  return [...new Set([name, parts.join('_'), parts.join('.'), mixed])];
}

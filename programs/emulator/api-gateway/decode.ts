/**
 * What API Gateway sends of a text that it has decoded. Decoded once, and what cannot stand in the line of a request is
 * encoded again: controls, spaces, and bytes beyond ASCII. AWS does not document that half: it is a guess, on the
 * dangerous side, since "/", ".", ";", "?", "#" and "%" stay decoded.
 */
export function decoded(text: string): string {
  const bytes = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return bytes.replace(/[^!-~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

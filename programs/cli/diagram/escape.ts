/** For texts and values of attributes in SVG and HTML. Control characters are in no XML. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

/** For labels of Mermaid between quotes, which knows entities with # in the place of &. */
export function escapeMermaid(text: string): string {
  return text.replace(/[#&<>"`\\;{}\u0000-\u001f]/g, (character) => `#${character.charCodeAt(0)};`);
}

/** For strings of Graphviz between quotes, in which a backslash begins a line or a name. */
export function escapeDot(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\r?\n/g, '\\n');
}

/** How servers read a path: one that is decoded and resolved more often than the next one is an attacker's best friend. */

/** All that a path without its query string may be taken for. */
export function readings(path: string): readonly string[] {
  const [plain = ''] = path.split('?', 1);
  const decoded = [plain, decode(plain), decode(decode(plain))];
  const asPaths = decoded.flatMap((text) => [text, text.replaceAll('\\', '/')]);
  const bare = asPaths.flatMap((text) => [text, text.replaceAll(/;[^/]*/g, ''), text.replaceAll(/[\0-\x20\x7f]/g, '')]);
  return [...new Set(bare.flatMap((text) => [text, resolved(text)]))];
}

/** As leniently as any server: escapes of bytes and of UTF-16, and characters that take more bytes than they need. */
function decode(text: string): string {
  return text
    .replaceAll(/%u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/[\xc0\xc1][\x80-\xbf]|\xe0[\x80-\x9f][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf]{2}/g, (bytes) =>
      String.fromCharCode(
        Array.from(bytes, (byte) => byte.charCodeAt(0))
          .slice(1)
          .reduce((code, byte) => code * 64 + (byte & 63), bytes.length === 2 ? bytes.charCodeAt(0) & 31 : bytes.charCodeAt(0) & 15),
      ),
    );
}

/** Without empty and dot segments. */
function resolved(path: string): string {
  const parts: string[] = [];
  const all = path.split('/').slice(1);
  for (const [index, part] of all.entries()) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
    if (index === all.length - 1 && ['', '.', '..'].includes(part)) parts.push('');
  }
  return `/${parts.join('/')}`;
}

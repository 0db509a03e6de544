const ANY_SEPARATOR = '.';

/**
 * Names of request headers as regular expressions. A hyphen stands for any character: servers with
 * CGI's names (WSGI, Rack, PHP, lighttpd) make an underscore of it. https://www.rfc-editor.org/rfc/rfc3875#section-4.1.18
 */
export function spellings(names: readonly string[]): readonly string[] {
  return names.map((name) => name.replaceAll('-', ANY_SEPARATOR));
}

/** Each spelling but the one with hyphens alone. */
export function otherSpellings(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const parts = name.split('-');
    return parts.slice(1).map((_, index) => `${parts.slice(0, index + 1).join('-')}[^-]${parts.slice(index + 1).join(ANY_SEPARATOR)}`);
  });
}

/** The names in every spelling; of those that are let through, every other one. */
export function spellingsBut(passed: readonly string[], names: readonly string[]): readonly string[] {
  return [...spellings(names.filter((name) => !passed.includes(name))), ...otherSpellings(names.filter((name) => passed.includes(name)))];
}

/** Any of the names, whole. */
export function anyOf(patterns: readonly string[]): string {
  return patterns.join('|');
}

/** All names that begin so, in every spelling. */
export function prefixes(names: readonly string[]): readonly string[] {
  return spellings(names).map((name) => `${name}.*`);
}

/** All names that begin so, in every spelling, but these as they stand here. */
export function prefixBut(prefix: string, passed: readonly string[]): readonly string[] {
  if (passed.length === 0) return prefixes([prefix]);
  return [...otherSpellings([prefix]).map((name) => `${name}.*`), `${prefix}${noneOf(passed.map((name) => name.slice(prefix.length)))}`];
}

/** RE2 looks neither ahead nor back: a text that is none of these words parts from them at some character. */
function noneOf(words: readonly string[]): string {
  const next = [...new Set(words.flatMap(([first]) => first ?? []))].sort();
  if (next.length === 0) return '.+';
  const parts = [
    ...(words.includes('') ? [] : ['']),
    `[^${next.join('')}].*`,
    ...next.map((first) => `${first}${noneOf(words.filter((word) => word.startsWith(first)).map((word) => word.slice(1)))}`),
  ];
  return `(${parts.join('|')})`;
}

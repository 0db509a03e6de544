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

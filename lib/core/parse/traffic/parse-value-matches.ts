import { displayValue } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { REGEX_ALLOWED, checkRegex } from '../../reading/check-regex';
import type { ValueMatch } from '../../model/traffic-policy';
import { parseHeaderName } from './parse-header-changes';

const HOW = 'ValueMatch.exact(), prefix(), suffix(), regex(), present(), range() or not()';

/** Conditions on headers, by name. */
export function parseHeaderMatches(at: Reader): readonly ValueMatch[] {
  const found = new Map<string, ValueMatch>();
  for (const [key, item] of at.entries()) {
    const name = parseHeaderName(key, item, false);
    const match = parseValueMatch(item, name ?? key, 'header');
    if (name === undefined || match === undefined) continue;
    if (found.has(name)) item.fail('DUPLICATE', `"${name}" is given twice, in upper and in lower case`, { got: null, fix: 'remove one' });
    found.set(name, match);
  }
  return sorted(found);
}

/** Conditions on query parameters, by name. */
export function parseQueryMatches(at: Reader): readonly ValueMatch[] {
  const found = new Map<string, ValueMatch>();
  for (const [name, item] of at.entries()) {
    if (!/^[A-Za-z0-9._~!$'()*,;:@%[\]-]{1,256}$/.test(name))
      item.fail('INVALID_NAME', `${displayValue(name)} is not the name of a query parameter`, {
        got: null,
        allowed: 'as it stands in the URL, with its escapes',
      });
    const match = parseValueMatch(item, name, 'parameter');
    if (match !== undefined) found.set(name, match);
  }
  return sorted(found);
}

function sorted(found: ReadonlyMap<string, ValueMatch>): readonly ValueMatch[] {
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function parseValueMatch(at: Reader, name: string, of: 'header' | 'parameter'): ValueMatch | undefined {
  at.required('what it has to be', `use ${HOW}`);
  if (!at.checkFactory('ValueMatch', HOW) || !at.checkFields(['text', 'start', 'end', 'match'], 'kind')) return undefined;
  const kind = at
    .field('kind')
    .required('the kind of match', `use ${HOW}`)
    .oneOf(['exact', 'prefix', 'suffix', 'regex', 'present', 'range', 'not'], 'a ValueMatch');
  if (of === 'parameter' && (kind === 'not' || kind === 'range'))
    return at.fail('INVALID_VALUE', 'Envoy cannot match query parameters like this', {
      got: `ValueMatch.${kind}()`,
      allowed: 'exact(), prefix(), suffix(), regex() and present()',
      fix: 'write it as ValueMatch.regex(), or put another route before this one',
    });
  switch (kind) {
    case undefined:
      return undefined;
    case 'not': {
      const inner = parseValueMatch(at.field('match'), name, of);
      if (inner?.kind === 'regex' && fitsEmptyText(inner.text)) {
        return at
          .field('match')
          .fail(
            'INVALID_VALUE',
            'to Envoy, a missing header is an empty text, which this pattern matches: a request without the header would not match',
            { got: inner.text, fix: 'write the pattern so that it does not match an empty text, such as ".+" for ".*"' },
          );
      }
      return inner === undefined ? undefined : { ...inner, invert: !inner.invert };
    }
    case 'present':
      return { name, kind, invert: false };
    case 'range':
      return parseRange(at, name);
    default: {
      const text = at.field('text').required('the text', `such as ValueMatch.${kind}('1')`).string();
      return text !== undefined && checkText(at.field('text'), kind, text) ? { name, kind, text, invert: false } : undefined;
    }
  }
}

/** Patterns that got so far (checkRegex) mean the same in JavaScript, but for "(?i)", which says nothing about an empty text. */
function fitsEmptyText(pattern = ''): boolean {
  return new RegExp(`^(?:${pattern.replaceAll('(?i)', '')})$`).test('');
}

/** Whole numbers that JavaScript and Envoy (64 bits) agree on. */
const LARGEST = Number.MAX_SAFE_INTEGER;

function parseRange(at: Reader, name: string): ValueMatch | undefined {
  const [start, end] = ['start', 'end'].map((field) =>
    at.field(field).required('both ends', 'such as ValueMatch.range(0, 10)').number({ min: -LARGEST, max: LARGEST }),
  );
  if (start === undefined || end === undefined) return undefined;
  if (end <= start)
    return at
      .field('end')
      .fail('OUT_OF_RANGE', `a range from ${start} up to, but not with, ${end} is empty`, { allowed: `more than ${start}` });
  return { name, kind: 'range', start, end, invert: false };
}

function checkText(at: Reader, kind: 'exact' | 'prefix' | 'suffix' | 'regex', text: string): boolean {
  if (kind === 'regex') return checkPattern(at, text) !== undefined;
  if (/^[\x20-\x7e]{1,1024}$/.test(text)) return true;
  at.fail('INVALID_FORMAT', text === '' ? 'every value contains an empty text' : 'is not a text that can be compared', {
    allowed: '1 to 1024 printable ASCII characters',
    ...(text === '' ? { fix: 'use ValueMatch.present()' } : {}),
  });
  return false;
}

/** The number of its groups; undefined, with an issue, if Envoy might refuse it. */
export function checkPattern(at: Reader, pattern: string): number | undefined {
  const check = checkRegex(pattern);
  return 'groups' in check ? check.groups : at.fail('INVALID_FORMAT', check.problem, { allowed: REGEX_ALLOWED });
}

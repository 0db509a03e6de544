import { everyOutcome } from '../../programs/simulator/chance';
import { HeaderMap } from '../../programs/simulator/header-map';
import { matchesHeader, matchesQueryParameter, runtimeHappens, RUNTIME_FRACTION } from '../../programs/simulator/matchers';
import { Message } from '../../programs/simulator/message';
import { fullMatch, re2, replaceAll } from '../../programs/simulator/regex';

const headers = new HeaderMap([
  [':method', 'GET'],
  [':path', '/a?b=c'],
  [':authority', 'shop'],
  ['x-one', 'Alpha'],
  ['x-two', '7'],
  ['x-two', '8'],
  ['x-number', '-10'],
  ['x-empty', ''],
]);

test.each<readonly [string, object, boolean]>([
  ['an exact value', { name: 'X-One', string_match: { exact: 'Alpha' } }, true],
  ['another exact value', { name: 'x-one', string_match: { exact: 'alpha' } }, false],
  ['an exact value in any case', { name: 'x-one', string_match: { exact: 'alpha', ignore_case: true } }, true],
  ['a prefix', { name: 'x-one', string_match: { prefix: 'Al' } }, true],
  ['a suffix', { name: 'x-one', string_match: { suffix: 'pha' } }, true],
  ['a part', { name: 'x-one', string_match: { contains: 'lph' } }, true],
  ['an expression that fits the whole', { name: 'x-one', string_match: { safe_regex: { regex: '[A-Z][a-z]+' } } }, true],
  ['an expression that fits a part', { name: 'x-one', string_match: { safe_regex: { regex: '[A-Z]' } } }, false],
  ['any of several values', { name: 'x-two', string_match: { exact: '8' } }, true],
  ['several values as one text', { name: 'x-two', string_match: { exact: '7,8' } }, false],
  ['any of several values, inverted', { name: 'x-two', string_match: { exact: '8' }, invert_match: true }, false],
  ['any of several values as a number', { name: 'x-two', range_match: { start: '8', end: '9' } }, true],
  ['the first number of a range', { name: 'x-number', range_match: { start: '-10', end: '0' } }, true],
  ['the end of a range', { name: 'x-number', range_match: { start: '-20', end: '-10' } }, false],
  ['a range, where there is no number', { name: 'x-one', range_match: { start: '0', end: '9' } }, false],
  ['a range, inverted', { name: 'x-one', range_match: { start: '0', end: '9' }, invert_match: true }, true],
  ['presence', { name: 'x-empty', present_match: true }, true],
  ['absence', { name: 'x-none', present_match: false }, true],
  ['presence, inverted', { name: 'x-none', present_match: true, invert_match: true }, true],
  ['nothing but a name', { name: 'x-one' }, true],
  ['what is missing', { name: 'x-none', string_match: { exact: 'a' } }, false],
  ['what is missing, inverted', { name: 'x-none', string_match: { exact: 'a' }, invert_match: true }, false],
  [
    'what is missing, as empty and inverted',
    { name: 'x-none', string_match: { exact: 'a' }, invert_match: true, treat_missing_header_as_empty: true },
    true,
  ],
  ['the host by its old name', { name: 'host', string_match: { exact: 'shop' } }, true],
  ['the path, with its query string', { name: ':path', string_match: { exact: '/a?b=c' } }, true],
])('of a header: %s', (_, matcher, fits) => {
  expect(matchesHeader(matcher, 'here', headers)).toBe(fits);
});

test.each<readonly [string, object, boolean]>([
  ['a=1', { name: 'a', string_match: { exact: '1' } }, true],
  ['a=1&a=2', { name: 'a', string_match: { exact: '2' } }, false],
  ['a=%31', { name: 'a', string_match: { exact: '1' } }, false],
  ['b=1&a', { name: 'a', string_match: { exact: '' } }, true],
  ['b=1', { name: 'a', present_match: true }, false],
  ['b=1', { name: 'a', present_match: false }, true],
  ['a', { name: 'a' }, true],
  ['a=b=c', { name: 'a', string_match: { exact: 'b=c' } }, true],
])('of the query string %s: %j', (query, matcher, fits) => {
  expect(matchesQueryParameter(matcher, 'here', `/path?${query}`)).toBe(fits);
});

test.each([
  [String.raw`/orders/\d+`, '/orders/7', true],
  [String.raw`/orders/\d+`, '/orders/7/8', false],
  ['a|b', 'b', true],
  ['(?i)ABC', 'abc', true],
  ['(?P<name>a)', 'a', true],
  ['[[:digit:]x]+', '1x', true],
  [String.raw`[\s]`, '\u00a0', false],
  ['[]a]+', ']a', true],
  ['[^]]', 'a', true],
  ['[[]', '[', true],
  ['(?i:aB(c|[de]))f', 'AbEf', true],
  ['(?i:aB(c|[de]))f', 'AbEF', false],
])('RE2 has %s fit %s: %s', (pattern, text, fits) => {
  expect(fullMatch(pattern, text, 'here')).toBe(fits);
});

test.each([
  '(?=a)',
  '(?!a)',
  '(?<=a)',
  String.raw`(a)\1`,
  String.raw`\pN`,
  String.raw`\Qa\E`,
  '(?s)a',
  '(?s:a)',
  '(?i:[a-c])',
  '[[:ascii:]]',
])('fails if an expression has %s, which JavaScript and RE2 read differently, or only one of them', (pattern) => {
  expect(() => re2(pattern, 'here')).toThrow('here');
});

test.each([
  ['/orders/7', String.raw`^/orders/(\d+)$`, String.raw`/o/\1`, '/o/7'],
  ['/a/a', 'a', 'b', '/b/b'],
  ['/a', '(x)?a', String.raw`[\1\0]`, '/[a]'],
  ['/a', 'a', String.raw`\\`, '/\\'],
  ['baaac', 'a*', '-', '-b-c-'],
])('of %s a replacement of %s by %s makes %s', (text, pattern, substitution, becomes) => {
  expect(replaceAll(text, pattern, substitution, 'here')).toBe(becomes);
});

test.each([
  [undefined, [true]],
  [0, [false]],
  [100, [true]],
  [30, [true, false]],
])('of %s percent of the requests each outcome is one', (numerator, outcomes) => {
  const fraction = numerator === undefined ? undefined : Message.of({ default_value: { numerator } }, 'here', RUNTIME_FRACTION);
  expect(everyOutcome((chance) => runtimeHappens(fraction, chance, true))).toEqual(outcomes);
});

test('every way through several choices is taken once', () => {
  const ways = everyOutcome((chance) => {
    const first = chance.pick(['a', 'b']);
    return first === 'a' ? first + chance.pick(['1', '2', '3']) : first;
  });
  expect(ways).toEqual(['a1', 'a2', 'a3', 'b']);
});

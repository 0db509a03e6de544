import fc from 'fast-check';
import { checkRegex } from '../../../lib/core/reading/check-regex';
import { pattern } from './patterns';
import { runs } from '../../support/runs';

test.each([
  ['/orders/\\d+', 0],
  ['(a)(?:b)(c|d)', 2],
  ['(?i)abc', 0],
  ['(?i:abc)|d', 0],
  ['[a-z0-9_-]+', 0],
  ['[^/?]*', 0],
  ['[\\w.\\-]+', 0],
  ['a{2}b{2,}c{2,5}?', 0],
  ['^a$|^b$', 0],
  ['\\bword\\B', 0],
  ['a*?b+?c??', 0],
  ['\\/\\.\\{\\}\\[\\]\\(\\)\\|\\^\\$\\+\\*\\?\\\\', 0],
  ['(|a)', 1],
  ['.{300}', 0],
  ['a{1000}', 0],
  ['%20 "\'', 0],
  ['[a-]', 0],
  ['[-a]', 0],
  ['[+--]', 0],
])('%s is a regular expression with %i groups', (text, groups) => {
  expect(checkRegex(text)).toEqual({ groups });
});

test.each([
  ['', 'empty'],
  ['(?=a)', 'no look-ahead'],
  ['(?!a)', 'no look-ahead'],
  ['(?<=a)', 'no look-behind'],
  ['(?<!a)b', 'no look-behind'],
  ['(a)\\1', 'no back references'],
  ['a++', 'possessive'],
  ['a**', 'cannot be repeated'],
  ['a{2}{3}', 'cannot be repeated'],
  ['(?>a)', 'is not a group'],
  ['(?<n>a)', 'is not a group'],
  ['(?P<n>a)', 'is not a group'],
  ['(?#x)', 'is not a group'],
  ['(a', 'has no ")"'],
  ['a)', 'has no "("'],
  ['[a', 'has no "]"'],
  ['[]', 'matches nothing'],
  ['[]a]', 'matches nothing'],
  ['[[:alpha:]]', 'needs a backslash'],
  ['[z-a]', 'is not a range'],
  ['[a-c-e]', 'is not a range'],
  ['[\\d-z]', 'is not a range'],
  ['*a', 'has nothing before it'],
  ['a|+', 'has nothing before it'],
  ['^*', 'cannot be repeated'],
  ['(?i)+a', 'cannot be repeated'],
  ['a{', 'needs a backslash'],
  ['a{,5}', 'needs a backslash'],
  ['a{5,2}', 'ends before it begins'],
  ['a{1001}', 'more than 1000 times'],
  ['(a{40}){40}', 'more than 1000 times'],
  ['.{1000}', 'too large'],
  ['\\x41', 'is not an escape'],
  ['\\pL', 'is not an escape'],
  ['\\Qa\\E', 'is not an escape'],
  ['\\A', 'is not an escape'],
  ['\\_', 'is not an escape'],
  ['a\\', 'escapes nothing'],
  ['é', 'printable ASCII'],
  ['a\nb', 'printable ASCII'],
  ['a'.repeat(513), '513 characters'],
  [`${'('.repeat(60)}a${')'.repeat(60)}`, 'too deep'],
])('fails if the regular expression is %j', (text, problem) => {
  expect(checkRegex(text)).toEqual({ problem: expect.stringContaining(problem) });
});

test('whatever is accepted is a regular expression for JavaScript, too, whose groups are counted the same', () => {
  fc.assert(
    fc.property(
      fc.oneof(pattern, fc.string({ unit: fc.constantFrom(...Array.from('abz09-_/.^$|()[]{}*+?\\dw,:i!=<')), maxLength: 12 })),
      (text) => {
        const check = checkRegex(text);
        if (!('groups' in check)) return;
        // Flags inside of a pattern are RE2's.
        const javaScript = new RegExp(`${text.replaceAll('(?i:', '(?:').replaceAll('(?i)', '')}|`);
        expect(javaScript.exec('')?.length).toBe(check.groups + 1);
      },
    ),
    { numRuns: runs(3000) },
  );
});

test('generated patterns are accepted, so that a real Envoy can be asked about them', () => {
  fc.assert(
    fc.property(pattern, (text) => {
      expect(checkRegex(text)).toHaveProperty('groups');
    }),
    { numRuns: runs(500) },
  );
});

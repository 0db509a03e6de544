import fc from 'fast-check';

const atom = fc.constantFrom(
  'a',
  '/',
  '7',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '\\D',
  '\\.',
  '\\-',
  '%',
  '[a-z]',
  '[^/?]',
  '[\\w.-]',
  '[-x]',
  '\\bx',
  '(?i:ab)',
);
const times = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '+?');
const item = fc.tuple(atom, times).map((parts) => parts.join(''));

/** Regular expressions that users may write. */
export const pattern: fc.Arbitrary<string> = fc
  .letrec<{ sequence: string; group: string }>((tie) => ({
    sequence: fc
      .array(fc.oneof({ weight: 5, arbitrary: item }, { weight: 1, arbitrary: tie('group') }), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('')),
    group: fc
      .tuple(fc.constantFrom('(', '(?:'), fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }), times)
      .map(([open, alternatives, repeated]) => `${open}${alternatives.join('|')})${repeated.replace(/\{.*\}/, '')}`),
  }))
  .sequence.filter((text) => text.length <= 200);

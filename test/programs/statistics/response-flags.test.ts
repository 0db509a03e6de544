import { flagsInWords } from '../../../programs/statistics/response-flags';

test.each([
  ['-', []],
  ['', []],
  ['UH', ['the callee has no healthy task']],
  ['UF,URX', ['no connection to the callee', 'all attempts failed']],
  // Of a filter of somebody else's.
  ['XYZ', ['response flag XYZ']],
])('the flags "%s" say %j', (flags, words) => {
  expect(flagsInWords(flags)).toEqual(words);
});

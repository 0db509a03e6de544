import { lifeInWords, rateInWords, roughLifeInWords, shareInWords, timeInWords, withCommas } from '../../../programs/map/words';

test.each([
  [0, '0/s'],
  [0.01, '<0.1/s'],
  [0.5, '0.5/s'],
  [40, '40/s'],
  [99.94, '99.9/s'],
  [1234.4, '1,234/s'],
])('%f requests a second are "%s"', (value, words) => {
  expect(rateInWords(value)).toBe(words);
});

test.each([
  [0, '0 %'],
  [0.0001, '<0.1 %'],
  [0.004, '0.4 %'],
  [0.1, '10 %'],
  [0.9999, '>99.9 %'],
  [1, '100 %'],
])('the share %f is "%s": some is not none, and most is not all', (value, words) => {
  expect(shareInWords(value)).toBe(words);
});

test.each([
  [0, '<1 ms'],
  [3.25, '3.3 ms'],
  [340.4, '340 ms'],
  [1520, '1.52 s'],
  [15_000, '15 s'],
])('%f milliseconds are "%s"', (value, words) => {
  expect(timeInWords(value)).toBe(words);
});

test.each([
  [-5, '0 s', '0 s'],
  [40_000, '40 s', '40 s'],
  [3_900_000, '1 h 5 min', '1 h'],
  [600_000_000, '6 d 22 h', '6 d'],
  [864_000_000, '10 d', '10 d'],
])('a certificate has %f milliseconds: "%s", in short "%s"', (value, words, rough) => {
  expect([lifeInWords(value), roughLifeInWords(value)]).toEqual([words, rough]);
});

test('long numbers have commas', () => {
  expect([999, 1000, 1_234_567].map(withCommas)).toEqual(['999', '1,000', '1,234,567']);
});

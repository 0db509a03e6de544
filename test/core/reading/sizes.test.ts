import { Bytes, bytesText, displayValue } from '../../../lib/core/reading/input';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1000, '1,000 bytes'],
  [1024, '1 KiB'],
  [1600, '1,600 bytes'],
  [70 * 1024, '70 KiB'],
  [10 * 1024 * 1024, '10 MiB'],
  [10 * 1024 * 1024 + 1, '10,485,761 bytes'],
  [0.5, '0.5 bytes'],
])('%d bytes are written as %s, also where an error shows what it got', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
  expect(displayValue(new Bytes(bytes))).toBe(text);
});

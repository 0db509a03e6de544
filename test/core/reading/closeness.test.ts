import { closestName } from '../../../lib/core/reading/closeness';

test.each([
  ['ordrs', ['orders', 'carts'], 'orders'],
  ['Orders', ['orders', 'carts'], 'orders'],
  ['prot', ['port', 'product'], 'port'],
  ['iu', ['ui', 'api'], 'ui'],
  ['order-histroy', ['order-history', 'orders'], 'order-history'],
  ['catalogue', ['catalog', 'carts'], 'catalog'],
  // Not by its letters, but by its beginning.
  ['warn', ['info', 'warning', 'error'], 'warning'],
])('%s is most likely one of %j: %s', (got, names, expected) => {
  expect(closestName(got, names)).toBe(expected);
});

test.each([
  ['', ['ui']],
  ['ui', []],
  ['db', ['ui']],
  ['m', ['s', 'ms']],
  ['cart', ['ui', 'orders']],
  ['memory', ['memory-a-very-long-name', 'memory-another-long-name']],
  ['po', ['postgres']],
  ['a'.repeat(201), ['a'.repeat(200)]],
])('%s is a typo of none of %j', (got, names) => {
  expect(closestName(got, names)).toBeUndefined();
});

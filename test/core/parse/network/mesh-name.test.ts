import fc from 'fast-check';
import { meshNameOf } from '../../../../lib/core/parse/network/mesh-name';
import { LABEL } from '../../../../lib/core/reading/check-label';

test.each([
  ['Shop', 'shop'],
  ['MyShop', 'my-shop'],
  ['MyShop2Go', 'my-shop2-go'],
  ['my_shop', 'my-shop'],
  ['-shop-', 'shop'],
  ['2Shop', 'mesh-2-shop'],
  ['HTTPShop', 'httpshop'],
  ['123', 'mesh-123'],
  ['', 'mesh'],
  ['日本', 'mesh'],
  ['A'.repeat(100), 'a'.repeat(63)],
  [`${'a'.repeat(62)}-b`, 'a'.repeat(62)],
])('the construct id %j gives the mesh the name %j', (id, name) => {
  expect(meshNameOf(id)).toBe(name);
});

test('every construct id gives a DNS label', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (id) => {
      expect(meshNameOf(id)).toMatch(LABEL);
    }),
  );
});

/** Headers that name another method or path, where the user says that an application is to have them. */
import { GATEWAY_NAME } from '../../../lib/core/model/constants';
import { e2e } from '../suite';
import { request } from './attack';
import { attacked } from './attacked-mesh';
import { attackedProps, attackedSystem } from './attacked-system';
import { mapped } from './edge';
import { canonical, OVERRIDES } from './rules';
import { forged, OVERRIDING } from './steering';

const PASSED = { passThroughHeaders: ['x-http-method-override'] };

e2e('headers that a service lets through', () => {
  const mesh = attacked(() => attackedSystem(attackedProps(PASSED, { web: PASSED, limited: PASSED })));
  const arrives = async (to: string, path: string, lines: readonly string[]): Promise<readonly string[]> => {
    const number = mesh().nextNumber();
    const conversation = await mesh().byHttp1(to);
    await conversation.exchange(request(`POST ${path}`, ...lines, ...forged(OVERRIDING), 'Content-Length: 0').replaceAll('{n}', number), 1);
    return mesh()
      .witness.with(number)
      .flatMap((arrival) => arrival.lines.map(([name]) => name))
      .filter((name) => OVERRIDES.includes(canonical(name)));
  };

  test.each([
    ['web', '/public/x'],
    ['limited', '/x'],
  ])('arrive at %s by the name that it gives, and no others', async (to, path) => {
    expect(await arrives(to, path, [])).toEqual(['x-http-method-override']);
  });

  test('arrive from the internet by the name that the edge gives, and no others', async () => {
    expect(await arrives(GATEWAY_NAME, '/orders', mapped('POST /orders'))).toEqual(['x-http-method-override']);
  });
});

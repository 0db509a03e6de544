/** What a declared caller that was taken over, or somebody else, may do to the inbound port of a service. */
import { fewAtOnce } from '../few-at-once';
import { e2e } from '../suite';
import { request } from './attack';
import { expectArrivals, http1Tests, http2Tests, sendByHttp2 } from './attack-tests';
import { attacked } from './attacked-mesh';
import { attackedSystem } from './attacked-system';
import type { StreamEnd } from './http2-client';
import { head } from './http2-client';
import { HTTP1 } from './http1';
import { HTTP2 } from './http2';
import type { Fate, PathAttack } from './paths';
import { PATHS } from './paths';

e2e('what arrives at the inbound port of a service', () => {
  const mesh = attacked(() => attackedSystem());

  describe('obeys its rules about paths, such as', () => {
    const arrivalsBy = (fate: Fate): { readonly path: string }[] => (typeof fate === 'string' && fate !== 'reset' ? [{ path: fate }] : []);
    const endOf = (fate: Fate): StreamEnd => (typeof fate === 'number' || fate === 'reset' ? fate : 200);

    const sent = new Map<
      PathAttack,
      { readonly first: string; readonly second: string; readonly statuses: readonly number[]; readonly end: StreamEnd }
    >();
    // Side by side, since each takes connections of its own.
    beforeAll(async () => {
      await fewAtOnce(PATHS, async (attack) => {
        const [first, second] = [mesh().nextNumber(), mesh().nextNumber()];
        const conversation = await mesh().byHttp1('web');
        const answers = await conversation.exchange(request(`GET ${attack.path}`).replaceAll('{n}', first), 1);
        const end = await sendByHttp2(mesh(), { head: head(attack.path) }, second);
        sent.set(attack, { first, second, statuses: answers.map(({ status }) => status), end });
      });
    });

    test.each(PATHS.map((attack) => [JSON.stringify(attack.path), attack] as const))('%s', (_, attack) => {
      const { fate, byHttp2 = fate } = attack;
      const { first, second, statuses, end } = sent.get(attack)!;
      expectArrivals(mesh(), first, arrivalsBy(fate));
      expectArrivals(mesh(), second, arrivalsBy(byHttp2));
      expect([statuses, end]).toEqual([[endOf(fate)], endOf(byHttp2)]);
    });
  });

  describe('by HTTP/1.1 is one request, which obeys its rules, whatever there is of', () => {
    http1Tests(mesh, HTTP1);
  });
  describe('by HTTP/2 is one request, which obeys its rules, whatever there is of', () => {
    http2Tests(mesh, HTTP2);
  });
});

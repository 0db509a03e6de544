import fc from 'fast-check';
import { CLUSTERS, generatedManager, generatedRequest } from '../simulator/generated-routes';
import { simulate } from '../simulator/simulate';
import type { Seen } from './agreement';
import { agrees, fateOf } from './agreement';
import { Echo } from './echo';
import { OneEnvoy } from './one-envoy';
import { sendRaw } from './raw-client';
import { until } from './runner';
import { e2e } from './suite';

/** Another one: SIMULATOR_SEED=7 npx jest --selectProjects e2e --testPathPatterns simulator */
const seed = Number(process.env['SIMULATOR_SEED'] ?? 20261125);
const MANAGERS = 40;
const REQUESTS = 600;

e2e(`the simulator and a real Envoy, with SIMULATOR_SEED=${seed}`, () => {
  describe('of connection managers with everything in them', () => {
    const echo = new Echo();
    const managers = fc.sample(generatedManager, { numRuns: MANAGERS, seed });
    let envoy: OneEnvoy | undefined;
    beforeAll(async () => { envoy = await OneEnvoy.start(echo, CLUSTERS, managers); });
    afterAll(() => { envoy?.close(); });

    test(`agree on ${REQUESTS} requests`, async () => {
      const cases = fc.sample(generatedRequest, { numRuns: REQUESTS, seed }).map((request, index) => {
        const manager = index % MANAGERS;
        return { number: String(index), request, manager, outcomes: simulate(envoy!.system, { ...request, from: envoy!.from(manager) }) };
      });
      const compared = await Promise.all(cases.map(async ({ number, request, manager, outcomes }) => {
        const answered = await sendRaw(envoy!.listener(manager), number, request);
        const seen = (): Seen => ({ ...answered, arrived: echo.of(number) });
        // Copies take their time.
        const agreed = await until(() => agrees(outcomes, seen()), { what: 'copies', timeoutMs: 5000 }).catch(() => false);
        return { agreed, manager: managers[manager], request, outcomes, seen: seen() };
      }));
      expect(compared.filter(({ agreed }) => !agreed).slice(0, 3)).toEqual([]);
      // They have agreed on many things.
      const fates = new Set(compared.flatMap(({ outcomes }) => outcomes.map(fateOf)));
      expect(fates.size).toBeGreaterThan(15);
      expect(compared.filter(({ seen }) => seen.answeredBy !== undefined).length).toBeGreaterThan(REQUESTS / 5);
    });
  });
});

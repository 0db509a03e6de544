import type { Cluster } from './runner';
import { findTools } from './tools';

const required = process.env['CI'] === 'true' || process.env['E2E_REQUIRED'] === '1';

/**
 * A group of tests that needs the tools of `.ci/tools`. Without them it fails in CI (or with E2E_REQUIRED=1), and
 * is skipped elsewhere: see announce.ts.
 */
export function e2e(name: string, tests: () => void): void {
  try {
    findTools();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (required) {
      test(`${name}: the tools are there`, () => {
        throw new Error(message);
      });
      return;
    }
    describe.skip(name, tests);
    return;
  }
  describe(name, tests);
}

/** A cluster for the tests of one group; nothing of it is left on the host when they are over. */
export function cluster(start: () => Promise<Cluster>): () => Cluster {
  let started: Cluster | undefined;
  beforeAll(async () => {
    started = await start();
  });
  afterAll(async () => {
    if (started === undefined) return;
    await started.close();
    expect(await started.leftovers()).toEqual([]);
  });
  return () => {
    if (started === undefined) throw new Error('the cluster did not start');
    return started;
  };
}

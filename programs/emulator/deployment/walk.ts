import type { Needs } from './order';

/** In which order steps are made that nothing orders. */
export type Order =
  /** Each as soon as it may be, all at the same time. */
  | 'parallel'
  /**
   * One at a time, in an order that the seed chooses, and those that no other waits for last: what needs them without saying so does
   * not find them. Those that take long go on meanwhile.
   */
  | { readonly seed: number; readonly takesLong: (id: string) => boolean };

export interface Failure {
  readonly id: string;
  readonly error: unknown;
}

/**
 * Makes a step for each ID, after those that it needs. The first one that fails ends it: nothing begins any more, the others are told,
 * and all are waited for.
 *
 * @returns what failed, the first one first; nothing if all is well
 * @throws Error if steps need each other
 */
export async function walk(
  needs: Needs,
  step: (id: string, cancelled: AbortSignal) => Promise<void>,
  order: Order = 'parallel',
): Promise<readonly Failure[]> {
  const left = new Set(needs.keys());
  const done = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const failures: Failure[] = [];
  const cancelling = new AbortController();
  const waitedFor = new Set([...needs.values()].flat());
  const random = order === 'parallel' ? undefined : randomOf(order.seed);

  const begin = (id: string): Promise<void> => {
    left.delete(id);
    const run = (async () => step(id, cancelling.signal))()
      .then(
        () => void done.add(id),
        (error: unknown) => {
          failures.push({ id, error });
          cancelling.abort();
        },
      )
      .finally(() => running.delete(id));
    running.set(id, run);
    return run;
  };
  const ready = (): readonly string[] => [...left].filter((id) => (needs.get(id) ?? []).every((needed) => done.has(needed)));

  while (left.size > 0 && failures.length === 0) {
    const all = ready();
    if (order === 'parallel' || random === undefined) {
      for (const id of all) void begin(id);
    } else {
      const urgent = all.filter((id) => waitedFor.has(id));
      const candidates = urgent.length > 0 || running.size > 0 ? urgent : all;
      const id = candidates[Math.floor(random() * candidates.length)];
      if (id !== undefined) {
        const run = begin(id);
        if (!order.takesLong(id)) await run;
        continue;
      }
    }
    if (running.size === 0) throw new Error(`these wait for each other: ${[...left].join(', ')}`);
    await Promise.race(running.values());
  }
  await Promise.all(running.values());
  return failures;
}

/** https://en.wikipedia.org/wiki/Linear_congruential_generator, with the constants of Numerical Recipes. */
export function randomOf(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

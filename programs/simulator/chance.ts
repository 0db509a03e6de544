/**
 * What a configuration leaves to chance: which of several clusters, whether a fault strikes. A run asks; it is then run
 * again for each other answer, so that there is one outcome for every way in which it may go.
 */
export interface Chance {
  /** One of several: which one, nobody can say beforehand. */
  pick<T>(options: readonly T[]): T;
}

export function everyOutcome<T>(run: (chance: Chance) => T): readonly T[] {
  const outcomes: T[] = [];
  let answers: { taken: number; readonly of: number }[] = [];
  do {
    let asked = 0;
    outcomes.push(
      run({
        pick: (options) => {
          answers[asked] ??= { taken: 0, of: options.length };
          const { taken } = answers[asked];
          asked += 1;
          const option = options[taken];
          if (option === undefined) throw new Error('a choice among nothing');
          return option;
        },
      }),
    );
    // The next way: the last question that has an answer left gets it.
    while (answers.length > 0 && answers[answers.length - 1].taken + 1 === answers[answers.length - 1].of) answers = answers.slice(0, -1);
    const last = answers.at(-1);
    if (last !== undefined) last.taken += 1;
  } while (answers.length > 0);
  return outcomes;
}

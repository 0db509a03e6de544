/** Why a program never began: pure, so that it is tested without a container. */

/** Of `env`, which starts every program here, and of tini, which ECS puts before a program that is to have an init process. */
const SAID_BY_STARTER = /^(?:env: .+|\[FATAL tini \(\d+\)\] exec .+ failed): (.+)$/;

/**
 * What kept a program from being started, or undefined if it began and ended by itself.
 *
 * @param code the exit code: 126 and 127 are what those who start programs end with if they cannot
 * @param lines what was written to standard error
 */
export function startFailure(argv: readonly string[], code: number, lines: readonly string[]): string | undefined {
  if (code !== 126 && code !== 127) return undefined;
  const reason = lines.map((line) => SAID_BY_STARTER.exec(line)?.[1]).find((found) => found !== undefined);
  return reason === undefined ? undefined : `its program ${argv[0] ?? ''} could not be started: ${reason}`;
}

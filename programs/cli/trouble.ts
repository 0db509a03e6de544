import { closestName } from '../../lib/core/reading/closeness';

/** What a command cannot do, as users read it. */
export class Trouble extends Error {
  override readonly name = 'Trouble';

  constructor(
    what: string,
    private readonly help: { readonly allowed?: readonly string[]; readonly fix: string },
  ) {
    super(what);
  }

  /** In the form of the errors of the library. */
  get text(): string {
    const { allowed = [], fix } = this.help;
    const lines = [...(allowed.length === 0 ? [] : [`  allowed: ${allowed.join(', ')}`]), `  fix:     ${fix}`];
    return [`${PROGRAM}: ${this.message}`, ...lines].join('\n');
  }
}

/** Also of a part of the program that is bundled apart, with a class of its own. */
export function isTrouble(error: unknown): error is Trouble {
  return error instanceof Error && error.name === 'Trouble';
}

/** What to do about a name that is none of these. */
export function suggestion(got: string, names: readonly string[], otherwise = 'name one of these'): string {
  const closest = closestName(got, names);
  return closest === undefined ? otherwise : `did you mean "${closest}"?`;
}

/** The name of the command, which is that of the package, too. */
export const PROGRAM = 'cdk-ecs-microservices';

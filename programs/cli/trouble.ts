import { closestName } from '../../lib/core/reading/closeness';
import { PLAIN, type Paint } from './paint';

/** What would let a command go on, where somebody is there to say it. */
export interface Question {
  readonly message: string;
  /** Names of which one is the answer. @default - any text */
  readonly among?: readonly string[];
  /** Of a text. */
  readonly example?: string;
  /** The option whose value it is, such as `--stack`. @default - the next argument */
  readonly option?: string;
}

/** More of them say less. */
const SHOWN = 30;

/** What a command cannot do, as users read it. */
export class Trouble extends Error {
  override readonly name = 'Trouble';

  constructor(
    what: string,
    private readonly help: { readonly allowed?: readonly string[]; readonly fix: string; readonly question?: Question },
  ) {
    super(what);
  }

  /** In the form of the errors of the library. */
  get text(): string {
    return this.painted(PLAIN);
  }

  painted(paint: Paint): string {
    const { allowed = [], fix } = this.help;
    const more = allowed.length - SHOWN;
    const names = more > 1 ? [...allowed.slice(0, SHOWN), `and ${more} more`] : allowed;
    return [
      `${paint.red(`${PROGRAM}:`)} ${this.message}`,
      ...(names.length === 0 ? [] : [`  ${paint.bold('allowed:')} ${names.join(', ')}`]),
      `  ${paint.bold('fix:')}     ${fix}`,
    ].join('\n');
  }

  get question(): Question | undefined {
    return this.help.question;
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

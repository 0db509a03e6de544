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

/** The name of the command, which is that of the package, too. */
export const PROGRAM = 'cdk-ecs-microservices';

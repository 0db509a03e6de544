/** More about what happened; what the line has anyway is not overwritten. */
export type LogFields = Readonly<Record<string, unknown>> & { readonly level?: never; readonly message?: never };

export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A line that is already in the format of its reader, such as a metric. */
  raw(line: Readonly<Record<string, unknown>>): void;
}

/**
 * The log of the agent and of the functions: a line is one JSON object, which CloudWatch Logs Insights reads by itself, of
 * `level`, `message` and fields. The time is the log event's, as that of Envoy's lines is.
 *
 * @param context fields that every line has
 */
export function jsonLog(write: (line: string) => void, context: LogFields = {}): Log {
  const line = (content: object): void => {
    write(JSON.stringify(content, withoutKeys));
  };
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}): void => {
      line({ level, message, ...context, ...fields });
    };
  return { info: at('info'), warn: at('warn'), error: at('error'), raw: line };
}

/** Why something did not work. */
export type Cause = {
  /** What a program can look for. */
  readonly reason: string;
  /** What a person can read. */
  readonly why: string;
};

/** What an error says; `error` may be anything, since anything can be thrown. */
export function causeOf(error: unknown): Cause {
  return error instanceof Error ? { reason: error.name, why: error.message } : { reason: typeof error, why: String(error) };
}

/** The last line of defence: PrivateText keeps keys out, but a library may put its input into an error's message. */
function withoutKeys(_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.includes('PRIVATE KEY') ? '[redacted]' : value;
}

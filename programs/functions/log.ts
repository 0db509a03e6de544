type Field = string | number | boolean | undefined | readonly string[];

export interface Log {
  info(event: string, fields?: Readonly<Record<string, Field>>): void;
  error(event: string, fields?: Readonly<Record<string, Field>>): void;
}

/** One JSON object a line, which CloudWatch Logs Insights reads by itself. */
export function jsonLog(write: (line: string) => void, context: Readonly<Record<string, Field>> = {}): Log {
  const entry = (level: string) => (event: string, fields: Readonly<Record<string, Field>> = {}): void => {
    write(JSON.stringify({ level, event, ...context, ...fields }, withoutKeys));
  };
  return { info: entry('info'), error: entry('error') };
}

/** What an error says; `error` may be anything, since anything can be thrown. */
export function errorFields(error: unknown): { readonly error: string; readonly message: string } {
  return error instanceof Error ? { error: error.name, message: error.message } : { error: typeof error, message: String(error) };
}

/** The last line of defence: PrivateText keeps keys out, but a library may put its input into an error's message. */
function withoutKeys(_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.includes('PRIVATE KEY') ? '[redacted]' : value;
}

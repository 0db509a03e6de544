export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A line that is already what its reader wants, such as a metric. */
  raw(line: LogFields): void;
}

/** One JSON object a line. CloudWatch adds the time. */
export function jsonLog(write: (line: string) => void): Log {
  const at = (level: string) => (message: string, fields: LogFields = {}): void => { write(JSON.stringify({ level, message, ...fields })); };
  return { info: at('info'), warn: at('warn'), error: at('error'), raw: (line) => { write(JSON.stringify(line)); } };
}

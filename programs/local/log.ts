/** Says something to whoever runs the system. */
export type Log = (text: string) => void;

/** What an error says, for a sentence of ours. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

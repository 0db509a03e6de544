/** A turn may take this long, its requests' own timeouts and retries included. */
const LATE_MS = 60_000;

/** When each loop is expected to move next. */
export class Pulse {
  private readonly due = new Map<string, number>();

  expect(loop: string, at: number): void {
    this.due.set(loop, at);
  }

  /** One sentence for each loop that hangs. */
  late(now: number): readonly string[] {
    return [...this.due]
      .filter(([, at]) => now > at + LATE_MS)
      .map(([loop, at]) => `the loop "${loop}" has been hanging for ${Math.round((now - at) / 1000)} s`);
  }
}

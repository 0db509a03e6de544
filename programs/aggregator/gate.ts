/** Lets so many through at a time; others wait in order. */
export class Gate {
  private inside = 0;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly limit: number,
    private readonly maxWaiting: number = Infinity,
  ) {}

  /** How many are in it. */
  get count(): number {
    return this.inside;
  }

  /**
   * Undefined if too many wait already, or if the signal is aborted before it is their turn.
   *
   * @returns what leaves the gate again; more than once is the same as once
   */
  async enter(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (this.inside < this.limit) return this.entered();
    if (this.waiting.size >= this.maxWaiting) return undefined;
    return new Promise((resolve) => {
      const give = (): void => {
        this.waiting.delete(turn);
        signal.removeEventListener('abort', give);
        resolve(undefined);
      };
      const turn = (): void => {
        this.waiting.delete(turn);
        signal.removeEventListener('abort', give);
        resolve(this.entered());
      };
      this.waiting.add(turn);
      signal.addEventListener('abort', give);
    });
  }

  private entered(): () => void {
    this.inside += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.inside -= 1;
      const [next] = this.waiting;
      next?.();
    };
  }
}

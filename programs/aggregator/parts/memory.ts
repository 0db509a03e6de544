/** Bytes of requests for parts and of responses that the program holds, over all requests. */
export class Memory {
  private used = 0;
  private readonly waiting = new Set<() => void>();

  /** @param arrived called with how many bytes have come, whether there was room or not */
  constructor(
    private readonly limit: number,
    private readonly arrived: (bytes: number) => void = () => undefined,
  ) {}

  /** What one request of a client holds. */
  share(): MemoryShare {
    let own = 0;
    return {
      take: (bytes) => {
        this.arrived(bytes);
        if (this.used + bytes > this.limit) return false;
        this.used += bytes;
        own += bytes;
        return true;
      },
      give: (bytes) => {
        // Of a client that is gone, all has been given back.
        const given = Math.min(bytes, own);
        this.used -= given;
        own -= given;
        this.wake();
      },
      free: () => {
        this.used -= own;
        own = 0;
        this.wake();
      },
    };
  }

  /** Whether so little is left that no more requests should begin. */
  get isScarce(): boolean {
    return this.used > this.limit / 2;
  }

  /** Resolves when it is not scarce; to false if the signal is aborted before. */
  async enough(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || !this.isScarce) return !signal.aborted;
    return new Promise((resolve) => {
      const end = (enough: boolean) => (): void => {
        this.waiting.delete(wake);
        signal.removeEventListener('abort', giveUp);
        resolve(enough);
      };
      const [wake, giveUp] = [end(true), end(false)];
      this.waiting.add(wake);
      signal.addEventListener('abort', giveUp);
    });
  }

  /** One at a time, since what it will take is not known yet; all if next to nothing is held. */
  private wake(): void {
    for (const wake of this.waiting) {
      if (this.isScarce) return;
      wake();
      if (this.used > this.limit / 8) return;
    }
  }
}

export interface MemoryShare {
  /** False if there is no room. */
  take(bytes: number): boolean;
  /** So many bytes of what was taken. */
  give(bytes: number): void;
  /** All of it. */
  free(): void;
}

/** Bytes of responses that the program holds, over all requests. */
export class Memory {
  private used = 0;

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
      free: () => {
        this.used -= own;
        own = 0;
      },
    };
  }

  /** Whether so little is left that no more requests should begin. */
  get isScarce(): boolean {
    return this.used > this.limit / 2;
  }
}

export interface MemoryShare {
  /** False if there is no room. */
  take(bytes: number): boolean;
  /** All of it. */
  free(): void;
}

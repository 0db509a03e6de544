import type { Duplex } from 'node:stream';
import type { Http1Answer } from './http1-answers';
import { answersIn } from './http1-answers';

/** Only to say what did not come. */
export const DEADLINE_MS = 180_000;

/** Bytes to and from somebody, as they are. Texts are latin1: a character is a byte. */
export class Conversation {
  private text = '';
  private over = false;
  private readonly watchers = new Set<() => void>();

  constructor(readonly socket: Duplex) {
    socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
      this.changed();
    });
    for (const event of ['error', 'end', 'close']) {
      socket.on(event, () => {
        this.over = true;
        this.changed();
      });
    }
    socket.resume();
  }

  get received(): string {
    return this.text;
  }

  get closed(): boolean {
    return this.over;
  }

  say(text: string): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.from(text, 'latin1'));
  }

  /** Resolves when this is so, or the other side has ended. */
  async until(isSo: () => boolean): Promise<void> {
    if (this.over || isSo()) return;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`waited ${DEADLINE_MS} ms for an answer or an end; what came: ${JSON.stringify(this.text.slice(-500))}`));
      }, DEADLINE_MS);
      const look = (): void => {
        if (!this.over && !isSo()) return;
        this.watchers.delete(look);
        clearTimeout(late);
        resolve();
      };
      this.watchers.add(look);
    });
  }

  /**
   * Says it, and waits for as many answers, or for the other side to end; then for its end. All answers count, not only those that
   * were waited for.
   */
  async exchange(text: string, count: number): Promise<readonly Http1Answer[]> {
    this.say(text);
    await this.until(() => answersIn(this.text).length >= count);
    this.socket.end();
    await this.until(() => false);
    this.socket.destroy();
    return answersIn(this.text);
  }

  private changed(): void {
    for (const look of [...this.watchers]) look();
  }
}

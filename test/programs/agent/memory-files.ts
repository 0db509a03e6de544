import type { Files } from '../../../programs/agent/files';

export type Operation = 'read' | 'write' | 'rename' | 'remove';

/** A disk in memory, which can be made to fail. */
export class MemoryFiles implements Files {
  readonly content = new Map<string, string>();
  readonly writes: string[] = [];
  /** Asked before each operation; an error is what the operation fails with. A write that fails leaves half of its text. */
  fault: (operation: Operation, path: string) => Error | undefined = () => undefined;
  /** Told after each operation that may have changed something. */
  changed: () => void = () => undefined;

  async read(path: string): Promise<string | undefined> {
    this.tryTo('read', path);
    return Promise.resolve(this.content.get(path));
  }

  async write(path: string, text: string): Promise<void> {
    try {
      this.tryTo('write', path);
      this.content.set(path, text);
      this.changed();
    } catch (error) {
      this.content.set(path, text.slice(0, text.length / 2));
      this.changed();
      throw error;
    }
    return Promise.resolve();
  }

  async rename(from: string, to: string): Promise<void> {
    this.tryTo('rename', to);
    const text = this.content.get(from);
    if (text === undefined) throw diskError('ENOENT');
    this.content.delete(from);
    this.content.set(to, text);
    this.writes.push(to);
    this.changed();
    return Promise.resolve();
  }

  async remove(path: string): Promise<void> {
    this.tryTo('remove', path);
    this.content.delete(path);
    this.changed();
    return Promise.resolve();
  }

  private tryTo(operation: Operation, path: string): void {
    const error = this.fault(operation, path);
    if (error !== undefined) throw error;
  }
}

export function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: the disk does not want to`), { code });
}

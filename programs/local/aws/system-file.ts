import type { FSWatcher } from 'node:fs';
import { readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { DeployedSystem } from './deployed-system';
import { messageOf } from '../log';

/** File systems of virtual machines do not tell of changes. */
const POLL_MS = 1000;

/** Deploys the file of a system now, and whenever it has changed: a new one takes its place by its name. */
export class SystemFile {
  private content: string | undefined;
  private watcher: FSWatcher | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly path: string,
    private readonly system: DeployedSystem,
    pollMs = POLL_MS,
  ) {
    this.read();
    this.timer = setInterval(() => {
      this.read();
    }, pollMs);
    try {
      this.watcher = watch(dirname(path), () => {
        this.read();
      });
      // What cannot be watched is read each second all the same.
      this.watcher.on('error', () => undefined);
    } catch {
      this.watcher = undefined;
    }
  }

  close(): void {
    clearInterval(this.timer);
    this.watcher?.close();
  }

  private read(): void {
    try {
      const content = readFileSync(this.path, 'utf8');
      if (content === this.content) return;
      this.content = content;
      void this.system.take(content);
    } catch (error) {
      this.content = undefined;
      this.system.failed(`${this.path} cannot be read: ${messageOf(error)}`);
    }
  }
}

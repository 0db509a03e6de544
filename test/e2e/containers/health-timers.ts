import { pause } from '../runner/wait';
import type { ContainerEngine, EngineContainer } from './engine';

const POLL_MS = 250;
/** Until a container is healthy for the first time, others wait for it: it is asked more often than its check says. */
const STARTING_MS = 500;
const NANOSECONDS = 1e6;

/** Runs health checks when they are due, in place of systemd, whose timers Podman leaves them to. */
export class HealthTimers {
  private readonly ended = new AbortController();
  private readonly next = new Map<string, number>();
  private readonly intervals = new Map<string, number>();
  private readonly loop: Promise<void>;

  constructor(private readonly engine: ContainerEngine) {
    this.loop = this.run();
    // `close` tells.
    this.loop.catch(() => undefined);
  }

  async close(): Promise<void> {
    this.ended.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.ended.signal.aborted) {
      const now = Date.now();
      const checked = (await this.engine.containers()).filter(({ state, health }) => state === 'running' && health !== undefined);
      await Promise.all(checked.filter(({ id }) => (this.next.get(id) ?? 0) <= now).map(async (each) => this.check(each, now)));
      await pause(POLL_MS, this.ended.signal);
    }
  }

  private async check({ id, health }: EngineContainer, now: number): Promise<void> {
    const interval = this.intervals.get(id) ?? (await this.intervalOf(id));
    this.intervals.set(id, interval);
    this.next.set(id, now + (health === 'starting' ? Math.min(STARTING_MS, interval) : interval));
    // Its exit code is its health. A container that ends meanwhile has none.
    await this.engine.run(['podman', 'healthcheck', 'run', id]);
  }

  private async intervalOf(id: string): Promise<number> {
    const { code, stdout } = await this.engine.run(['podman', 'inspect', '--format', '{{json .Config.Healthcheck.Interval}}', id]);
    return code === 0 ? Number(stdout) / NANOSECONDS : STARTING_MS;
  }
}

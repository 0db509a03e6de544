import type { Clock } from '../clock';
import type { Random } from '../backoff';
import type { Throttle } from '../pace';
import type { CloudMap, Instance, ServiceName } from './cloud-map';

export interface ViewTimes {
  /** The shortest time between two lists. */
  readonly gapMs: number;
  /** After this long a list is requested again though its revision is the same: soon after a change, and ever later. */
  readonly ageMs: { readonly first: number; readonly last: number };
  /** By which share of that a list may be requested earlier. */
  readonly maxEarly: number;
  /** Whether it is requested then whatever the API refuses, and not with the look that follows. */
  readonly onTime: boolean;
}

/** Between two lists where most of the tasks that are known are gone. */
const URGENT_MS = 2000;

/**
 * Cloud Map's list of one service. The revision is cheap to request and changes when instances come or go, but not with
 * their health: so the list is requested again from time to time, too.
 */
export class ServiceView {
  private seen: { readonly revision: number; readonly at: number } | undefined;
  private instances = '';
  private wanted = true;
  private isUrgent = false;
  /** Lists in a row that were urgent, and the same as before. */
  private inVain = 0;
  private ageMs: number;
  /** That age, or somewhat less: lists that were requested together are not together again. */
  private dueMs: number;

  constructor(
    private readonly service: ServiceName,
    private readonly cloudMap: CloudMap,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly throttle: Throttle,
    private readonly random: Random,
    private readonly times: ViewTimes,
  ) {
    this.ageMs = this.dueMs = times.ageMs.first;
  }

  /** The list, and whether it is another than before; undefined if nothing is known to have changed. Throws a Failure. */
  async look(): Promise<{ readonly instances: readonly Instance[]; readonly changed: boolean } | undefined> {
    const { seen } = this;
    const start = this.clock.now();
    if (seen === undefined) return this.list(start);
    if (!this.wanted && start - seen.at < this.dueMs) {
      if ((await this.cloudMap.revision(this.service)) === seen.revision) return undefined;
      this.wanted = true;
    } else if (!this.wanted) return this.list(start);
    return start < this.listAt(seen.at) ? undefined : this.list(start);
  }

  /** How long until a list that is wanted may be requested; undefined if none is. */
  waitMs(): number | undefined {
    return this.wanted && this.seen !== undefined ? Math.max(0, this.listAt(this.seen.at) - this.clock.now()) : undefined;
  }

  /** A pause that ends when a list has to be requested on time. What is due already was refused, and waits for the whole pause. */
  inTime(pauseMs: number): number {
    if (!this.times.onTime || this.seen === undefined) return pauseMs;
    const left = this.seen.at + this.dueMs - this.clock.now();
    return left > 0 ? Math.min(pauseMs, left) : pauseMs;
  }

  /** @param urgent whether few of the tasks that are known can be called */
  want(urgent: boolean): void {
    this.wanted = true;
    this.isUrgent = urgent;
  }

  get urgent(): boolean {
    return this.isUrgent;
  }

  /** The next look requests the list. */
  forget(): void {
    this.seen = undefined;
  }

  private listAt(seenAt: number): number {
    const gap = this.times.gapMs * this.throttle.factor;
    const wait = this.isUrgent ? Math.min(gap, URGENT_MS * 2 ** Math.min(this.inVain, 10)) : gap;
    return seenAt + (this.times.onTime ? Math.min(wait, this.dueMs) : wait);
  }

  private async list(at: number): Promise<{ readonly instances: readonly Instance[]; readonly changed: boolean }> {
    const { revision, instances } = await this.cloudMap.discover(this.service);
    const text = instances
      .map(({ address, zone = '' }) => `${address} ${zone}`)
      .sort()
      .join();
    const changed = this.seen === undefined || revision !== this.seen.revision || text !== this.instances;
    const { ageMs, maxEarly } = this.times;
    const { first, last } = ageMs;
    this.ageMs = changed ? first : Math.min(last, 2 * this.ageMs);
    this.dueMs = this.ageMs * (1 - maxEarly * this.random());
    this.inVain = this.isUrgent && !changed ? this.inVain + 1 : 0;
    this.seen = { revision, at };
    this.instances = text;
    this.wanted = false;
    this.isUrgent = false;
    return { instances, changed };
  }
}

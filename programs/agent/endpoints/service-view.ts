import type { Clock } from '../clock';
import type { CloudMap, Instance, ServiceName } from './cloud-map';

/**
 * Cloud Map's list of one service. The revision is cheap to request and changes when instances come or go, but not with
 * their health, by which a task leaves: so the list is requested again before callers count as refreshed.
 */
export class ServiceView {
  private seen: { readonly revision: number; readonly at: number } | undefined;

  constructor(
    private readonly service: ServiceName,
    private readonly cloudMap: CloudMap,
    private readonly clock: Clock,
    private readonly listEveryMs: number,
  ) {}

  /** The list, or undefined if nothing is known to have changed. */
  async look(atOnce: boolean): Promise<readonly Instance[] | undefined> {
    const { seen } = this;
    const start = this.clock.now();
    const due = atOnce || seen === undefined || start - seen.at >= this.listEveryMs;
    if (!due && (await this.cloudMap.revision(this.service)) === seen.revision) return undefined;
    const { revision, instances } = await this.cloudMap.discover(this.service);
    this.seen = { revision, at: start };
    return instances;
  }

  /** The next look asks for the list. */
  forget(): void {
    this.seen = undefined;
  }
}

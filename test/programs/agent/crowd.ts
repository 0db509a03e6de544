import { callersView } from '../../../programs/agent/endpoints/callers-view';
import type { CloudMap, Instance } from '../../../programs/agent/endpoints/cloud-map';
import { edsPath } from '../../../programs/agent/endpoints/eds';
import { watchLosses } from '../../../programs/agent/endpoints/losses';
import { firstEndpoints, watchEndpoints, type EndpointWatch } from '../../../programs/agent/endpoints/watch';
import { Failure } from '../../../programs/agent/failure';
import { Pulse } from '../../../programs/agent/health/pulse';
import { loop } from '../../../programs/agent/loop';
import { Throttle } from '../../../programs/agent/pace';
import type { Log } from '../../../programs/shared/log';
import type { AgentPace } from '../../../lib/core/plan/workload/agent';
import { CrowdClock } from './crowd-clock';
import { randomOf } from './fake-world';
import { MemoryFiles } from './memory-files';

const NOTHING = (): void => undefined;
export const SILENT: Log = { info: NOTHING, warn: NOTHING, error: NOTHING, raw: NOTHING };

/** What a quota of requests a second lets through, as AWS does it: by a bucket of tokens. */
export class Quota {
  /** Of each second that is over. */
  readonly seconds: { readonly asked: number; readonly refused: number }[] = [];
  private tokens: number;
  private asked = 0;
  private refused = 0;

  constructor(
    public perSecond: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  take(action: string): void {
    this.asked += 1;
    if (this.tokens < 1) {
      this.refused += 1;
      throw new Failure('throttled', `${action}: RequestLimitExceeded`);
    }
    this.tokens -= 1;
  }

  second(): void {
    this.seconds.push({ asked: this.asked, refused: this.refused });
    this.tokens = Math.min(this.burst, this.tokens + this.perSecond);
    [this.asked, this.refused] = [0, 0];
  }

  /** The most that was asked in a second, and all that was refused, of the seconds since `from`. */
  since(from: number): { readonly most: number; readonly refused: number } {
    const seconds = this.seconds.slice(from);
    return { most: Math.max(...seconds.map(({ asked }) => asked)), refused: seconds.reduce((sum, { refused }) => sum + refused, 0) };
  }
}

interface Registered {
  revision: number;
  instances: readonly Instance[];
}

/** Tasks of services that find each other, with the agents' own code, one clock and one account. */
export class Crowd {
  readonly clock = new CrowdClock();
  readonly revisions: Quota;
  readonly lists: Quota;
  readonly agents: SimulatedAgent[] = [];
  private readonly services = new Map<string, Registered>();
  private readonly byCallee = new Map<string, SimulatedAgent[]>();

  constructor(
    readonly pace: AgentPace,
    quotas: { readonly revisions: number; readonly lists: number },
  ) {
    this.revisions = new Quota(quotas.revisions, quotas.revisions);
    // https://docs.aws.amazon.com/cloud-map/latest/dg/throttling.html
    this.lists = new Quota(quotas.lists, 2 * quotas.lists);
  }

  readonly cloudMap: CloudMap = {
    revision: async ({ serviceName }) => {
      this.revisions.take('DiscoverInstancesRevision');
      return Promise.resolve(this.find(serviceName).revision);
    },
    discover: async ({ serviceName }) => {
      this.lists.take('DiscoverInstances');
      return Promise.resolve(this.find(serviceName));
    },
    leave: async () => Promise.resolve(),
  };

  set(service: string, instances: readonly Instance[]): void {
    this.services.set(service, { revision: (this.services.get(service)?.revision ?? 0) + 1, instances });
  }

  instances(service: string): readonly Instance[] {
    return this.find(service).instances;
  }

  /**
   * A task that runs.
   *
   * @param silent those of the callees that callers do not notice when they stop
   */
  add(service: string, callees: readonly string[], silent: readonly string[] = []): SimulatedAgent {
    const agent = new SimulatedAgent(this, service, callees, silent, randomOf(this.agents.length + 1));
    this.agents.push(agent);
    for (const callee of callees) this.byCallee.set(callee, [...(this.byCallee.get(callee) ?? []), agent]);
    return agent;
  }

  callersOf(service: string): readonly SimulatedAgent[] {
    return this.byCallee.get(service) ?? [];
  }

  async advance(seconds: number): Promise<void> {
    await this.clock.advance(seconds, () => {
      this.revisions.second();
      this.lists.second();
    });
  }

  private find(service: string): Registered {
    const found = this.services.get(service);
    if (found === undefined) throw new Failure('service-not-found', `there is no ${service}`);
    return found;
  }
}

export class SimulatedAgent {
  /** The addresses of callees that have told this task's Envoy that they leave. */
  readonly leaving = new Set<string>();
  readonly files = new MemoryFiles();
  /** When it requested lists, in milliseconds, by service. */
  readonly listedAt = new Map<string, number[]>();
  private readonly watches: ReadonlyMap<string, EndpointWatch>;
  private readonly loops: () => void;
  private readonly targets;
  private readonly parts;
  private readonly look: () => Promise<number>;

  constructor(
    private readonly crowd: Crowd,
    readonly service: string,
    callees: readonly string[],
    silent: readonly string[],
    random: () => number,
  ) {
    const { clock, pace } = crowd;
    const cloudMap: CloudMap = {
      ...crowd.cloudMap,
      discover: async (service) => {
        this.listedAt.set(service.serviceName, [...(this.listedAt.get(service.serviceName) ?? []), clock.now()]);
        return crowd.cloudMap.discover(service);
      },
    };
    const [pollMs, listMs] = [pace.pollSeconds * 1000, pace.listSeconds * 1000];
    this.targets = callees.map((name) => ({
      cluster: name,
      serviceName: name,
      namespaceName: 'tasks',
      port: 15006,
      ...(silent.includes(name) ? { listSeconds: pace.silentListSeconds } : {}),
    }));
    const throttle = new Throttle(clock);
    const common = { clock, random, log: SILENT, files: this.files, directory: '/run/mesh', cloudMap, throttle, pollMs, listMs };
    const callers = callersView({
      ...common,
      discovery: this.targets,
      ownService: { namespaceName: 'tasks', serviceName: service },
      task: async () => Promise.resolve({ taskArn: '', taskId: '', zone: 'a' }),
    });
    this.parts = { ...common, preferredZone: callers.preferredZone };
    this.watches = new Map(this.targets.map((target) => [target.cluster, watchEndpoints(target, this.parts)]));
    // Of real agents it takes turns all the time; here it does when there is something to see.
    this.look = watchLosses({ log: SILENT, envoy: { membership: async () => Promise.resolve(this.membership()) }, watches: this.watches });
    this.loops = () => {
      const run = { clock, log: SILENT, pulse: new Pulse(), signal: new AbortController().signal };
      if (callers.step !== undefined) void loop('callers', callers.step, run);
      for (const [name, { step, waker }] of this.watches) void loop(name, step, run, waker);
    };
  }

  /** As `mesh-init` does. */
  async init(): Promise<void> {
    await Promise.all(this.targets.map(async (target) => firstEndpoints(target, this.parts)));
  }

  run(): void {
    this.loops();
    void this.look();
  }

  /** Which addresses Envoy has of a callee. */
  known(callee: string): readonly string[] {
    const text = this.files.content.get(edsPath('/run/mesh', callee)) ?? '';
    return [...text.matchAll(/"address":"([^"]+)"/g)].map(([, address = '']) => address);
  }

  /** The task's Envoy hears that a callee leaves; the agent looks at it within its interval. */
  hear(address: string, afterSeconds: number): void {
    this.leaving.add(address);
    this.crowd.clock.in(afterSeconds, () => void this.look());
  }

  private membership(): ReadonlyMap<string, { readonly healthy: number; readonly total: number }> {
    return new Map(
      [...this.watches.keys()].map((cluster) => {
        const known = this.known(cluster);
        return [cluster, { healthy: known.filter((address) => !this.leaving.has(address)).length, total: known.length }];
      }),
    );
  }
}

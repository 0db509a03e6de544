import type { Fields } from '../../../../../programs/emulator/template/fields';
import type { ServiceModel } from '../../../../../programs/emulator/template/system';
import type { Task } from '../../task';
import type { LiveResource } from '../../../../../programs/emulator/deployment/live';
import type { Making, Provider } from '../../../../../programs/emulator/deployment/provider';
import type { RolloutRules } from './rollout';
import { failureThreshold, nextStep } from './rollout';

/** Where tasks run. */
export interface TaskHost {
  /** A service of the template as it is at the moment. */
  model(key: string): ServiceModel;
  /** @throws Error for a task that does not become healthy */
  run(service: ServiceModel): Promise<Task>;
}

interface Deployed {
  readonly model: ServiceModel;
  readonly rules: RolloutRules;
}

interface OwnTask {
  /** What `TaskDefinition` and the network of the service were when it was started. */
  readonly revision: string;
  running?: Task;
}

/** One service of ECS: its tasks, and its last deployment that reached a steady state. */
class EcsService {
  private tasks: OwnTask[] = [];
  /** Starts and ends that are under way. */
  private readonly pending = new Set<Promise<unknown>>();
  private completed: Deployed | undefined;
  private wake: () => void = () => undefined;

  constructor(private readonly host: TaskHost) {}

  /** Resolves in the steady state. Rejects if the circuit breaker ends it: by then, the tasks of before are on their way back. */
  async deploy(next: Deployed, cancelled: AbortSignal): Promise<void> {
    try {
      await this.rollOut(next, cancelled);
      this.completed = next;
    } catch (error) {
      const before = this.completed;
      if (before !== undefined) await this.rollOut(before, new AbortController().signal);
      throw error;
    }
  }

  /** Stops all tasks, and waits for their end. */
  async close(): Promise<void> {
    this.completed = undefined;
    for (const task of this.tasks.splice(0)) this.stop(task);
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  private async rollOut({ model, rules }: Deployed, cancelled: AbortSignal): Promise<void> {
    const revision = revisionOf(model);
    const failures: unknown[] = [];
    for (;;) {
      if (cancelled.aborted) throw new Error('Resource update cancelled');
      if (failures.length >= failureThreshold(rules.desired))
        throw new Error(`ECS Deployment Circuit Breaker was triggered: ${String(failures.at(-1))}`);
      // A task that has ended by itself is none.
      this.tasks = this.tasks.filter(({ running }) => running === undefined || running.status === 'RUNNING');
      const own = this.tasks.filter((task) => task.revision === revision);
      const old = this.tasks.filter((task) => task.revision !== revision);
      const starting = own.filter(({ running }) => running === undefined).length;
      const step = nextStep(rules, { starting, healthy: own.length - starting, old: old.length });
      if (step.steady) return;
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      for (const task of [...old.slice(0, step.stopOld), ...own.slice(0, step.stopOwn)]) this.stop(task);
      for (let each = 0; each < step.start; each += 1) this.start(model, revision, failures);
      if (step.stopOld + step.stopOwn > 0) continue;
      cancelled.addEventListener('abort', this.wake, { once: true });
      await woken;
    }
  }

  private start(model: ServiceModel, revision: string, failures: unknown[]): void {
    const own: OwnTask = { revision };
    this.tasks.push(own);
    const launch = this.host
      .run(model)
      .then(
        (task) => {
          own.running = task;
          failures.length = 0;
          // It was told to stop while it started.
          if (!this.tasks.includes(own)) this.stop(own);
        },
        (error: unknown) => {
          this.tasks = this.tasks.filter((task) => task !== own);
          failures.push(error);
        },
      )
      .finally(() => {
        this.wake();
      });
    this.note(launch);
  }

  private stop(task: OwnTask): void {
    this.tasks = this.tasks.filter((other) => other !== task);
    const end = task.running?.stop('the deployment of its service replaces it');
    if (end !== undefined) this.note(end);
  }

  private note(work: Promise<unknown>): void {
    const noted: Promise<unknown> = work.finally(() => this.pending.delete(noted));
    this.pending.add(noted);
  }
}

/** Services of ECS: CloudFormation waits for their steady state, and for the end of all tasks of one that it deletes. */
export function ecsServices(host: TaskHost): Provider & { readonly closeAll: () => Promise<void> } {
  const services = new Map<string, EcsService>();
  const deploy = async ({ resource: { key }, fields, cancelled }: Making): Promise<undefined> => {
    const service = services.get(key) ?? new EcsService(host);
    services.set(key, service);
    const model = host.model(key);
    await service.deploy({ model, rules: rulesOf(fields, model.desiredCount) }, cancelled);
    return undefined;
  };
  return {
    create: deploy,
    update: deploy,
    delete: async ({ key }: LiveResource) => {
      await services.get(key)?.close();
      services.delete(key);
    },
    takesLong: true,
    closeAll: async () => {
      await Promise.all([...services.values()].map(async (service) => service.close()));
    },
  };
}

function rulesOf(fields: Fields, desired: number): RolloutRules {
  const configuration = fields.child('DeploymentConfiguration');
  return {
    desired,
    minimumPercent: configuration?.number('MinimumHealthyPercent', 100) ?? 100,
    maximumPercent: configuration?.number('MaximumPercent', 200) ?? 200,
  };
}

/** A change of these starts new tasks; the count does not. */
function revisionOf({ task, securityGroups, registries }: ServiceModel): string {
  return JSON.stringify({ task, securityGroups, registries });
}

import type { ChildProcess } from 'node:child_process';
import { ECHO_PROTO, program } from './programs';
import type { SteadyCalls, SteadyNews, SteadyOrder, SteadyReport } from './programs/steady-client';
import { taskConfigOf } from '../support/task-config';
import type { Endpoint, ImageRule } from './runner';
import { standIns, until } from './runner';

/** Calls at a steady rate, from inside a network namespace, for as long as a test wants; none of them is tried twice. */
export class SteadyLoad {
  /** How long each call took, failed ones too, in the order in which they ended. */
  readonly milliseconds: number[] = [];
  private finished = 0;
  private report: SteadyReport | undefined;
  private failure: Error | undefined;

  private constructor(private readonly client: ChildProcess) {
    client.on('message', (message) => {
      const news = message as SteadyNews;
      if (news.kind === 'progress') {
        ({ finished: this.finished } = news);
        this.milliseconds.push(news.milliseconds);
      } else ({ report: this.report } = news);
    });
    // A test that fails does not stop its load: that must not keep this process, whose end is the client's.
    client.unref();
    client.channel?.unref();
    client.once('exit', (code) => {
      this.failure = new Error(`the client ended with code ${code ?? 'none'}`);
    });
  }

  static start(endpoint: Endpoint, calls: SteadyCalls): SteadyLoad {
    const load = new SteadyLoad(endpoint.fork(program('steady-client')));
    load.order({ kind: 'start', calls, proto: ECHO_PROTO });
    return load;
  }

  /** Resolves when so many calls more than now have their answer, or their failure. */
  async goesOn(calls: number): Promise<void> {
    const enough = this.finished + calls;
    await this.until(() => this.finished >= enough, `${calls} more calls`);
  }

  /** Makes no more calls, and waits for those that were made. */
  async stop(): Promise<SteadyReport> {
    this.order({ kind: 'stop' });
    await this.until(() => this.report !== undefined, 'the end of all calls');
    this.client.removeAllListeners('exit').kill('SIGKILL');
    return this.report ?? { succeeded: 0, failures: {} };
  }

  private order(order: SteadyOrder): void {
    this.client.send(order);
  }

  private async until(reached: () => boolean, what: string): Promise<void> {
    await until(
      () => {
        if (this.failure !== undefined) throw this.failure;
        return reached();
      },
      { what },
    );
  }
}

/**
 * The real Envoy, in all tasks but those of the named services as the template has it. Those get their own configuration
 * without its retry policies, and nothing else changed in it: so that a request which a task loses is lost to its caller.
 */
export function envoyWithoutRetriesIn(...services: readonly string[]): ImageRule {
  const { image, run } = standIns.envoy();
  return {
    image,
    run: (context) => {
      const standIn = run(context);
      if (!services.includes(context.service.name)) return standIn;
      const { envoy: configuration } = taskConfigOf(context.service.task.containers);
      const yaml = ['--config-yaml', withoutRetries(configuration)];
      return {
        ...standIn,
        argv: standIn.argv.flatMap((argument, index, all) => (argument === '-c' ? yaml : all[index - 1] === '-c' ? [] : [argument])),
      };
    },
  };
}

function withoutRetries(configuration: unknown): string {
  return JSON.stringify(configuration, (key, value: unknown) => (key === 'retry_policy' ? undefined : value));
}

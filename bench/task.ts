/**
 * What the mesh takes from a task in which nothing happens, with 2, 12 and 100 callees: memory and CPU of the real Envoy and the real
 * agent, with certificates. Needs the tools and the rights of the end-to-end tests. docs/large-systems.md has the figures.
 */
import { App, Stack } from 'aws-cdk-lib';
import { readFileSync } from 'node:fs';
import type { ServiceProps } from '../lib';
import { Microservices, Tracing } from '../lib';
import { AGENT_CONTAINER, PROXY_CONTAINER } from '../lib/core/model/constants';
import { ManyServices } from '../test/e2e/many-services';
import { memoryOf } from '../test/e2e/memory';
import type { Task, Template } from '../test/e2e/runner';
import { Cluster, standIns } from '../test/e2e/runner';
import { image, templateOf } from '../test/e2e/systems/synthesize';
import { inCi } from './rounds';
import { measureWithTools } from './with-tools';

const COUNTS = inCi() ? [12] : [2, 12, 100];
const MEASURED_MS = inCi() ? 10_000 : 20_000;
/** Clock ticks of /proc in a second: USER_HZ. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS = 100;

const CALLEES = Array.from({ length: Math.max(...COUNTS) }, (_, index) => `s${String(index).padStart(3, '0')}`);
const hubOf = (count: number): string => `hub-${count}`;

function template(): Template {
  const stack = new Stack(new App({ context: { '@aws-cdk/core:stackResourceLimit': 0 } }), 'Bench');
  const service = (name: string, calls: string[] = []): readonly [string, ServiceProps] => [
    name,
    { image: image('other'), port: 8080, calls },
  ];
  new Microservices(stack, 'Shop', {
    tracing: Tracing.none(),
    services: Object.fromEntries([
      ...COUNTS.map((count) => service(hubOf(count), CALLEES.slice(0, count))),
      ...CALLEES.map((name) => service(name)),
    ]),
  });
  return templateOf(stack);
}

/** So far, user and system, all threads. */
function cpuSecondsOf(task: Task, container: string): number {
  const stat = readFileSync(`/proc/${task.container(container).pid}/stat`, 'utf8');
  // The name, in parentheses, may have blanks in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

async function run(): Promise<void> {
  const cluster = await Cluster.open(template(), {
    images: [standIns.envoy(), standIns.agent(), standIns.relay('example/other', 8080)],
  });
  let callees: ManyServices | undefined;
  try {
    callees = await ManyServices.join(cluster, CALLEES);
    for (const count of COUNTS) await cluster.scale(hubOf(count), 1);
    const containers = COUNTS.flatMap((count) => [PROXY_CONTAINER, AGENT_CONTAINER].map((name) => ({ count, name })));
    const measured = containers.map((each) => ({ ...each, task: cluster.task(hubOf(each.count)), before: 0 }));
    for (const each of measured) each.before = cpuSecondsOf(each.task, each.name);
    await new Promise((resolve) => setTimeout(resolve, MEASURED_MS));
    for (const { count, name, task, before } of measured) {
      const { now, own, peak } = memoryOf(task.container(name)) ?? { now: NaN, own: NaN, peak: NaN };
      const cpuSeconds = ((cpuSecondsOf(task, name) - before) * 60_000) / MEASURED_MS;
      process.stdout.write(
        `FIGURE ${name} with ${count} callees, no requests: ${now.toFixed(0)} MiB resident, ${own.toFixed(0)} of them its own, ` +
          `at most ${peak.toFixed(0)}; ${cpuSeconds.toFixed(2)} s of CPU a minute\n`,
      );
    }
  } finally {
    callees?.close();
    await cluster.close();
  }
}

measureWithTools("A TASK'S OWN COST", run);

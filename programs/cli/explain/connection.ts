import type { SystemDescription } from '../../../lib/core/description/system-description';
import { simulate, type Outcome } from '../../simulator/simulate';
import type { System } from '../../simulator/system';
import type { Arrival, Explanation, Fact, QuestionFrom, Stage } from './explanation';
import { sharesOf, sharesText, titleOf } from './hops';
import { Names } from './names';
import { EMPTY, hostFor, undeclared, unique } from './reach';

interface TcpFields {
  readonly idle_timeout?: string;
  readonly max_connect_attempts?: number;
}

/** What becomes of a connection of TCP: whoever declares the callee has one, with whatever bytes. */
export function explainConnection(system: SystemDescription, envoys: System, { caller, callee }: QuestionFrom<'connection'>): Explanation {
  const names = new Names(system);
  const calling = names.service(caller);
  const [task] = names.tasksOf(caller);
  const host = hostFor(names, calling, callee);
  if (task === undefined || host === undefined) return undeclared(caller, callee, calling?.path);
  const sent = { from: { kind: 'service', task, to: host }, path: '/' } as const;
  const outcomes = simulate(envoys, sent);
  const shares = sharesOf(names.callee(callee) ?? {});
  const arrived = outcomes.filter(({ end }) => end.kind === 'delivered');
  const reaches = unique(arrived.flatMap((outcome) => arrivalOf(outcome, callee, names, shares)));
  const [main] = arrived.length > 0 ? arrived : outcomes;
  const stages = main === undefined ? [] : stagesOf(main, envoys, system, callee, shares);
  if (reaches.length > 0) {
    const versions = shares.size > 0 ? ` ${sharesText(shares)}` : '';
    return { ...EMPTY, verdict: 'allowed', summary: `allowed: ${callee}${versions}, by a connection of TCP`, reaches, stages, sent };
  }
  const why = main?.end.kind === 'delivered' || main === undefined ? 'nothing takes it' : main.end.why;
  const refusal = { by: names.callee(callee)?.path ?? callee, why };
  return { ...EMPTY, verdict: 'unreachable', summary: `not reachable: ${why} (${refusal.by})`, refusal, stages, sent };
}

function arrivalOf({ end }: Outcome, callee: string, names: Names, shares: ReadonlyMap<string, number>): readonly Arrival[] {
  if (end.kind !== 'delivered') return [];
  const { version } = names.ofTask(end.to);
  if (version === undefined) return [{ to: callee, method: '', path: '' }];
  const percent = shares.get(version);
  // Envoy may choose any version, and chooses none whose weight is 0.
  return percent === undefined ? [] : [{ to: callee, version, percent, method: '', path: '' }];
}

function stagesOf(
  { steps }: Outcome,
  envoys: System,
  system: SystemDescription,
  callee: string,
  shares: ReadonlyMap<string, number>,
): readonly Stage[] {
  const names = new Names(system);
  const { path = callee, port } = names.callee(callee) ?? {};
  return steps.map((step, index): Stage => {
    if (index > 0) return { at: titleOf(step, system), facts: inboundFacts(system, path, port) };
    const listener = envoys.tasks.get(step.task)?.listeners.find(({ name }) => name === step.listener);
    const { idle_timeout: idle, max_connect_attempts: attempts = 1 } = (listener?.chains[0]?.filter.config ?? {}) as TcpFields;
    return {
      at: titleOf(step, system),
      facts: [
        names.isExternal(callee)
          ? { text: `leaves the mesh, to ${callee}`, path }
          : { text: `whatever is sent goes to ${callee}: TCP has no routes, methods and paths`, path },
        ...(shares.size === 0
          ? []
          : [
              {
                text:
                  `to a version by weight, for as long as it lasts: ${sharesText(shares)}; weights in the parameter of the system may be ` +
                  'others by now',
                path: `${path}.versions`,
              },
            ]),
        ...(attempts > 1 ? [{ text: `tries up to ${attempts} times to connect`, path: `${path}.retry` }] : []),
        ...(idle === undefined
          ? []
          : [{ text: `closes a connection on which nothing moves for ${idle.replace(/s$/, ' s')}`, path: `${path}.timeout` }]),
      ],
    };
  });
}

function inboundFacts({ certificates }: SystemDescription, path: string, port: number | undefined): readonly Fact[] {
  return [
    certificates === 'none'
      ? { text: 'nobody asks who calls: there are no certificates', path }
      : { text: 'lets in declared callers alone, by their certificates', path },
    ...(port === undefined ? [] : [{ text: `the application gets the connection on port ${port}`, path: `${path}.port` }]),
  ];
}

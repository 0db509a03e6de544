import type { SystemDescription } from '../../../lib/core/description/system-description';
import { simulate, type Outcome, type Request } from '../../simulator/simulate';
import type { System } from '../../simulator/system';
import type { Arrival, Explanation, Fact, Refusal, Stage } from './explanation';
import { sendingOf, sharesText, stagesOf, type Sending } from './hops';
import { Names } from './names';
import { unique } from './reach';
import { refusalOf } from './refusal';
import { timeoutWarnings } from './warnings';

interface Context {
  readonly caller: string;
  readonly before: Parameters<typeof timeoutWarnings>[3];
  readonly stages: readonly Stage[];
  readonly needs: readonly Fact[];
}

/** What becomes of a request that the first Envoy gets. */
export function explainSent(
  system: SystemDescription,
  envoys: System,
  sent: Request,
  { caller, before, stages, needs }: Context,
): Explanation {
  const outcomes = simulate(envoys, sent);
  const arrived = outcomes.filter(({ end }) => end.kind === 'delivered');
  const main = arrived[0] ?? outcomes[0];
  const refusals = outcomes.flatMap((outcome) => refusalOf(outcome, system) ?? []);
  const sending = main?.steps
    .filter(({ copy }) => !copy)
    .map((step) => sendingOf(step, system))
    .find((each) => each !== undefined);
  const reaches = unique(arrived.flatMap((outcome) => arrivalOf(outcome, sending, system)));
  const copies = unique(outcomes.flatMap((outcome) => outcome.copies.flatMap((end) => (end.kind === 'delivered' ? [end.to] : []))));
  const [refusal] = refusals;
  const limits: Pick<Explanation, 'atMostSeconds' | 'attempts'> =
    sending === undefined || arrived.length === 0
      ? {}
      : {
          ...(sending.seconds === 0 ? {} : { atMostSeconds: Math.min(sending.seconds, before?.seconds ?? Number.POSITIVE_INFINITY) }),
          attempts: sending.attempts,
        };
  const facts = {
    reaches,
    mayBe: arrived.length === 0 ? [] : unique(refusals),
    ...limits,
    ...{ needs, copies, sent },
    stages: [
      ...stages,
      ...(main === undefined ? [] : withRefusal(stagesOf(main.steps, system), arrived.length === 0 ? refusal : undefined)),
    ],
    warnings: sending === undefined ? [] : timeoutWarnings(system, caller, sending, before),
  };
  if (arrived.length > 0 || refusal === undefined)
    return { ...facts, verdict: 'allowed', summary: allowedText(reaches, sending, facts.atMostSeconds, needs) };
  const verdict =
    refusal.status === undefined ? 'unreachable' : refusal.status < 400 && refusal.grpcStatus === undefined ? 'answered' : 'refused';
  return { ...facts, verdict, refusal, summary: refusedText(refusal) };
}

function withRefusal(stages: readonly Stage[], refusal: Refusal | undefined): readonly Stage[] {
  const last = stages.at(-1);
  if (refusal === undefined || last === undefined) return stages;
  const fact: Fact = { text: `${statusText(refusal)}: ${refusal.why}`, path: refusal.by };
  return [...stages.slice(0, -1), { ...last, facts: [...last.facts, fact] }];
}

function arrivalOf({ end }: Outcome, sending: Sending | undefined, system: SystemDescription): readonly Arrival[] {
  if (end.kind !== 'delivered') return [];
  const { service, version } = new Names(system).ofTask(end.to);
  const isOutside = sending !== undefined && new Names(system).isExternal(sending.callee.name);
  // A port of its own is a service of its own.
  const to = sending !== undefined && (isOutside || sending.callee.portOf === service) ? sending.callee.name : service;
  const percent = version === undefined ? undefined : sending?.shares.get(version);
  // Envoy may choose any version, and chooses none whose weight is 0.
  if (version !== undefined && sending !== undefined && sending.shares.size > 0 && percent === undefined) return [];
  return [
    {
      to,
      ...(version === undefined ? {} : { version }),
      ...(percent === undefined ? {} : { percent }),
      method: end.method,
      path: end.path,
    },
  ];
}

function allowedText(
  reaches: readonly Arrival[],
  sending: Sending | undefined,
  seconds: number | undefined,
  needs: readonly Fact[],
): string {
  const names = unique(reaches.map(({ to }) => to)).join(', ');
  const [only] = reaches;
  const versions =
    sending !== undefined && sending.shares.size > 0
      ? ` ${sharesText(sending.shares)}`
      : only?.version === undefined
        ? ''
        : ` ${only.version}`;
  return [
    `allowed${needs.length === 0 ? '' : ', if the edge lets the client in'}: ${names}${versions}`,
    ...(seconds === undefined ? (sending === undefined ? [] : ['with no limit in time']) : [`at most ${seconds} s`]),
    ...(sending === undefined ? [] : [sending.attempts === 1 ? 'one attempt' : `up to ${sending.attempts} attempts`]),
  ].join(', ');
}

export function refusedText(refusal: Refusal): string {
  return refusal.status === undefined ? `not reachable: ${refusal.why} (${refusal.by})` : `${statusText(refusal)} by ${refusal.by}`;
}

export function statusText({ status, grpcStatus }: Refusal): string {
  if (status === undefined) return 'not reachable';
  if (grpcStatus !== undefined) return `refused with gRPC status ${grpcStatus}`;
  return status < 400 ? `answered with ${status}` : `refused with ${status}`;
}

import { COMPLETE_HEADER, DETAILS_FIELD } from '../../lib/core/contract/aggregation';
import type { PartFailure } from './failure';
import { isWhole, type Aggregated, type PartOutcome } from './parts/aggregate';
import type { Plan, PlannedPart } from './parts/plan';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly Buffer[];
}

/** About a part, on demand. */
interface Details {
  readonly complete: boolean;
  /** Of the service's response. */
  readonly status?: number;
  /** What stands in its place: its service's answer, its fallback, or null. */
  readonly source: 'service' | 'fallback' | 'none';
  readonly error?: ErrorDetails;
  /** Of a part that runs for each item of an array: those that failed, and how many were left out. */
  readonly items?: { readonly failed: readonly (ErrorDetails & { readonly item: number })[]; readonly leftOut: number };
}

interface ErrorDetails {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
}

/** Whatever may be in it belongs to one user, so no shared cache keeps it, and no cache at all one that is not complete. */
const CACHE_CONTROL = { complete: 'private, no-cache', incomplete: 'no-store' };

/** What a client gets. */
export function answerOf(plan: Plan, aggregated: Aggregated, withDetails: boolean): Answer {
  if (!aggregated.ok) return errorAnswer(aggregated.planned, aggregated.failure);
  const fitting = withinLimit(plan, aggregated.outcomes);
  if (!fitting.ok) return errorAnswer(fitting.planned, fitting.failure);
  const outcomes = [...fitting.outcomes];
  const complete = outcomes.every(([, { outcome }]) => isWhole(outcome));
  const members = outcomes.map(([name, { outcome }]) => [keyOf(name), outcome.json]);
  if (withDetails) members.push([keyOf(DETAILS_FIELD), detailsOf(outcomes)]);
  const body = [
    Buffer.from('{'),
    ...members.flatMap((member, index) => (index === 0 ? member : [Buffer.from(','), ...member])),
    Buffer.from('}'),
  ];
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': complete ? CACHE_CONTROL.complete : CACHE_CONTROL.incomplete,
      [COMPLETE_HEADER]: String(complete),
    },
    body,
  };
}

/** An answer that the aggregator makes itself, in the form of API Gateway's own. */
export function messageAnswer(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': CACHE_CONTROL.incomplete, [COMPLETE_HEADER]: 'false', ...headers },
    body: [Buffer.from(JSON.stringify({ message }))],
  };
}

interface Placed {
  readonly planned: PlannedPart;
  readonly outcome: PartOutcome;
}

type Fitting =
  | { readonly ok: true; readonly outcomes: ReadonlyMap<string, Placed> }
  | { readonly ok: false; readonly planned: PlannedPart; readonly failure: PartFailure };

/** In order: what does not fit any more has failed; there is always room for what stands in the place of the others. */
function withinLimit({ aggregation, parts }: Plan, given: ReadonlyMap<string, PartOutcome>): Fitting {
  const least = parts.reduce((sum, { part, substitute }) => sum + keyOf(part.name).length + substitute.length + 1, 1);
  let left = aggregation.maxResponseBytes - least;
  const outcomes = new Map<string, Placed>();
  for (const planned of parts) {
    const { part, substitute } = planned;
    const outcome = given.get(part.name);
    if (outcome === undefined) continue;
    const more = outcome.json.length - substitute.length;
    if (outcome.failure !== undefined || more <= left) {
      left -= Math.max(0, more);
      outcomes.set(part.name, { planned, outcome });
      continue;
    }
    const failure: PartFailure = { code: 'too-large', why: 'the whole answer is too large' };
    if (part.required) return { ok: false, planned, failure };
    const { status } = outcome;
    outcomes.set(part.name, { planned, outcome: { json: substitute, failure, ...(status === undefined ? {} : { status }) } });
  }
  return { ok: true, outcomes };
}

function keyOf(name: string): Buffer {
  return Buffer.from(`${JSON.stringify(name)}:`);
}

function detailsOf(outcomes: readonly (readonly [string, Placed])[]): Buffer {
  const members = outcomes.map(
    ([name, { planned, outcome }]) => `${JSON.stringify(name)}:${JSON.stringify(detailsOfPart(planned, outcome))}`,
  );
  return Buffer.from(`{${members.join(',')}}`);
}

function detailsOfPart({ hasFallback }: PlannedPart, outcome: PartOutcome): Details {
  const { status, failure, items } = outcome;
  return {
    complete: isWhole(outcome),
    ...(status === undefined ? {} : { status }),
    source: failure === undefined ? 'service' : hasFallback ? 'fallback' : 'none',
    ...(failure === undefined ? {} : { error: errorOf(failure) }),
    ...(items === undefined
      ? {}
      : {
          items: {
            failed: [...items.failed].map(([item, each]) => ({
              item,
              ...errorOf(each),
              ...(each.status === undefined ? {} : { status: each.status }),
            })),
            leftOut: items.leftOut,
          },
        }),
  };
}

function errorOf({ code, why }: PartFailure): ErrorDetails {
  return { code, message: why };
}

/**
 * A required part's 4xx is the client's as it is; of a 5xx only the status, since its body may be one of Envoy's, which names hosts. A
 * redirect is no answer: its target is an address inside.
 */
function errorAnswer({ part }: PlannedPart, { code, status, body, clientFault, why }: PartFailure): Answer {
  const message = `The part "${part.name}" of the answer is not available: ${why}.`;
  if (code === 'status' && status !== undefined && status >= 400 && status < 600) {
    const own = messageAnswer(status, message);
    return body === undefined ? own : { ...own, headers: { ...own.headers, 'content-type': body.contentType }, body: [body.bytes] };
  }
  if (clientFault === true) return messageAnswer(400, message);
  return messageAnswer(code === 'timeout' ? 504 : 502, message);
}

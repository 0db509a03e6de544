import type { Delivery, Outcome } from '../../programs/simulator/simulate';
import { MADE_UP } from '../../programs/simulator/exchange';
import type { Arrived } from './echo';

/** What was seen of a request and a real Envoy. */
export interface Seen {
  /** Undefined: nobody answered. */
  readonly status: number | undefined;
  readonly grpcStatus?: number;
  /** The application that answered. */
  readonly answeredBy: string | undefined;
  /** What applications have got of it, copies among them. */
  readonly arrived: readonly Arrived[];
}

/** Whether what was seen is one of the outcomes that the simulator knows. */
export function agrees(outcomes: readonly Outcome[], seen: Seen): boolean {
  return outcomes.some((outcome) => isSeen(outcome, seen));
}

function isSeen({ end, copies }: Outcome, { status, grpcStatus, answeredBy, arrived }: Seen): boolean {
  const deliveries = [end, ...copies].filter((each): each is Delivery => each.kind === 'delivered');
  if (deliveries.length !== arrived.length || !pairsUp(deliveries, arrived)) return false;
  switch (end.kind) {
    case 'delivered':
      return status === 200 && answeredBy !== undefined;
    case 'answered':
      return status === end.status && grpcStatus === end.grpcStatus && answeredBy === undefined;
    case 'refused':
      return status === undefined;
  }
}

function pairsUp(deliveries: readonly Delivery[], arrived: readonly Arrived[]): boolean {
  const [delivery, ...others] = deliveries;
  if (delivery === undefined) return arrived.length === 0;
  return arrived.some(
    (each, index) =>
      isDelivered(delivery, each) &&
      pairsUp(
        others,
        arrived.filter((_, other) => other !== index),
      ),
  );
}

function isDelivered(expected: Delivery, { to, method, path, host, headers }: Arrived): boolean {
  const names = new Set([...Object.keys(expected.headers), ...Object.keys(headers)]);
  return (
    to === `${expected.to}:${expected.port}` &&
    method === expected.method &&
    path === expected.path &&
    host === expected.host &&
    [...names].every((name) => isValue(expected.headers[name], headers[name]))
  );
}

/** What an Envoy makes up may be anything. */
function isValue(expected: string | undefined, value: string | undefined): boolean {
  if (expected === undefined || value === undefined) return expected === value;
  if (expected === MADE_UP.requestId || expected === MADE_UP.trace) return value !== '';
  const known = value.replace(/Hash=[0-9a-f]+/, `Hash=${MADE_UP.hash}`);
  return known === expected || (expected.includes(MADE_UP.address) && known.replace(/\d+(\.\d+){3}$/, MADE_UP.address) === expected);
}

/** What kind of end it is, so that a test can say that it has seen many. */
export function fateOf({ end, copies }: Outcome): string {
  return [
    end.kind,
    ...(end.kind === 'answered' ? [end.status, end.why] : end.kind === 'refused' ? [end.why] : []),
    ...(copies.length > 0 ? ['and copies'] : []),
  ].join(' ');
}

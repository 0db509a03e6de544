import type { Outcome, Request } from '../../programs/simulator/simulate';
import { simulate } from '../../programs/simulator/simulate';
import type { System } from '../../programs/simulator/system';

/** An outcome in a few words: `orders /orders/7`, or who answers what, and why. */
export function summary({ end }: Pick<Outcome, 'end'>): string {
  switch (end.kind) {
    case 'delivered':
      return `${end.to} ${end.path}`;
    case 'refused':
      return `refused: ${end.why}`;
    case 'answered':
      return `${end.status}${end.grpcStatus === undefined ? '' : ` (gRPC ${end.grpcStatus})`} by ${end.by}: ${end.why}`;
  }
}

export function summaries(system: System, request: Request): readonly string[] {
  return simulate(system, request).map(summary).sort();
}

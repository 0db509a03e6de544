import { flagsInWords } from '../statistics/response-flags';
import type { AccessLogLine } from './source';
import type { SystemIndex } from './system';
import { callKey, type LoggedRequest } from './view';

/** Of each call and each service. */
const KEPT = 50;

/** The last lines of access logs, by calls and by boxes. */
export class LastRequests {
  private readonly kept = new Map<string, LoggedRequest[]>();

  constructor(
    private readonly system: SystemIndex,
    private readonly workloadOf: (task: string) => string | undefined,
  ) {}

  note({ task, line }: AccessLogLine): void {
    const entry = entryOf(line);
    const workload = this.workloadOf(task);
    const box = workload === undefined ? undefined : this.system.boxOf(workload);
    if (entry === undefined || box === undefined) return;
    const { keys, side } = this.placesOf(entry, box, workload ?? '');
    const request = requestOf(entry, task, side);
    for (const key of keys) {
      const list = this.kept.get(key) ?? [];
      this.kept.set(key, [request, ...list].slice(0, KEPT));
    }
  }

  /** Newest first. @param key of a call, or ID of a box */
  of(key: string): readonly LoggedRequest[] {
    return this.kept.get(key) ?? [];
  }

  private placesOf(
    entry: Entry,
    box: string,
    workload: string,
  ): { readonly keys: readonly string[]; readonly side: LoggedRequest['side'] } {
    const direction = textOf(entry, 'direction');
    if (direction === 'outbound' || direction === 'parts') {
      const to = this.system.calleeBox(textOf(entry, 'peer') ?? textOf(entry, 'cluster') ?? '');
      return { keys: to === undefined ? [] : [callKey(box, to)], side: 'caller' };
    }
    if (direction === 'edge' || direction === 'client') return { keys: [box, ...this.system.callsTo(workload)], side: 'callee' };
    const caller = textOf(entry, 'caller') ?? textOf(entry, 'claimed_caller') ?? '';
    // spiffe://shop.internal/ui
    const name = caller.split('/').at(-1) ?? '';
    const from = this.system.calleeBox(name) ?? this.system.boxOf(name);
    return { keys: [box, ...(from === undefined ? [] : [callKey(from, box)])], side: 'callee' };
  }
}

type Entry = Readonly<Record<string, unknown>>;

function entryOf(line: string): Entry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as Entry;
    return typeof entry['direction'] === 'string' && typeof entry['time'] === 'string' ? entry : undefined;
  } catch {
    return undefined;
  }
}

function requestOf(entry: Entry, task: string, side: LoggedRequest['side']): LoggedRequest {
  const [status, milliseconds, attempts] = ['status', 'duration_ms', 'attempts'].map((name) => numberOf(entry, name));
  const [method, grpcStatus, details] = ['method', 'grpc_status', 'details'].map((name) => textOf(entry, name));
  const flags = textOf(entry, 'flags') ?? '-';
  return {
    ...{ time: textOf(entry, 'time') ?? '', task, side, flags, words: flagsInWords(flags) },
    what: method === undefined ? 'connection' : `${method} ${textOf(entry, 'path') ?? ''}`,
    ...(status === undefined ? {} : { status }),
    ...(grpcStatus === undefined ? {} : { grpcStatus }),
    ...(milliseconds === undefined ? {} : { milliseconds }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(details === undefined ? {} : { details }),
  };
}

function textOf(entry: Entry, name: string): string | undefined {
  const value = entry[name];
  return typeof value === 'string' ? value : undefined;
}

function numberOf(entry: Entry, name: string): number | undefined {
  const value = entry[name];
  return typeof value === 'number' ? value : undefined;
}

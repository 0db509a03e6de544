import type { PresentedCertificate } from '../statistics/certificates';
import { addFlows, addUpstreams, between, type Flow, type Sample, type Upstream } from '../statistics/sample';
import type { MapTask } from './source';

/** What an Envoy counted in a time. */
export interface Counted {
  readonly seconds: number;
  readonly flows: ReadonlyMap<string, Flow>;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly handshakesRefused: number;
}

export const NOTHING: Counted = { seconds: 0, flows: new Map(), upstreams: new Map(), handshakesRefused: 0 };

/** A task that is sampled, with what it has counted since. Times are those of one clock, in milliseconds. */
export class SampledTask {
  state: 'starting' | 'answers' | 'silent' | 'gone' = 'starting';
  why: string | undefined;
  certificate: PresentedCertificate | undefined;
  total: Counted = NOTHING;
  private last: { readonly at: number; readonly sample: Sample } | undefined;
  private readonly recent: { readonly at: number; readonly counted: Counted }[] = [];

  constructor(
    public task: MapTask,
    /** When it came into its state. */
    public since: number,
    private readonly windowMs: number,
  ) {}

  answered(sample: Sample, at: number): void {
    // What it counted before the map began is not the map's.
    if (this.last !== undefined) {
      const { flows, upstreams, handshakes } = between(this.last.sample, sample);
      const counted = { seconds: (at - this.last.at) / 1000, flows, upstreams, handshakesRefused: handshakes.refused };
      this.recent.push({ at, counted });
      this.total = addCounted(this.total, counted);
    }
    this.last = { at, sample };
    // What was asked while it was still listed.
    if (this.state !== 'gone') this.become('answers', at);
  }

  failed(why: string, at: number): void {
    if (this.state !== 'gone') this.become(this.state === 'starting' ? 'starting' : 'silent', at, why);
  }

  /** It is listed, or no longer. */
  listed(task: MapTask | undefined, at: number): void {
    if (task === undefined) this.become('gone', at);
    else {
      this.task = task;
      if (this.state === 'gone') this.become('starting', at);
    }
  }

  /** What it counted in the window. */
  inWindow(now: number): Counted {
    while (this.recent[0] !== undefined && now - this.recent[0].at > this.windowMs) this.recent.shift();
    return this.recent.reduce((sum, { counted }) => addCounted(sum, counted), NOTHING);
  }

  /** How things are at the moment, as it says; of a task that does not answer, nothing. */
  get now(): ReadonlyMap<string, Upstream> {
    return this.state === 'answers' ? (this.last?.sample.upstreams ?? new Map()) : new Map();
  }

  private become(state: SampledTask['state'], at: number, why?: string): void {
    if (state !== this.state) this.since = at;
    this.state = state;
    this.why = why;
  }
}

export function addCounted(one: Counted, other: Counted): Counted {
  return {
    seconds: one.seconds + other.seconds,
    flows: merge(one.flows, other.flows, addFlows),
    upstreams: merge(one.upstreams, other.upstreams, addUpstreams),
    handshakesRefused: one.handshakesRefused + other.handshakesRefused,
  };
}

function merge<Value>(
  one: ReadonlyMap<string, Value>,
  other: ReadonlyMap<string, Value>,
  sum: (a: Value, b: Value) => Value,
): ReadonlyMap<string, Value> {
  const merged = new Map(one);
  for (const [key, value] of other) {
    const before = merged.get(key);
    merged.set(key, before === undefined ? value : sum(before, value));
  }
  return merged;
}

import type { Service } from '../../model/topology';

/** What a caller's routes have to know of whom they lead to. */
export interface Upstream {
  /** That of its cluster. */
  readonly name: string;
  readonly protocol: Service['protocol'];
  /** Absent for an external service: its addresses are one host, and its answers say nothing to Envoy. */
  readonly discovery?: Service['discovery'];
  /** What it says of requests to it; an external service says nothing. */
  readonly policy?: Service['policy'];
  readonly versions?: Service['versions'];
  readonly versionHeader?: Service['versionHeader'];
  readonly mirror?: Service['mirror'];
}

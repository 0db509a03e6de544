import type { Service } from '../../model/topology';

/** A callee or an external service, as far as a caller's routes need it. */
export interface Upstream {
  /** That of its cluster. */
  readonly name: string;
  readonly protocol: Service['protocol'];
  /** Absent for an external service: its addresses are one host, and its answers have no headers for Envoy. */
  readonly discovery?: Service['discovery'];
  /** Its own policy for requests to it; an external service has none. */
  readonly policy?: Service['policy'];
  readonly versions?: Service['versions'];
  readonly versionHeader?: Service['versionHeader'];
  readonly mirror?: Service['mirror'];
}

/** What all formats draw: boxes and lines, without places. */
export interface Diagram {
  readonly title: string;
  readonly boxes: readonly Box[];
  readonly calls: readonly Call[];
  /** Frames; empty: all stands in one stack. */
  readonly owners: readonly Owner[];
}

export type BoxKind = 'client' | 'edge' | 'gateway' | 'service' | 'worker' | 'job' | 'port' | 'external';

/** How the callee is spoken to, by which lines are told apart. */
export type Protocol = 'http' | 'http2' | 'grpc' | 'tcp';

export interface Box {
  /** Unique in the diagram, such as `service ui`. */
  readonly id: string;
  readonly kind: BoxKind;
  readonly name: string;
  /** What it is, such as `service · HTTP`. */
  readonly caption: string;
  /** Routes, versions, hosts. */
  readonly lines: readonly string[];
  /** All of the lines of which the box shows the first ones. */
  readonly allLines?: readonly string[];
  /** Name of its owner. */
  readonly owner?: string;
}

export interface Call {
  readonly from: string;
  readonly to: string;
  /** Absent: a port and the service whose tasks it has, which is no call. */
  readonly protocol?: Protocol;
  /** Keys of the routes that lead there; of a gateway alone. */
  readonly routes: readonly string[];
}

/** A stack with what stands in it. */
export interface Owner {
  readonly name: string;
  readonly caption: string;
}

const PROTOCOLS: Readonly<Record<Protocol, string>> = { http: 'HTTP', http2: 'HTTP/2', grpc: 'gRPC', tcp: 'TCP' };

export function nameOfProtocol(protocol: Protocol): string {
  return PROTOCOLS[protocol];
}

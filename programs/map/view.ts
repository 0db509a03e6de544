/** What the page gets, as JSON: shared by the server and the script of the page. */

/** How it looks at the moment. */
export interface MapState {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Since when totals count. */
  readonly since: number;
  /** How many seconds figures are about. */
  readonly windowSeconds: number;
  /** Why the tasks cannot be listed. */
  readonly problem?: string;
  readonly tasks: readonly TaskState[];
  /** By IDs of boxes, such as `service ui`. */
  readonly boxes: Readonly<Record<string, BoxFigures>>;
  /** By `callKey`. */
  readonly calls: Readonly<Record<string, CallFigures>>;
}

export interface TaskState {
  readonly id: string;
  readonly workload: string;
  /** ID of the box that it stands in; absent: the description has no such workload. */
  readonly box?: string;
  readonly healthy: boolean;
  /** `starting`: it has never answered yet; `silent`: it does not answer any more; `gone`: it is no task of the system any more. */
  readonly state: 'starting' | 'answers' | 'silent' | 'gone';
  /** Since when it has been in this state. */
  readonly since: number;
  /** Why it does not answer. */
  readonly why?: string;
  readonly certificate?: { readonly identity: string; readonly validFrom: number; readonly expires: number };
}

/** Of requests, or of TCP connections. */
export interface Figures {
  readonly perSecond: number;
  /** Parts of all of the window; absent: there was none. */
  readonly errorShare?: number;
  readonly refusedShare?: number;
  /** Milliseconds. */
  readonly p50?: number;
  readonly p99?: number;
  /** Since the map began. */
  readonly total: Totals;
}

export interface Totals {
  readonly requests: number;
  /** 5xx, and TCP connections that failed. */
  readonly errors: number;
  /** 4xx. */
  readonly refused: number;
  /** Whose sender went away. */
  readonly cancelled: number;
}

export interface BoxFigures extends Figures {
  /** Requests that its rules of callers refused, since the map began. */
  readonly denied: number;
  /** TLS handshakes that it refused, since the map began. */
  readonly handshakesRefused: number;
  /** When the first certificate of its tasks expires. */
  readonly expires?: number;
}

export interface CallFigures extends Figures {
  readonly retries: Rate;
  readonly timeouts: Rate;
  readonly overflows: Rate;
  readonly connectFailures: Rate;
  readonly ejections: Rate;
  /** Tasks of the callee that are left out at the moment, as the caller that leaves out most sees it. */
  readonly ejected: number;
  /** Tasks of the callee that callers know, as the one that knows fewest sees it; absent: no caller answers. */
  readonly known?: { readonly healthy: number; readonly all: number };
  /** Circuit breakers that are open at the moment. */
  readonly open: readonly string[];
  /** By names of versions: how many requests each got in the window. */
  readonly versions?: Readonly<Record<string, number>>;
}

export interface Rate {
  readonly perSecond: number;
  readonly total: number;
}

/** A drawing without figures, in pixels. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly {
    readonly name: string;
    readonly caption: string;
    readonly place: readonly [number, number, number, number];
  }[];
  readonly boxes: readonly DrawnBox[];
  readonly calls: readonly DrawnCall[];
}

export interface DrawnBox {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly caption: string;
  /** x, y, width, height. */
  readonly place: readonly [number, number, number, number];
}

export interface DrawnCall {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  /** How it is spoken, such as `gRPC`; absent: a port and the service that it belongs to, which is no call. */
  readonly protocol?: string;
  readonly line: string;
  readonly head: string;
  /** Where its figures stand; absent: nowhere, since there are too many. */
  readonly label?: readonly [number, number, number, number];
}

/** What there is, whatever is drawn. */
export interface MapSystem {
  readonly title: string;
  readonly summary: string;
  readonly boxes: readonly { readonly id: string; readonly kind: string; readonly name: string; readonly caption: string }[];
  readonly calls: readonly { readonly key: string; readonly from: string; readonly to: string; readonly protocol: string }[];
  /** Whether the page begins with a part, since the whole is too much for a screen. */
  readonly large: boolean;
}

/** What is known about a box or a call beside its figures. */
export interface Details {
  readonly title: string;
  /** Groups of rows: what the description of the system says. */
  readonly facts: readonly { readonly heading: string; readonly rows: readonly (readonly [name: string, value: string])[] }[];
  /** Newest first; absent: nobody can read access logs. */
  readonly requests?: readonly LoggedRequest[];
  /** Workloads whose configuration can be shown. */
  readonly workloads: readonly string[];
}

export interface LoggedRequest {
  readonly time: string;
  readonly task: string;
  /** Which side has logged it. */
  readonly side: 'caller' | 'callee';
  /** Such as `GET /orders/7`; of TCP, `connection`. */
  readonly what: string;
  readonly status?: number;
  readonly grpcStatus?: string;
  readonly milliseconds?: number;
  readonly attempts?: number;
  readonly flags: string;
  /** The flags, in words. */
  readonly words: readonly string[];
  /** As Envoy has it, such as `via_upstream`. */
  readonly details?: string;
}

export function callKey(from: string, to: string): string {
  return `${from} > ${to}`;
}

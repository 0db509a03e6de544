import type { ProtocolId } from '../../../lib/core/model/topology';
import type {
  ActiveHealthCheck,
  CircuitBreaker,
  OutlierDetection,
  RetryEvent,
  Rewrite,
  RouteMatch,
  Timeouts,
} from '../../../lib/core/model/traffic-policy';

/**
 * A mesh in words that belong to no provider: what both an App Mesh template and a topology can be turned into, to be
 * compared. Plain data, sorted by name; the defaults of App Mesh are written out, so that absent means "none". Tags and
 * access logs are in the model only.
 */
export interface MeshView {
  readonly name: string;
  /** Whether tasks may call what is not in the mesh; absent if the template does not set it. */
  readonly egress?: 'all' | 'declared';
  readonly services: readonly ServiceView[];
  readonly external: readonly ExternalView[];
  readonly gateways: readonly GatewayView[];
}

/** Something that listens, or only calls. */
export interface ServiceView extends UpstreamPolicyView {
  /** The first label of its virtual name if no other service has it. */
  readonly name: string;
  /** Absent: it cannot be called. */
  readonly virtualHost?: string;
  /** Where callers reach it. */
  readonly virtualPort?: number;
  /** Where the application listens; absent: it only calls. */
  readonly port?: number;
  readonly protocol?: ProtocolId;
  /** Of the proxy before the application; absent: plain text. */
  readonly tls?: ServerTlsView;
  /** Sorted by name of the called service. */
  readonly calls: readonly CallView[];
  /** Sorted by name. */
  readonly versions: readonly VersionView[];
  /** The first one that matches decides; a request that none matches is refused. */
  readonly routes: readonly RouteView[];
}

/** What callers' proxies do with calls to it, whatever the request is. */
export interface UpstreamPolicyView {
  readonly healthCheck?: ActiveHealthCheck;
  readonly circuitBreaker: CircuitBreaker;
  readonly outlierDetection?: OutlierDetection;
}

export interface VersionView {
  readonly name: string;
  /** The name by which its tasks are discovered; absent: they are not. */
  readonly discoveryHost?: string;
  /** What of the instances of that name are its tasks. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Of requests that no narrower route decides about; absent: it gets none of them. */
  readonly weight?: number;
}

export interface CallView {
  /** A service, or something external. */
  readonly to: string;
  readonly tls?: ClientTlsView;
}

export interface RouteView {
  /** Absent: App Mesh's own route to a virtual node. */
  readonly name?: string;
  /** A header that must not be something may be missing, unless another condition says that it is there. */
  readonly match: RouteMatch;
  readonly port?: number;
  readonly scheme?: string;
  /** Sorted by name of the version. */
  readonly targets: readonly { readonly version: string; readonly weight: number; readonly port?: number }[];
  /** The tightest ones on the way: of the route and of the listeners behind it. */
  readonly timeouts: Timeouts;
  /** Absent: the mesh's own choice. */
  readonly retry?: RetryView;
}

export interface RetryView {
  readonly maxRetries: number;
  /** Absent: the mesh's own choice. */
  readonly on?: readonly RetryEvent[];
  /** Whether only requests are tried again that no application has seen. */
  readonly unsentOnly: boolean;
}

/** What happens before an application has seen anything: no connection, or a refused stream. */
export const UNSENT: readonly RetryEvent[] = ['connection-error', 'stream-error'];

export type CertificateSource = 'acm' | 'file' | 'sds';

/** Where a certificate or an authority comes from, and the names (ARNs, paths, secrets) of what comes from there. */
export interface SourceView {
  readonly source: CertificateSource;
  readonly names: readonly string[];
}

export interface ServerTlsView {
  readonly mode: 'strict' | 'permissive';
  readonly certificate: SourceView;
  /** Of clients; absent: they need not show a certificate. */
  readonly trust?: SourceView;
  /** Sorted; absent: any name, of a client as App Mesh has it. */
  readonly clientNames?: readonly string[];
}

export interface ClientTlsView {
  /** Whether plain text is refused. */
  readonly enforced: boolean;
  readonly ports?: readonly number[];
  /** Absent: the client shows none. */
  readonly certificate?: SourceView;
  readonly trust: SourceView;
  /**
   * Sorted; or each task's own name, by which it is found (`VersionView.discoveryHost`): what App Mesh checks where a policy
   * says no name.
   * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-appmesh-virtualnode-tlsvalidationcontext.html
   */
  readonly serverNames: readonly string[] | 'discoveryHost';
}

/** Something outside of the mesh that services call. */
export interface ExternalView extends UpstreamPolicyView {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly protocol: ProtocolId;
  readonly virtualHost?: string;
  readonly virtualPort?: number;
  readonly routes: readonly RouteView[];
}

/** Where requests enter the mesh. */
export interface GatewayView {
  readonly name: string;
  readonly port?: number;
  readonly protocol?: ProtocolId;
  readonly tls?: ServerTlsView;
  readonly healthCheck?: ActiveHealthCheck;
  readonly circuitBreaker: CircuitBreaker;
  /** What it shows and expects when it calls services. */
  readonly clientTls?: ClientTlsView;
  /** The first one that matches decides. */
  readonly routes: readonly GatewayRouteView[];
}

export interface GatewayRouteView {
  readonly name: string;
  readonly match: RouteMatch;
  readonly hostname?: { readonly kind: 'exact' | 'suffix'; readonly text: string };
  readonly port?: number;
  readonly to: string;
  readonly rewrite?: Rewrite;
}

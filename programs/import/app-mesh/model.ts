import type {
  ActiveHealthCheck,
  CircuitBreaker,
  OutlierDetection,
  RetryEvent,
  RouteMatch,
  Timeouts,
} from '../../../lib/core/model/traffic-policy';

/**
 * What a template says of App Mesh, resource by resource and with nothing left out: names are resolved, durations are
 * seconds, absent is what the template does not say. A text that only CloudFormation knows stands in the notation of
 * Fn::Sub (`${ProjectName}.local`). Sorted by name.
 */
export interface AppMeshModel {
  readonly meshes: readonly AppMesh[];
}

export type ListenerProtocol = 'http' | 'http2' | 'grpc' | 'tcp';
export type IpPreference = 'IPv4_ONLY' | 'IPv4_PREFERRED' | 'IPv6_ONLY' | 'IPv6_PREFERRED';

/** A mesh, and what belongs to it by its name. */
export interface AppMesh {
  readonly name: string;
  /** Absent: the mesh is made elsewhere, and only its name is known. */
  readonly id?: string;
  readonly tags: Tags;
  readonly egressFilter?: 'ALLOW_ALL' | 'DROP_ALL';
  readonly ipPreference?: IpPreference;
  readonly virtualNodes: readonly VirtualNode[];
  readonly virtualServices: readonly VirtualService[];
  readonly virtualRouters: readonly VirtualRouter[];
  readonly virtualGateways: readonly VirtualGateway[];
}

export type Tags = Readonly<Record<string, string>>;

/** What every resource has. */
export interface MadeResource {
  /** The logical id; absent for what the template only names. */
  readonly id?: string;
  readonly name: string;
  /** The account that owns the mesh, if it is not the template's own. */
  readonly meshOwner?: string;
  readonly tags: Tags;
}

export interface VirtualNode extends MadeResource {
  readonly listeners: readonly Listener[];
  /** Absent: it is not discovered, as for a node that only calls. */
  readonly discovery?: Discovery;
  readonly backends: readonly Backend[];
  /** For backends that say nothing themselves. */
  readonly clientPolicy?: ClientPolicy;
  readonly accessLog?: AccessLog;
  /** Logical ids of the ECS task definitions whose Envoy is of this node. */
  readonly taskDefinitions: readonly string[];
}

export interface Listener {
  readonly port: number;
  readonly protocol: ListenerProtocol;
  readonly tls?: ListenerTls;
  readonly healthCheck?: HealthCheck;
  readonly connectionPool?: CircuitBreaker;
  readonly outlierDetection?: OutlierDetection;
  readonly timeouts?: Timeouts;
}

export interface HealthCheck extends ActiveHealthCheck {
  readonly protocol: ListenerProtocol;
  readonly port?: number;
}

export interface ListenerTls {
  readonly mode: 'STRICT' | 'PERMISSIVE' | 'DISABLED';
  readonly certificate: Certificate;
  /** Of clients; absent: they need not show a certificate. */
  readonly validation?: Validation;
}

export type Certificate =
  | { readonly source: 'acm'; readonly arn: string }
  | { readonly source: 'file'; readonly certificateChain: string; readonly privateKey: string }
  | { readonly source: 'sds'; readonly secretName: string };

export type Trust =
  | { readonly source: 'acm'; readonly arns: readonly string[] }
  | { readonly source: 'file'; readonly certificateChain: string }
  | { readonly source: 'sds'; readonly secretName: string };

export interface Validation {
  readonly trust: Trust;
  /** Sorted; absent: of a client any name, of a server the name by which it is found. */
  readonly subjectAlternativeNames?: readonly string[];
}

export interface ClientPolicy {
  /** Absent: an empty policy, which is plain text whatever the defaults are. */
  readonly tls?: ClientTls;
}

export interface ClientTls {
  /** Absent: true. */
  readonly enforce?: boolean;
  /** Sorted; absent: every port. */
  readonly ports?: readonly number[];
  readonly certificate?: Certificate;
  readonly validation: Validation;
}

export interface Backend {
  readonly virtualService: string;
  readonly clientPolicy?: ClientPolicy;
}

export interface AccessLog {
  readonly path: string;
  readonly format?: { readonly text: string } | { readonly json: Readonly<Record<string, string>> };
}

export type Discovery =
  | {
      readonly kind: 'dns';
      readonly hostname: string;
      readonly responseType?: 'LOADBALANCER' | 'ENDPOINTS';
      readonly ipPreference?: IpPreference;
    }
  | {
      readonly kind: 'cloudMap';
      readonly namespace: string;
      readonly service: string;
      readonly attributes: Readonly<Record<string, string>>;
      readonly ipPreference?: IpPreference;
    };

export interface VirtualService extends MadeResource {
  /** Absent: calls to it are answered with 404. */
  readonly provider?: { readonly kind: 'node' | 'router'; readonly name: string };
}

export interface VirtualRouter extends MadeResource {
  readonly listeners: readonly { readonly port: number; readonly protocol: ListenerProtocol }[];
  /** Sorted by name, not by priority. */
  readonly routes: readonly Route[];
}

export interface Route extends MadeResource {
  readonly protocol: ListenerProtocol;
  readonly priority?: number;
  /** In our words: what App Mesh inverts has to be there, which is a condition of its own. */
  readonly match: RouteMatch;
  readonly port?: number;
  readonly scheme?: 'http' | 'https';
  readonly targets: readonly WeightedTarget[];
  readonly timeouts?: Timeouts;
  readonly retry?: Retry;
}

export interface WeightedTarget {
  readonly virtualNode: string;
  readonly weight: number;
  readonly port?: number;
}

export interface Retry {
  readonly maxRetries: number;
  /** Of HTTP, of gRPC and of TCP together; sorted. */
  readonly on: readonly RetryEvent[];
  readonly perTrySeconds?: number;
}

export interface VirtualGateway extends MadeResource {
  readonly listeners: readonly Listener[];
  readonly clientPolicy?: ClientPolicy;
  readonly accessLog?: AccessLog;
  /** Sorted by name, not by priority. */
  readonly routes: readonly GatewayRoute[];
  readonly taskDefinitions: readonly string[];
}

export interface GatewayRoute extends MadeResource {
  readonly protocol: ListenerProtocol;
  readonly priority?: number;
  readonly match: RouteMatch;
  readonly hostname?: { readonly kind: 'exact' | 'suffix'; readonly text: string };
  readonly port?: number;
  readonly virtualService: string;
  readonly targetPort?: number;
  readonly rewrite?: GatewayRewrite;
}

/** What the template says; what it leaves out App Mesh decides (see to-mesh-view.ts). */
export interface GatewayRewrite {
  readonly defaultHostname?: 'ENABLED' | 'DISABLED';
  readonly exactPath?: string;
  readonly defaultPrefix?: 'ENABLED' | 'DISABLED';
  readonly prefix?: string;
}

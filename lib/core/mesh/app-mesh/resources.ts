/**
 * What App Mesh is to hold, as plain data. Each `spec` is one of App Mesh's own API, in its spelling, of which this
 * library uses what stands here.
 * https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_Types.html
 */
export interface AppMeshPlan {
  readonly mesh: { readonly spec: { readonly egressFilter: { readonly type: 'ALLOW_ALL' | 'DROP_ALL' } } };
  /** What runs in tasks, or lies outside. */
  readonly virtualNodes: readonly VirtualNodePlan[];
  /** What is called by a name. Each has a router of its own. */
  readonly virtualServices: readonly VirtualServicePlan[];
  readonly virtualRouters: readonly VirtualRouterPlan[];
  /** The lowest priority of a router comes first. */
  readonly routes: readonly RoutePlan[];
  /** One for each edge. */
  readonly virtualGateways: readonly VirtualGatewayPlan[];
}

export interface VirtualNodePlan {
  readonly name: string;
  readonly spec: VirtualNodeSpec;
}

export interface VirtualServicePlan {
  /** What callers call: `catalog.shop.internal`. */
  readonly name: string;
  readonly router: string;
}

export interface VirtualRouterPlan {
  readonly name: string;
  readonly spec: { readonly listeners: readonly { readonly portMapping: PortMapping }[] };
}

export interface RoutePlan {
  readonly name: string;
  readonly router: string;
  readonly spec: RouteSpec;
}

export interface VirtualGatewayPlan {
  readonly name: string;
  readonly spec: {
    readonly listeners: readonly { readonly portMapping: PortMapping }[];
    readonly backendDefaults?: { readonly clientPolicy: ClientPolicy };
    readonly logging: Logging;
  };
  readonly routes: readonly GatewayRoutePlan[];
}

export interface GatewayRoutePlan {
  readonly name: string;
  readonly spec: {
    readonly priority: number;
    readonly httpRoute: {
      readonly match: HttpMatch;
      readonly action: {
        readonly target: { readonly virtualService: { readonly virtualServiceName: string } };
        readonly rewrite: { readonly prefix: { readonly defaultPrefix: 'DISABLED' } };
      };
    };
  };
}

export interface VirtualNodeSpec {
  readonly listeners: readonly Listener[];
  /** Absent: it calls no service. */
  readonly backends?: readonly Backend[];
  readonly serviceDiscovery: ServiceDiscovery;
  /** Absent: no Envoy of ours runs there. */
  readonly logging?: Logging;
}

export interface PortMapping {
  readonly port: number;
  readonly protocol: PortProtocol;
}

export type PortProtocol = 'http' | 'http2' | 'grpc' | 'tcp';

export interface Listener {
  readonly portMapping: PortMapping;
  readonly tls?: ListenerTls;
  readonly healthCheck?: HealthCheck;
  readonly timeout?: PerProtocol<Timeout>;
  readonly connectionPool?: ConnectionPool;
  readonly outlierDetection?: OutlierDetection;
}

/** Has the one field that is the listener's protocol. */
export type PerProtocol<T> = Readonly<Partial<Record<PortProtocol, T>>>;

export interface HealthCheck {
  readonly protocol: PortProtocol;
  readonly path?: string;
  readonly intervalMillis: number;
  readonly timeoutMillis: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export interface Duration {
  readonly value: number;
  readonly unit: 's' | 'ms';
}

export interface Timeout {
  /** Not of TCP. 0: no limit. */
  readonly perRequest?: Duration;
  readonly idle?: Duration;
}

/** Has the one field that is the listener's protocol. */
export interface ConnectionPool {
  readonly http?: { readonly maxConnections: number; readonly maxPendingRequests?: number };
  readonly http2?: { readonly maxRequests: number };
  readonly grpc?: { readonly maxRequests: number };
  readonly tcp?: { readonly maxConnections: number };
}

export interface OutlierDetection {
  readonly maxServerErrors: number;
  readonly interval: Duration;
  readonly baseEjectionDuration: Duration;
  readonly maxEjectionPercent: number;
}

export interface ListenerTls {
  readonly mode: 'STRICT';
  readonly certificate: { readonly file: FileCertificate } | { readonly acm: { readonly certificateArn: string } };
  /** App Mesh checks the certificates of clients by files alone. */
  readonly validation?: TlsValidation<FileTrust>;
}

export interface FileCertificate {
  readonly certificateChain: string;
  readonly privateKey: string;
}

export interface FileTrust {
  readonly file: { readonly certificateChain: string };
}

export interface AcmTrust {
  readonly acm: { readonly certificateAuthorityArns: readonly string[] };
}

export interface TlsValidation<Trust> {
  readonly trust: Trust;
  readonly subjectAlternativeNames?: { readonly match: { readonly exact: readonly string[] } };
}

export interface ClientPolicy {
  readonly tls: {
    readonly enforce: boolean;
    readonly certificate?: { readonly file: FileCertificate };
    readonly validation: TlsValidation<FileTrust | AcmTrust>;
  };
}

export interface Backend {
  readonly virtualService: { readonly virtualServiceName: string; readonly clientPolicy?: ClientPolicy };
}

export type ServiceDiscovery =
  | { readonly awsCloudMap: { readonly namespaceName: string; readonly serviceName: string } }
  | { readonly dns: { readonly hostname: string; readonly responseType: 'ENDPOINTS' | 'LOADBALANCER' } };

export interface Logging {
  readonly accessLog: {
    readonly file: {
      readonly path: string;
      readonly format: { readonly json: readonly { readonly key: string; readonly value: string }[] };
    };
  };
}

/** `priority`, and the one other field that is the route's protocol. */
export interface RouteSpec {
  readonly priority?: number;
  readonly httpRoute?: HttpRoute;
  readonly http2Route?: HttpRoute;
  readonly grpcRoute?: GrpcRoute;
  readonly tcpRoute?: TcpRoute;
}

export interface RouteAction {
  readonly weightedTargets: readonly { readonly virtualNode: string; readonly weight: number; readonly port: number }[];
}

export interface HttpRoute {
  readonly match: HttpMatch;
  readonly action: RouteAction;
  readonly retryPolicy: RetryPolicy;
  readonly timeout?: Timeout;
}

export interface GrpcRoute {
  readonly match: { readonly serviceName?: string; readonly methodName?: string; readonly metadata?: readonly HeaderMatch[] };
  readonly action: RouteAction;
  readonly retryPolicy: RetryPolicy;
  readonly timeout?: Timeout;
}

export interface TcpRoute {
  readonly action: RouteAction;
  readonly timeout?: Timeout;
}

export interface HttpMatch {
  readonly prefix?: string;
  readonly path?: { readonly exact: string } | { readonly regex: string };
  readonly method?: string;
  readonly headers?: readonly HeaderMatch[];
  readonly queryParameters?: readonly { readonly name: string; readonly match?: { readonly exact: string } }[];
}

export interface HeaderMatch {
  readonly name: string;
  readonly invert?: boolean;
  /** Absent: it is there, whatever it says. */
  readonly match?: ValueMatch;
}

export type ValueMatch =
  | { readonly exact: string }
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly regex: string }
  | { readonly range: { readonly start: number; readonly end: number } };

export interface RetryPolicy {
  readonly maxRetries: number;
  readonly perRetryTimeout: Duration;
  readonly httpRetryEvents?: readonly string[];
  readonly tcpRetryEvents?: readonly string[];
  readonly grpcRetryEvents?: readonly string[];
}

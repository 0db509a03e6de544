/**
 * A system as the cloud assembly describes it, in `<stack>.<system>.microservices.json`, for tools that know neither this library nor
 * its templates. JSON; fields that do not apply are absent. Values of environment variables, of headers, and keys are in no field.
 *
 * Fields are only added within a version of the schema. docs/system-description.md is about it.
 */
export interface SystemDescription {
  /** Of this form: grows in its second part when fields are added, in its first when they change or go. */
  readonly schemaVersion: '1.0';
  /** Name of the system, such as `shop`. */
  readonly name: string;
  /** Path of the `Microservices` construct in the app, such as `Prod/Shop`. */
  readonly path: string;
  /** Domain of the virtual names, such as `shop.internal`. */
  readonly domain: string;
  /** Cloud Map namespace in which tasks are registered. */
  readonly discoveryDomain: string;
  /** First part of every identity: `spiffe://<trust domain>/<service>`. */
  readonly trustDomain: string;
  readonly mesh: MeshDescription;
  /** Who issues the certificates of mutual TLS; `none`: services speak plain text. */
  readonly certificates: 'none' | 'kms' | 'privateCa';
  /** Whether tasks send traces to AWS X-Ray. */
  readonly traced: boolean;
  /** Metrics of services and calls; absent: tasks report none. */
  readonly customMetrics?: CustomMetricsDescription;
  /** Whether tasks may connect only to what is declared, or to everything. */
  readonly egress: 'declared' | 'open';
  /** Stacks beside that of the system, sorted by name. */
  readonly stacks: readonly StackDescription[];
  /** Sorted by name. */
  readonly services: readonly ServiceDescription[];
  /** What services call outside of the mesh, sorted by name. */
  readonly external: readonly ExternalDescription[];
  /** Sorted by name. */
  readonly edges: readonly EdgeDescription[];
  /** Callers outside of the mesh, sorted by name. */
  readonly clients: readonly ClientDescription[];
  /** What runs: each service or version, and the gateways. */
  readonly workloads: readonly WorkloadDescription[];
  /** vCPUs of AWS Fargate that its tasks take, by the quota that they count for. */
  readonly fargateVcpus: { readonly onDemand: VcpuDescription; readonly spot: VcpuDescription };
  /** How much the system takes of limits of AWS. */
  readonly limits: readonly LimitDescription[];
  /** What synthesis warns of, before any of it is acknowledged. */
  readonly warnings: readonly WarningDescription[];
}

/** How many metrics CloudWatch makes of what tasks report. Each has a price for the hours in which it has values. */
export interface CustomMetricsDescription {
  /** While each service, version and call is in use. */
  readonly usual: number;
  /** With those that have values only when something is wrong: retries, ejected tasks, refusals, failed connections. */
  readonly most: number;
}

export interface MeshDescription {
  /** `envoy`, or `app-mesh`. */
  readonly provider: string;
  /** Image of Envoy, if it comes from a registry. */
  readonly proxyImage?: string;
}

/** Services and edges that stand in a stack of their own. */
export interface StackDescription {
  readonly name: string;
  readonly kind: 'nestedStack' | 'stack';
}

export interface ServiceDescription {
  readonly name: string;
  /** Where it stands in the props, such as `services.orders`. */
  readonly path: string;
  /** A worker takes no calls; a port is one of another service beside its first. */
  readonly kind: 'service' | 'worker' | 'job' | 'port';
  /** Name of the service whose tasks it has; of a port alone. */
  readonly portOf?: string;
  /** Name of the stack in which it stands; absent: that of the system. */
  readonly stack?: string;
  readonly protocol: 'http' | 'http2' | 'grpc' | 'tcp';
  /** Where the application listens in its task. */
  readonly port?: number;
  /** What callers use, such as `http://catalog.shop.internal:15080`; absent: nobody can call it. */
  readonly url?: string;
  /** Names of services that it calls, sorted. */
  readonly calls: readonly string[];
  /** Names of external services that it calls, sorted. */
  readonly callsExternal: readonly string[];
  /** Names of services that call it, sorted. */
  readonly callers: readonly string[];
  /** Names of gateway services that lead to it, sorted. */
  readonly gateways: readonly string[];
  /** Kind of the load balancers of the user's own that may lead to its tasks. */
  readonly loadBalancer?: 'application' | 'network';
  /** Sorted by name; absent: it has one version. */
  readonly versions?: readonly VersionDescription[];
  /** How calls go from version to version after a deployment; absent: at once. */
  readonly shift?: ShiftDescription;
  /** Header by which a request names a version. */
  readonly versionHeader?: string;
  /** Version that gets copies of requests. */
  readonly mirror?: { readonly version: string; readonly percent: number };
  /** What narrows the requests of callers; absent: a declared caller may send any. */
  readonly allow?: readonly AllowDescription[];
  /** What callers do with calls, unless they have their own. */
  readonly callPolicy: CallPolicyDescription;
  /** What it does as a caller in place of that, by the name of the called service. */
  readonly callPolicies: Readonly<Record<string, Partial<CallPolicyDescription>>>;
  /** Names of its routes, in the order in which they are compared. */
  readonly routes: readonly string[];
  /** What they take and what is otherwise for it, in the same order. */
  readonly routeDetails: readonly ServiceRouteDescription[];
  /** Names of its rate limits, with requests in seconds, for each task. */
  readonly rateLimits: readonly { readonly name: string; readonly requests: number; readonly perSeconds: number }[];
  /** Names of the faults that it injects. */
  readonly faults: readonly string[];
  readonly webSockets: boolean;
}

/** All of the conditions have to fit. Values of headers and of query parameters are not told. */
export interface ServiceRouteDescription {
  readonly name: string;
  /** Absent: every path. */
  readonly path?: { readonly kind: 'exact' | 'prefix' | 'regex'; readonly text: string };
  /** Absent: every method. */
  readonly methods?: readonly string[];
  /** Names of headers, sorted. */
  readonly headers: readonly string[];
  /** Names of query parameters, sorted. */
  readonly queryParameters: readonly string[];
  /** Weights of versions in place of those of the service, by name. */
  readonly weights?: Readonly<Record<string, number>>;
  readonly mirror?: { readonly version: string; readonly percent: number };
  /** In place of those of the caller's policy. */
  readonly timeouts?: CallPolicyDescription['timeouts'];
  readonly retry?: CallPolicyDescription['retry'];
}

/** After each step, versions and alarms are looked at for as long as `secondsPerStep`; what is worse gets its calls taken back at once. */
export interface ShiftDescription {
  /** How many percent of all calls the first step moves. */
  readonly firstStep: number;
  /** How many each step after it moves. */
  readonly nextSteps: number;
  readonly secondsPerStep: number;
  /** When a version counts as worse than those whose calls it gets; absent: alarms alone decide. */
  readonly comparison?: {
    /** Requests that both must have had. */
    readonly minRequests: number;
    /** By how many percentage points its share of errors may be higher. */
    readonly errorMargin: number;
    /** How many times as long its 99th percentile may be. */
    readonly latencyFactor: number;
  };
}

export interface VersionDescription {
  readonly name: string;
  /** Name of its workload. */
  readonly workload: string;
  /** Its share is its weight to the sum of all, until the weights are changed at run time. */
  readonly weight: number;
}

/** A request is allowed if one rule has its caller, its method and its path. */
export interface AllowDescription {
  /** Absent: every declared caller. */
  readonly callers?: readonly string[];
  /** Whether whoever has an identity of the mesh is meant, declared or not. */
  readonly everyService?: boolean;
  readonly loadBalancer?: boolean;
  /** Absent: every method. */
  readonly methods?: readonly string[];
  /** Absent: every path. A prefix ends in `*`. */
  readonly paths?: readonly string[];
}

/** In seconds, where a name does not say otherwise. */
export interface CallPolicyDescription {
  readonly timeouts: {
    readonly requestSeconds?: number;
    readonly perTrySeconds?: number;
    readonly idleSeconds?: number;
    readonly streamSeconds?: number;
  };
  readonly retry: { readonly maxRetries: number; readonly on?: readonly string[]; readonly anyMethod: boolean };
  readonly circuitBreaker: { readonly maxConnections?: number; readonly maxPendingRequests?: number; readonly maxRequests?: number };
  readonly loadBalancing: 'leastRequest' | 'roundRobin' | 'ringHash';
  /** Whether tasks that fail are left out for a while. */
  readonly outlierDetection: boolean;
}

export interface ExternalDescription {
  readonly name: string;
  /** A text, or what CloudFormation makes one of. */
  readonly host: unknown;
  readonly port: number;
  readonly protocol: ServiceDescription['protocol'];
  readonly tls: boolean;
  readonly callers: readonly string[];
}

export interface EdgeDescription {
  /** `default` is that of the prop `edge`. */
  readonly name: string;
  /** Where it stands in the props: `edge`, or `edges.<name>`. */
  readonly path: string;
  /** `http`, `rest`, `webSocket`, `alb`, or the name of somebody else's. */
  readonly kind: string;
  /** Name of its gateway service. */
  readonly gateway: string;
  readonly stack?: string;
  /** Domain of the user's own. */
  readonly domain?: unknown;
  readonly basePath?: string;
  /** The only ones by which clients may call: names, or `*.` with the rest of one. Absent: any. */
  readonly hosts?: readonly string[];
  readonly throttle?: ThrottleDescription;
  /** For each client, for each task of the gateway service. */
  readonly clientThrottle?: ThrottleDescription & { readonly header: string };
  /** Sorted by ID. */
  readonly authorizers: readonly AuthorizerDescription[];
  /** From the most to the least specific: the first that fits takes the request. */
  readonly routes: readonly RouteDescription[];
  /** With API keys. */
  readonly clients: readonly EdgeClientDescription[];
}

/** Requests a second. */
export interface ThrottleDescription {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

export interface AuthorizerDescription {
  /** By which routes name it. */
  readonly id: string;
  /** Such as `none`, `jwt`, `cognito`, `lambda`, `iam` or `apiKey`. */
  readonly kind: string;
  /** Where in a request it looks. */
  readonly identitySource?: string;
  /** Headers by which services learn who the client is. */
  readonly identityHeaders: readonly string[];
}

export interface RouteDescription {
  /** As in the props, such as `GET /catalog/{proxy+}`. */
  readonly key: string;
  /** `ANY`: every method. */
  readonly method: string;
  readonly path: string;
  readonly target: TargetDescription;
  /** ID of its authorizer. */
  readonly authorizer: string;
  readonly scopes: readonly string[];
  readonly apiKeyRequired: boolean;
  readonly throttle?: ThrottleDescription;
  /** How long the API waits, where that is not the default of its kind. */
  readonly timeoutSeconds?: number;
  /** Whether responses are passed on as they arrive. */
  readonly streamed: boolean;
  /** How long responses are kept; absent: not at all. */
  readonly cacheSeconds?: number;
  /** Whether requests are looked into before a service gets them. */
  readonly validated: boolean;
}

export interface TargetDescription {
  readonly kind: 'service' | 'grpc' | 'aggregate';
  /** Sorted; more than one only of an aggregate. */
  readonly services: readonly string[];
  /** Method of a gRPC service, `package.Service/Method`. */
  readonly method?: string;
  /** Parts of an aggregate, in the order of the props. */
  readonly parts?: readonly { readonly name: string; readonly service: string; readonly required: boolean }[];
}

export interface EdgeClientDescription {
  readonly name: string;
  readonly throttle?: ThrottleDescription;
  readonly quota?: { readonly limit: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' };
}

export interface ClientDescription {
  readonly name: string;
  /** Where it stands in the props. */
  readonly path: string;
  readonly calls: readonly string[];
}

export interface WorkloadDescription {
  /** Name in Cloud Map: that of the service, or `<service>-<version>`. */
  readonly name: string;
  /** Absent of a gateway. */
  readonly service?: string;
  readonly version?: string;
  /** Name of the edge whose gateway service it is. */
  readonly edge?: string;
  /** Whether it is the service through which clients outside of the mesh call. */
  readonly clientGateway: boolean;
  /** Whether its tasks run to an end. */
  readonly job: boolean;
  readonly stack?: string;
  /** SPIFFE ID of its tasks. */
  readonly identity?: string;
  /** In CPU units, of which a vCPU has 1,024. */
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly ephemeralStorageGiB?: number;
  readonly architecture: 'ARM64' | 'X86_64';
  /** Absent: auto scaling owns the number of tasks. */
  readonly desiredCount?: number;
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
  /** Absent: Fargate on demand. */
  readonly capacityProviders: readonly {
    readonly name: string;
    readonly base: number;
    readonly weight: number;
    readonly launchType: 'FARGATE' | 'EC2' | 'MANAGED_INSTANCES';
  }[];
  readonly containers: readonly ContainerDescription[];
}

export interface ContainerDescription {
  readonly name: string;
  /** `application` and `extra` are the user's, all others the library's. */
  readonly role: 'application' | 'extra' | 'init' | 'proxy' | 'agent' | 'aggregator' | 'collector';
  readonly essential: boolean;
  readonly cpu?: number;
  readonly memoryLimitMiB?: number;
}

export interface VcpuDescription {
  /** With the desired numbers of tasks; where auto scaling owns them, with the smallest: what a first deployment takes. */
  readonly desired: number;
  /** While a deployment replaces the tasks of all services at these numbers. */
  readonly deployment: number;
  /** With the largest numbers of tasks to which auto scaling may go. */
  readonly maximum: number;
  /** While a deployment replaces the tasks of all services at the largest numbers. */
  readonly maximumDeployment: number;
}

export interface LimitDescription {
  /** As in docs/limits.md, such as `ecs.containers`. */
  readonly id: string;
  /** Such as `Amazon ECS`. */
  readonly service: string;
  /** What is counted or measured. */
  readonly counts: string;
  /** What has this limit, such as `task definition`. */
  readonly scope: string;
  readonly used: number;
  readonly limit: number;
  readonly unit?: string;
  /** Whether an account can have more. */
  readonly adjustable: boolean;
  /** Where in the props it is used. */
  readonly path: string;
  /** Page of AWS that says so. */
  readonly source: string;
}

export interface WarningDescription {
  /** Without `cdk-ecs-microservices:`. */
  readonly id: string;
  readonly path: string;
  readonly message: string;
}

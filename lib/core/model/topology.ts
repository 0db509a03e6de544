import type { Aggregation } from '../contract/aggregation';
import type { ContainerSettings, TaskStorage } from './container-settings';
import type { CallPolicy, HeaderLimits, ServicePolicy, VersionedCalls } from './traffic-policy';
import type { EdgeCache, RouteCache, RoutePolicy, RouteValidation } from './route-policy';
import type { AdditionalPort } from './service-ports';
import { inboundPortOf, ownerOf } from './service-ports';
import type { ClientGateway } from './clients';
import type { ApiTraits, AuthorizerPort, DomainPlan, EdgeDomain, IpAddressType, MutualTls, TlsPolicy } from './edge-domain';
import type { Login } from './identity-headers';
import type { KnownFields } from './json';
import type { AlarmSettings, DashboardSettings, ObservabilitySettings, Thresholds } from './observability/settings';
import type { TracingSettings } from './observability/tracing';
import type { Warning } from '../reading/warnings';

/**
 * The topology: what the user asked for, parsed, checked and complete with defaults. Plain frozen data,
 * sorted by name, so that equal systems give equal bytes whatever order they were written in.
 */

export type { ApiTraits, AuthorizerPort, DomainPlan, EdgeDomain, IpAddressType, MutualTls, TlsPolicy };
export type { AlarmSettings, DashboardSettings, ObservabilitySettings, Thresholds };
export type { EdgeCache, RouteCache, RouteValidation, Warning };
export type { ContainerOptions, ContainerSettings, LinuxSettings, Mount, TaskStorage, Tmpfs, Ulimit, Volume } from './container-settings';

export type ProtocolId = 'http' | 'http2' | 'grpc' | 'tcp';
export type ArchitectureId = 'ARM64' | 'X86_64';

/** @typeParam Mesh what the provider of the mesh knows of its own options */
export interface Topology<Mesh extends MeshSettings = MeshSettings> {
  /** The name of the mesh: a DNS label. */
  readonly name: string;
  /** The zone of the virtual names, such as `shop.internal`. */
  readonly domain: string;
  /** The Cloud Map namespace in which tasks register, such as `tasks.shop.internal`. */
  readonly discoveryDomain: string;
  /** The first part of every identity in a certificate: `spiffe://<trust domain>/<service>`. */
  readonly trustDomain: string;
  readonly mesh: Mesh;
  readonly certificates: CertificateSettings;
  readonly tracing?: TracingSettings;
  /** Absent: neither metrics nor queries. */
  readonly observability?: ObservabilitySettings;
  /** Sorted by name, by which they are looked up (`named`). */
  readonly services: readonly Service[];
  /** Sorted by name. */
  readonly external: readonly ExternalService[];
  /** The log driver of the user's for containers of the mesh; absent: its log group. */
  readonly logDriver?: LogDriverSettings;
  /** Whether tasks may connect only to what is declared (and by HTTPS), or to everything. */
  readonly egress: 'declared' | 'open';
  /** Sorted by name. */
  readonly edges: readonly EdgeTopology[];
  /** Absent: nobody outside of the mesh calls but by edges and load balancers. */
  readonly clientGateway?: ClientGateway;
  /** Sorted by name; absent: everything stands in one stack. */
  readonly groups?: readonly Group[];
  readonly warnings: readonly Warning[];
}

/** Services and edges that stand in a stack of their own. */
export interface Group {
  readonly name: string;
  readonly kind: GroupKind;
}

/** A nested stack of the system's, or a stack of the user's, which is deployed later. */
export type GroupKind = 'nestedStack' | 'stack';

/** What every mesh says of its proxies. Each provider has settings of its own beside it (lib/core/mesh). */
export interface MeshSettings {
  /** The ID of the provider. */
  readonly provider: string;
  /** The registry image, unless the user gave an image of their own. */
  readonly proxyImage: string;
  readonly proxyLogLevel: string;
}

/** Who issues the certificates of mutual TLS; `none` is plain text. */
export type CertificateSettings =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'kms'; readonly authorities: readonly string[] } & IssuerSettings)
  | ({ readonly kind: 'privateCa'; readonly authorities: readonly PrivateAuthority[] } & IssuerSettings);

export interface IssuerSettings {
  /** The name of the authority that issues. */
  readonly issuer: string;
  /** How many certificates are issued at a time; absent: as many as the account allows. */
  readonly reservedConcurrentExecutions?: number;
}

export interface PrivateAuthority {
  readonly name: string;
  /** Text in which CloudFormation may fill in tokens; absent: the authority is created by the mesh. */
  readonly arn?: string;
}

export interface LogDestination {
  /** Whether it is CloudWatch Logs, which makes metrics of what agents write. */
  readonly isCloudWatch: boolean;
}

export interface LogDriverSettings extends LogDestination {
  /** Whether applications and extra containers have it, too, unless they have one of their own. */
  readonly forApplications: boolean;
}

/** What every ECS service has: the size and number of its tasks. */
export interface Sizing {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly architecture: ArchitectureId;
  /** Absent: auto scaling owns the count, and the template must not reset it at each deployment. */
  readonly desiredCount?: number;
  readonly scaling?: Scaling;
  readonly enableExecuteCommand: boolean;
  /** Empty: plain FARGATE. */
  readonly capacityProviders: readonly CapacityProvider[];
  /** Absent: new tasks are healthy before old ones leave, twice as many at most, and ECS goes back if they do not get healthy. */
  readonly replacement?: TaskReplacement;
}

/** How ECS replaces tasks in a deployment. */
export interface TaskReplacement {
  readonly minHealthyPercent: number;
  readonly maxHealthyPercent: number;
  readonly rollback: boolean;
}

/** Limits of the number of tasks, and what moves it between them. */
export interface Scaling {
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly cpuTargetPercent?: number;
  readonly memoryTargetPercent?: number;
  /** In a minute. */
  readonly requestsPerTask?: number;
  readonly queue?: QueueScaling;
  /** Sorted by name; absent: none. */
  readonly metrics?: readonly MetricScaling[];
  /** Sorted by name; absent: none. */
  readonly schedules?: readonly ScheduledLimits[];
  /** Of targets; absent: what Application Auto Scaling has. */
  readonly scaleInCooldownSeconds?: number;
  readonly scaleOutCooldownSeconds?: number;
}

/** How many tasks a queue wants, by its messages that wait or are in flight. */
export interface QueueScaling {
  /** In the order of their messages. With fewer than the first one says, it wants no task. */
  readonly steps: readonly QueueStep[];
  readonly cooldownSeconds?: number;
}

export interface QueueStep {
  /** From so many on. */
  readonly messages: number;
  readonly tasks: number;
}

/** The metric itself is looked up in the props by name. */
export interface MetricScaling {
  readonly name: string;
  /** Absent: there are steps. */
  readonly targetValue?: number;
  readonly steps?: MetricSteps;
}

export interface MetricSteps {
  readonly intervals: readonly MetricInterval[];
  readonly adjustment: 'ChangeInCapacity' | 'PercentChangeInCapacity' | 'ExactCapacity';
  readonly evaluationPeriods?: number;
  readonly cooldownSeconds?: number;
}

export interface MetricInterval {
  readonly lower?: number;
  readonly upper?: number;
  readonly change: number;
}

/** When it begins is looked up in the props by name. */
export interface ScheduledLimits {
  readonly name: string;
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
}

export interface CapacityProvider {
  /** FARGATE, FARGATE_SPOT, or a name of the user's. */
  readonly name: string;
  readonly base: number;
  readonly weight: number;
  /** Absent: it is one of Fargate. */
  readonly launchType?: InstanceLaunchType;
}

/** What runs tasks beside Fargate: instances of the user's own, or of Amazon ECS. */
export type InstanceLaunchType = 'EC2' | 'MANAGED_INSTANCES';
export type LaunchType = 'FARGATE' | InstanceLaunchType;

/** All providers of a strategy are of one kind. */
export function launchTypeOf({ capacityProviders }: Pick<Sizing, 'capacityProviders'>): LaunchType {
  return capacityProviders[0]?.launchType ?? 'FARGATE';
}

/** What the tasks of a service, or of one of its versions, have beside their sizes. */
export interface FoundTasks extends Sizing, ContainerSettings, TaskStorage {
  /** The name under which Cloud Map answers with the addresses of the tasks. */
  readonly discoveryHost: string;
  /** How callers find the tasks: by DNS, or, where there can be more than it answers with, by their agents. */
  readonly discovery: 'dns' | 'cloudMap';
  readonly stopTimeoutSeconds: number;
  /** How long the application may take to open its port; 0: nobody waits for it. */
  readonly startupTimeoutSeconds: number;
  readonly extraContainers: readonly ExtraContainer[];
  /** The log driver of the user's for what the mesh adds to these tasks; absent: the system's. */
  readonly sidecarLogDriver?: LogDestination;
}

export interface Service extends FoundTasks, VersionedCalls {
  readonly name: string;
  /** Where it stands in the props, such as `services.orders`. */
  readonly path: string;
  /** Present: its tasks run to an end, and no ECS service keeps their number. */
  readonly job?: Job;
  /** In whose stack it stands; absent: in that of the system. */
  readonly group?: string;
  readonly protocol: ProtocolId;
  /** Where the application listens inside its task; absent: a worker or a job, which nobody calls. */
  readonly port?: number;
  /** Present: it is a port of another service beside its first one, and has the tasks of that. */
  readonly additionalPort?: AdditionalPort;
  /** Numbers of its ports beside `port`, sorted; absent: none. */
  readonly otherPorts?: readonly number[];
  /** Ports that are opened to others past Envoy, sorted by name; absent: none. */
  readonly openPorts?: readonly OpenPort[];
  /** Where callers reach the virtual service: on its loopback address, in the caller's own task. */
  readonly virtualPort: number;
  /** The loopback address of the virtual service, the same in every task. */
  readonly address: string;
  /** The virtual name, such as `catalog.shop.internal`. */
  readonly virtualHost: string;
  /** Names of the services that this one calls, sorted. */
  readonly calls: readonly string[];
  /** Names of the external services that this one calls, sorted. */
  readonly callsExternal: readonly string[];
  /** Sorted by name; absent: there is one version, the service itself. */
  readonly versions?: readonly Version[];
  /** Names of the services that call this one, sorted; gateways are not among them. */
  readonly callers: readonly string[];
  /** Names of the gateways that lead to it: those whose edges have a route to it, sorted, and that of clients which call it. */
  readonly gateways: readonly string[];
  /** Which load balancers of the user's own may lead to the tasks; absent: none. */
  readonly loadBalancerTarget?: LoadBalancerTarget;
  /** What narrows the requests of callers; absent: a declared caller may do anything. */
  readonly allow?: readonly AllowRule[];
  /** What every caller's proxy does with calls to this service, unless that caller overrides it. */
  readonly callPolicy: CallPolicy;
  /** What this service overrides as a caller, by the name of the called service. */
  readonly callOverrides: Readonly<Record<string, Partial<CallPolicy>>>;
  /** What happens to the requests to this service, whoever sends them. */
  readonly policy: ServicePolicy;
}

/** A port of tasks that is opened past Envoy. */
export interface OpenPort {
  readonly name: string;
  readonly port: number;
}

/** Tasks that run and end. */
export interface Job {
  /** Whether each deployment runs it once, before services change. */
  readonly beforeDeployment: boolean;
  /** Whether it has a schedule of its own. */
  readonly scheduled: boolean;
}

/** What stands between clients outside of the mesh and the tasks of a service. */
export interface LoadBalancerTarget {
  /** An Application Load Balancer says who the client is; a Network Load Balancer passes on what clients write. */
  readonly kind: 'application' | 'network';
  /** Sorted, in lower case: what the task's Envoy would remove, and is to pass on. */
  readonly passThroughHeaders: readonly string[];
}

/** A request is allowed if one rule has its caller, its method and its path. */
export interface AllowRule {
  /** Sorted; services, gateways that route to it, and clients that call it. Absent: every declared caller, or every service. */
  readonly callers?: readonly string[];
  /** Whether it means whoever has an identity of the mesh, declared or not. */
  readonly everyService?: true;
  /** Whether it allows requests of load balancers, which have no identity; a rule that does not say so does not. */
  readonly loadBalancer?: true;
  /** Absent: every method. */
  readonly methods?: readonly string[];
  /** Absent: every path. */
  readonly paths?: readonly AllowedPath[];
}

export interface AllowedPath {
  readonly kind: 'exact' | 'prefix';
  /** Of a prefix up to its last slash, which belongs to it. */
  readonly text: string;
}

/** One of several versions of a service, with an ECS service and a task definition of its own. */
export interface Version extends FoundTasks {
  readonly name: string;
  /** `<service>-<version>`: its name in Cloud Map and in logs, and that of its cluster in the Envoys of callers. */
  readonly workloadName: string;
  /** Its share of the calls that no route sends elsewhere is its weight to the sum of all. Only the first word: it changes at run time. */
  readonly weight: number;
}

/** Something outside of the mesh that services call through their Envoys. */
export interface ExternalService {
  readonly name: string;
  /** Text in which CloudFormation may fill in tokens. */
  readonly host: string;
  readonly port: number;
  readonly protocol: ProtocolId;
  /** TLS is begun by Envoy, which checks the host's certificate; applications speak plain text to it. */
  readonly tls: boolean;
  /** Who may have issued the certificate; absent without TLS. */
  readonly trust?: ExternalTrust;
  readonly virtualPort: number;
  readonly address: string;
  readonly virtualHost: string;
  /** Names of the services that call it, sorted. */
  readonly callers: readonly string[];
  readonly callPolicy: CallPolicy;
  readonly headerLimits: HeaderLimits;
}

/** Certificates in PEM: a file of the proxy's image, or the text itself. */
export type ExternalTrust = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'pem'; readonly text: string };

export interface ExtraContainer extends ContainerSettings {
  readonly name: string;
  readonly essential: boolean;
  /** Whether the application and all other containers wait for it to succeed. */
  readonly runsBeforeApplication?: true;
  readonly ports: readonly number[];
  readonly cpu?: number;
  readonly memoryLimitMiB?: number;
}

export type AuthorizerKind = 'none' | 'jwt' | 'cognito' | 'oidc' | 'cognitoLogin' | 'lambda' | 'iam' | 'apiKey';

/** @typeParam Options what the kind of the edge knows of its own options */
export interface EdgeTopology<Options = unknown> {
  /** As users name it; `default` is that of the prop `edge`. */
  readonly name: string;
  /** Where it stands in the props: `edge`, or `edges.<name>`. */
  readonly path: string;
  /** The name of its gateway service. */
  readonly gatewayName: string;
  /** The ID of its kind. */
  readonly kind: string;
  readonly options: Options;
  readonly api: ApiTraits;
  /** Sorted from the most to the least specific, so that the first match is the right one. */
  readonly routes: readonly EdgeRoute[];
  /** Every authorizer in use, once each, sorted by id. */
  readonly authorizers: readonly EdgeAuthorizer[];
  /** Absent: the limits of the account. */
  readonly throttle?: Throttle;
  readonly cors?: Cors;
  /** Absent: no response is kept. */
  readonly cache?: EdgeCache;
  /** From where clients may call it, as CIDR blocks; absent: from everywhere. */
  readonly ipRanges?: readonly string[];
  /** Present: clients reach it by interface endpoints of VPCs alone, the user's or one that is made. */
  readonly privateApi?: { readonly ownEndpoints: boolean };
  /** How many statements of the user's its resource policy has; absent: none. */
  readonly ownStatements?: number;
  /** Whether errors of the API itself have more than a message. */
  readonly detailedErrors?: true;
  /** Absent: none. */
  readonly firewall?: EdgeFirewall;
  /** By the gateway service; absent: clients have no limits of their own. */
  readonly clientThrottle?: ClientThrottle;
  /** Sorted by name; absent: the API knows none. */
  readonly clients?: readonly EdgeClient[];
  /** Of what an OpenAPI document says beside its routes; absent: it says no more, or there is none. */
  readonly openApiWarnings?: readonly Warning[];
  readonly stageName: string;
  /** Absent: what API Gateway does by default. */
  readonly ipAddressType?: IpAddressType;
  readonly domain?: EdgeDomain;
  /** Present: clients cannot call the API by the name that AWS gives it. */
  readonly executeApiEndpoint?: false;
  readonly accessLogs: boolean;
  /** Sorted, in lower case: what the gateway service would remove, and is to pass on. */
  readonly passThroughHeaders: readonly string[];
  readonly gateway: Sizing;
  /** In whose stack API and gateway service stand; absent: in that of the system. */
  readonly group?: string;
}

/** What looks at requests before the API does: a web ACL that is made, or one of the user's, whose ARN CloudFormation may fill in. */
export type EdgeFirewall = { readonly kind: 'managed' } | { readonly kind: 'webAcl'; readonly webAclArn: string };

/** A limit of each client, by the value of an identity header. */
export interface ClientThrottle extends Throttle {
  /** In lower case. */
  readonly header: string;
  /** How many a task counts at the same time. */
  readonly maxClients: number;
}

/** Whom an API knows by an API key, with limits of its own. */
export interface EdgeClient {
  readonly name: string;
  /** Whether the user brings its key; if not, one is made. */
  readonly ownKey: boolean;
  readonly throttle?: Throttle;
  readonly quota?: ClientQuota;
}

export interface ClientQuota {
  /** Requests in each period. */
  readonly limit: number;
  readonly period: QuotaPeriod;
}

/** As AWS writes it. */
export type QuotaPeriod = 'DAY' | 'WEEK' | 'MONTH';

export interface Throttle {
  /** Requests a second. */
  readonly rateLimit: number;
  readonly burstLimit: number;
}

export interface Cors {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds?: number;
  readonly allowCredentials: boolean;
}

export interface EdgeAuthorizer {
  /** Stable: names the construct. */
  readonly id: string;
  readonly kind: AuthorizerKind;
  /** Where in a request it looks; absent for kinds that look at the whole request, or at nothing. */
  readonly identity?: IdentitySource;
  /** How long API Gateway remembers an answer; 0: not at all. Of a Lambda authorizer. */
  readonly cacheSeconds?: number;
  /** Of API keys: whether the user brings none, so that one is created. */
  readonly createsKey?: boolean;
  /** Of a JWT authorizer. Text in which CloudFormation may fill in tokens. */
  readonly tokens?: AcceptedTokens;
  /** Of those that have users log in. */
  readonly login?: Login;
  /** What it tells services of clients, sorted by header; absent: nothing. */
  readonly identityHeaders?: readonly IdentityHeader[];
  /** How the gateway service checks tokens once more; present if it takes identity headers from claims. */
  readonly verification?: TokenVerification;
}

/** Text in which CloudFormation may fill in tokens. */
export interface AcceptedTokens {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** Where the issuer has its keys; present if what decides does not ask the issuer where they are. */
  readonly jwksUri?: string;
}

/** A request header that the gateway service sets, and that no client can send. */
export interface IdentityHeader {
  /** In lower case. */
  readonly header: string;
  /** A claim of the token; what API Gateway has as `$context.<value>`, such as `identity.userArn`; or a load balancer's header. */
  readonly from: 'claim' | 'context' | 'header';
  readonly value: string;
}

/** Texts in which CloudFormation may fill in tokens. */
export interface TokenVerification {
  readonly issuer: string;
  /** Where the issuer's keys are. */
  readonly jwksUri: string;
  readonly jwksHost: string;
  readonly jwksPort: number;
  /** For whom tokens must have been made; empty: for any client of the issuer. */
  readonly audience: readonly string[];
}

export interface IdentitySource {
  readonly in: 'header' | 'querystring';
  readonly name: string;
}

export interface EdgeRoute {
  /** As the user wrote it, such as `GET /catalog/{proxy+}` or `$default`. */
  readonly key: string;
  /** `ANY` for every method. */
  readonly method: string;
  readonly path: string;
  readonly segments: readonly PathSegment[];
  readonly target: RouteTarget;
  readonly authorizer: string;
  readonly scopes: readonly string[];
  readonly throttle?: Throttle;
  /** How long the API waits for a response, its own or the edge's; absent: as long as its kind does by default. */
  readonly timeout?: PlacedSeconds;
  /** Whether the API passes the response on as it arrives, and not when it is complete. */
  readonly streamed: boolean;
  /** What the gateway service does; absent: nothing of it. */
  readonly policy?: RoutePolicy;
  /** How the API keeps responses; absent: not at all. */
  readonly cache?: RouteCache;
  /** What the API refuses; absent: nothing. */
  readonly validation?: RouteValidation;
  /** Present, where that is not always so: what the service answers goes back to the client. */
  readonly answered?: true;
  /** Present: it reports what has happened already, so that no limit of its client refuses it. */
  readonly uncounted?: true;
  /** Present: requests need an API key, whatever the authorizer wants. */
  readonly apiKeyRequired?: true;
}

/** Where the requests of a route go. */
export type RouteTarget = ServiceTarget | GrpcTarget | AggregateTarget;

/** To a service, as the client sent them. */
export interface ServiceTarget {
  readonly kind: 'service';
  readonly service: string;
}

/** To a method of a gRPC service, translated. */
export interface GrpcTarget {
  readonly kind: 'grpc';
  readonly service: string;
  /** `package.Service/Method` */
  readonly method: string;
  /** Whether gRPC-Web clients may call it. */
  readonly web: boolean;
  /** How JSON is translated; absent: gRPC-Web alone. */
  readonly json?: GrpcJson;
}

export interface GrpcJson {
  /**
   * A FileDescriptorSet in base64 with what the method uses, and the types of the details of errors. The method has one
   * `google.api.http` binding: the route's.
   */
  readonly descriptor: string;
  /** Query parameters that would set what the path sets, in every spelling. */
  readonly pathParameters: readonly string[];
  /** Fields that the path sets and that the JSON of a body could set as well: the numbers of a field in a message, of one in that ... */
  readonly pathFields?: ReadonlyArray<readonly number[]>;
  /** Absent: a field of the body that the message does not have is ignored. */
  readonly knownFields?: KnownFields;
  /** Whether the body is JSON of any fields: then the gateway still waits for all of it, so that `maxRequestBytes` holds. */
  readonly anyFields?: true;
  /** Whether the body is not JSON, but whatever its type says. */
  readonly anyContentType?: true;
  /** The largest body of a request; larger ones are answered with 413. */
  readonly maxRequestBytes: number;
  /** The largest response; a larger one is answered with 500. Absent: what API Gateway passes on. */
  readonly maxResponseBytes?: number;
  /** How the messages of a server stream are written; absent: the method has one answer. */
  readonly stream?: 'newlineDelimited' | 'serverSentEvents';
}

/** To the aggregator in the gateway's own task, which makes one answer of those of several services. */
export interface AggregateTarget {
  readonly kind: 'aggregate';
  readonly aggregation: Aggregation;
  /** Parts that are methods of gRPC services, by the names of the parts. */
  readonly grpcParts: Readonly<Record<string, GrpcTarget>>;
  /** The timeouts of parts that the props set, by the names of the parts. */
  readonly partTimeouts: Readonly<Record<string, PlacedSeconds>>;
}

/** A time with its place in the props. */
export interface PlacedSeconds {
  readonly path: string;
  readonly seconds: number;
}

/** One part of a path: `catalog`, `{id}` or `{proxy+}`. */
export type PathSegment =
  | { readonly kind: 'static'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'greedy'; readonly name: string };

/** The largest number of tasks that the service can have outside of a deployment. */
export function maxTasks(sizing: Pick<Sizing, 'scaling' | 'desiredCount'>): number {
  return sizing.scaling?.maxCapacity ?? sizing.desiredCount ?? 1;
}

/** The smallest number of tasks that it is meant to have, but for what schedules say. */
export function leastTasks({ desiredCount, scaling }: Pick<Sizing, 'scaling' | 'desiredCount'>): number {
  return desiredCount ?? scaling?.minCapacity ?? 1;
}

/** What callers distinguish in Cloud Map: the tasks of a service, or those of each of its versions. */
export interface Registration extends Pick<Service, 'name' | 'discoveryHost' | 'discovery'> {
  /** The name in Cloud Map. */
  readonly registeredAs: string;
  /** Where the Envoys of the tasks take calls. */
  readonly inboundPort: number;
}

export function registrationsOf(service: Service): readonly Registration[] {
  const inboundPort = inboundPortOf(service);
  return (
    service.versions?.map(({ workloadName: name, discoveryHost, discovery }) => ({
      ...{ name, discoveryHost, discovery, inboundPort },
      registeredAs: name,
    })) ?? [{ ...service, registeredAs: ownerOf(service), inboundPort }]
  );
}

/** A service that others may call. */
export type CalledService = Service & { readonly port: number };

export function isCalled(service: Service): service is CalledService {
  return service.port !== undefined;
}

/** Where the application of a service that others call listens. */
export function portOf({ name, port }: Pick<Service, 'name' | 'port'>): number {
  if (port === undefined) throw new Error(`bug: "${name}" has no port, and is called`);
  return port;
}

/** A version seen as a service: what its tasks are like is its own, everything else that of the service. */
export function serviceAs(service: Service, version: Version): Service {
  /* eslint-disable @typescript-eslint/no-unused-vars -- what a service has not, and how many tasks the version would not have */
  const { name, weight, workloadName, ...tasks } = version;
  const { desiredCount, scaling, ...rest } = service;
  /* eslint-enable */
  return { ...rest, ...tasks };
}

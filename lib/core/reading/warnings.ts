/** What a page says of a warning; each warning itself says more, with the names and numbers of the system. */
export interface WarningEntry {
  /** When it comes: a noun phrase or a clause, without a full stop. */
  readonly when: string;
  /** What to do about it: a sentence. As `when` in Markdown, with links from docs/. */
  readonly fix: string;
}

const table = <Id extends string>(warnings: Readonly<Record<Id, WarningEntry>>): Readonly<Record<Id, WarningEntry>> => warnings;

const RAISE = 'Ask for more before you deploy, if the account has not enough ([limits](limits.md#what-a-warning-asks-for)).';

/**
 * Every warning, by its ID, which is stable, since apps acknowledge it. docs/errors.md has this table (`npm run test:update`).
 */
export const WARNINGS = table({
  'access-log-group': {
    when: 'The log group of `logs` has a name that makes API Gateway write to a resource policy of limited size',
    fix: 'Give it a name that begins with `/aws/vendedlogs/`, or leave `logs.logGroup` out.',
  },
  'aggregate-timeout': {
    when: 'A part of an answer may take longer than its service may',
    fix: 'Give the service a longer `timeout`, or the part a shorter one.',
  },
  alarms: { when: 'The stacks of the system have more alarms than the default quota of the account', fix: RAISE },
  'api-authorizers': { when: 'An API has more authorizers than the default quota', fix: RAISE },
  'api-key-without-authorizer': {
    when: 'Routes with `Authorizer.none()` ask for an API key, which does not prove who a client is',
    fix: 'Give them an authorizer, or write `Authorizer.apiKey()` if the key is enough ([Clients](edge-rest.md#clients)).',
  },
  'api-routes': {
    when: 'An API has more routes, or resources of paths, or a load balancer more rules, than the default quota',
    fix: RAISE,
  },
  'api-throttle': { when: 'The throttle of an API allows more requests than the default quota of the account', fix: RAISE },
  'app-mesh-allow-all-egress': {
    when: '`allowAllEgress` of `Mesh.appMesh()` does less than it says',
    fix: 'Name the hosts in `external` and `calls`, or open `egress` ([App Mesh](app-mesh.md#warnings)).',
  },
  'app-mesh-edge': {
    when: 'An edge with `Mesh.appMesh()`, whose gateway does not check paths and headers',
    fix: 'Use `Mesh.envoy()`, or acknowledge it if applications check them ([App Mesh](app-mesh.md#warnings)).',
  },
  'app-mesh-mixed-protocols': {
    when: 'With `Mesh.appMesh()`, a service calls services of several protocols on one port',
    fix: 'Set `virtualPort` of those services, a port for each protocol.',
  },
  'app-mesh-quotas': { when: 'The system is above default quotas of App Mesh', fix: RAISE },
  'app-mesh-shut-down': {
    when: 'The system uses `Mesh.appMesh()`, which AWS shut down on 2026-09-30',
    fix: 'Use `Mesh.envoy()` ([App Mesh](app-mesh.md)).',
  },
  'aspects-of-the-system': {
    when: 'Tags, a permissions boundary or other Aspects are on the system, and a group stands in a stack of your own',
    fix: 'Put them on that stack as well, or on the app ([Large systems](large-systems.md#a-stack-of-your-own)).',
  },
  'authorizer-of-another-account': {
    when: 'The function of a Lambda authorizer is in another account',
    fix: 'Let its owner run the command of the warning once: until then requests get 500.',
  },
  'authorizer-of-another-region': {
    when: 'The function of a Lambda authorizer is in another Region',
    fix: 'Run the command of the warning once: until then requests get 500.',
  },
  'caller-without-rule': {
    when: 'A caller lists a service whose `allow` names others, and not this caller: all of its requests are refused',
    fix: 'Name it in a rule of `allow`, or take the service out of its `calls` ([Authorization](security.md#authorization)).',
  },
  'certificate-requests': {
    when: 'Tasks ask AWS KMS, AWS Private CA or AWS Lambda for certificates, or for authorities, at 80% of the default quota or more',
    fix: RAISE,
  },
  'cloud-map-instances': {
    when: 'There can be more tasks in a namespace of AWS Cloud Map than the default quota, or for a while in a service of it',
    fix: RAISE,
  },
  'cloud-map-requests': {
    when:
      'Agents send requests to AWS Cloud Map at 80% of the default quota or more, or more slowly than they are meant to, so that all of ' +
      'them together do not',
    fix: 'Raise `discoveryRateLimit`, and if need be the quota ([Discovery](how-calls-work.md#discovery)).',
  },
  'dns-records': { when: 'The system has more records of virtual names than the default quota of a hosted zone', fix: RAISE },
  'dual-stack-vpc': {
    when: 'The subnets of the tasks have IPv6, which the mesh does not use',
    fix: 'Acknowledge it ([IPv6](your-own-app.md#ipv6)).',
  },
  'ecs-services': { when: 'The system has more ECS services than the default quota of a cluster', fix: RAISE },
  'edge-header-size': {
    when: '`headerLimits` of a service are above what API Gateway passes on',
    fix: 'Put what is large into the body, or acknowledge it if only callers in the mesh send such headers.',
  },
  'edge-request-size': {
    when: '`maxRequestSize` of a service is above what API Gateway passes on',
    fix: 'Let clients upload large files elsewhere, such as to Amazon S3 by a presigned URL.',
  },
  'edge-stream-idle': {
    when: 'A service may send nothing on a stream for longer than API Gateway waits',
    fix: 'Send something more often, such as a comment of server-sent events, or set a shorter `Timeout.of({ idle })`.',
  },
  'edge-timeout': {
    when: 'A service may take longer for a response than API Gateway waits',
    fix: 'Set a shorter `timeout`, and answer long work with 202 ([Slow responses](edge.md#slow-responses-and-streams)).',
  },
  'edge-timeout-quota': {
    when: 'The `timeout` of a route of an edge is above what API Gateway can wait in every account',
    fix: 'Acknowledge it where AWS has raised the quota, or stream the response ([Slow responses](edge.md#slow-responses-and-streams)).',
  },
  'edge-timeout-unused': {
    when: 'API Gateway would wait longer for a route than the service may take',
    fix: 'Give the service a longer `timeout`, or the route a shorter one.',
  },
  'edge-web-sockets': {
    when: 'A service takes WebSockets, which its edge does not pass',
    fix: 'Let clients poll, or put an edge beside it that passes WebSockets: `Edge.loadBalancer()` or `Edge.webSocketApi()`.',
  },
  'environment-address': {
    when: 'An address in `environment` cannot work: name, port or scheme are wrong, or the call is not declared',
    fix: 'Write the address that the warning says, and list the service in `calls` ([Virtual names](how-calls-work.md#virtual-names)).',
  },
  'envoy-newer-than-tested': {
    when: '`mesh.version` is newer than the releases of Envoy that this version is tested with',
    fix: 'Leave `version` out or update the library, or acknowledge it when you have tested your system.',
  },
  'exec-in-read-only-container': {
    when: '`enableExecuteCommand` for a container whose root file system is read-only: ECS Exec opens no shell in it',
    fix: 'Set `readonlyRootFilesystem: false` while you need the shell.',
  },
  'external-not-called': {
    when: 'No service lists an external service in `calls`',
    fix: 'List it in `calls` of its callers, or remove it from `external`.',
  },
  'external-plaintext': {
    when: 'Requests to an external service leave without TLS that Envoy originates',
    fix: 'Leave `tls` out where the host takes TLS, or acknowledge it, such as where a client uses TLS itself.',
  },
  'fargate-vcpus': { when: 'The tasks can take more vCPUs of AWS Fargate than the default quota', fix: RAISE },
  'fault-injection': {
    when: 'Faults are on: Envoy delays or aborts requests',
    fix: 'Remove the fault after the experiment ([Faults](traffic.md#faults)).',
  },
  'file-system-without-policy': {
    when: 'A file system of this app that a volume names has no policy, so whoever reaches its mount targets may write to it',
    fix: 'Give it a `fileSystemPolicy`, or `allowAnonymousAccess: false` ([Volumes](workloads.md#volumes)).',
  },
  'iam-roles': { when: 'The stacks of the system have more IAM roles than the default quota of the account', fix: RAISE },
  'images-out-of-reach': {
    when: 'Tasks in isolated subnets have images of a public registry, which they cannot pull',
    fix: 'Copy the images to Amazon ECR, or use subnets with a NAT gateway ([Your own VPC](your-own-app.md#your-own-vpc)).',
  },
  'lambda-concurrency': { when: 'The issuing function reserves executions, of which a new account may have too few', fix: RAISE },
  'load-balancer-targets': {
    when: 'A gateway can have more tasks than the default quota of targets of its Network Load Balancer',
    fix: RAISE,
  },
  'metrics-elsewhere': {
    when: 'A log driver of your own may send elsewhere than to CloudWatch Logs what mesh agents write, of which metrics are made',
    fix: 'Use `LogDrivers.awsLogs()`, or send what `mesh-agent` writes to a log group, unchanged ([Logs](workloads.md#logs)).',
  },
  'mirror-to-version-with-weight': {
    when: 'A version gets copies of requests and a share of the requests themselves',
    fix: 'Give it weight 0 while it mirrors.',
  },
  'network-interfaces': {
    when: 'There can be more tasks, each with a network interface, than the default quota of the Region',
    fix: RAISE,
  },
  'no-tasks-for-callers': {
    when: 'A service that is called can scale to no task',
    fix: 'Set `minCapacity` to 1, or acknowledge it where callers can wait ([Scaling](workloads.md#from-and-to-no-task)).',
  },
  'open-api-bodies': {
    when: 'An OpenAPI document says of bodies what API Gateway does not check: a type other than JSON, or that there must be one',
    fix: 'Check it in the services ([What is carried over](edge-openapi.md#what-is-carried-over)).',
  },
  'open-api-callbacks': {
    when: 'An OpenAPI document has callbacks or webhooks, which an edge does not call',
    fix: 'Acknowledge it: services make these calls.',
  },
  'open-api-extensions': {
    when: 'An OpenAPI document has extensions of API Gateway, or limits, that an edge takes from its props',
    fix: 'Set the props, and remove the extensions ([What is carried over](edge-openapi.md#what-is-carried-over)).',
  },
  'open-api-parameters': {
    when: 'An OpenAPI document says of parameters more than that they must be there, or asks for cookies',
    fix: 'Check it in the services ([What is carried over](edge-openapi.md#what-is-carried-over)).',
  },
  'open-api-servers': {
    when: 'An OpenAPI document has servers with other paths than the stage or the domain of the edge, or for some operations only',
    fix: 'Set `stageName` or `domain` of the edge, or remove them.',
  },
  plaintext: {
    when: '`Certificates.none()`: calls are neither encrypted nor authenticated',
    fix: 'Leave `certificates` out ([Mutual TLS](security.md#mutual-tls)).',
  },
  'resource-policy-size': {
    when: 'Routes that everybody may call make a resource policy larger than the default quota of a REST API',
    fix: `Use greedy paths, or one method in place of ANY. ${RAISE}`,
  },
  'role-without-identity': {
    when: 'A task role, or the role of a client, that this app or stack does not make: no certificate is issued to a role without tags',
    fix: 'Give the role the tags that the warning names ([Roles](workloads.md#roles)).',
  },
  'role-without-policy': {
    when: 'A role of `taskRole` or `executionRole` takes no policies from this app',
    fix: 'Give the role the permissions that the warning prints ([Roles](workloads.md#roles)).',
  },
  'scalable-targets': {
    when: 'The stacks of the system have more services with `scaling` than the default quota of the account',
    fix: RAISE,
  },
  'security-group-rules': { when: 'A security group has more rules than the default quota', fix: RAISE },
  'security-groups': { when: 'The stacks of the system have more security groups than the default quota of the Region', fix: RAISE },
  'shared-api-key': {
    when: 'Beside the keys of `clients` there is the key that `Authorizer.apiKey()` makes, which has no quota',
    fix: 'Write `Authorizer.apiKey({ keys: [] })` once nobody uses that key ([Clients](edge-rest.md#clients)).',
  },
  'shared-authority': {
    when: 'An authority given by ARN with a domain that is a default, which another mesh below it may have, too',
    fix: 'Set `domain` to a name that no other mesh below the authority has.',
  },
  'shared-callers-group': {
    when: 'Services have so many callers that the tasks of these share a security group',
    fix: 'Acknowledge it: mutual TLS decides who calls ([Services with very many callers](security.md#services-with-very-many-callers)).',
  },
  'ssm-parameters': {
    when: 'The stacks of the system have more parameters of AWS Systems Manager than an account takes',
    fix: 'Put a part of them into another account.',
  },
  'ssm-requests': {
    when:
      'Agents read weights from AWS Systems Manager at 80% of the default quota or more, or more slowly than they are meant to, so that ' +
      'all of them together do not',
    fix: 'Raise `weightsRateLimit`, and if need be the quota ([Shifting weights](operations.md#shifting-weights)).',
  },
  'unnoticed-stop': {
    when:
      'Callers do not notice when a task of a service stops, and list its tasks too seldom for the time that Amazon ECS gives a task ' +
      'to stop',
    fix: 'Raise `discoveryRateLimit`, and if need be the quota ([How soon callers know](how-calls-work.md#how-soon-callers-know)).',
  },
  'usage-plans': { when: 'The edges have more usage plans than the default quota of the account', fix: RAISE },
  'virtual-address-clash': {
    when: 'The names of two services have the same hash, from which the addresses of virtual names come',
    fix: 'Give the newer service another name, or acknowledge it where the one that keeps the address is the older one.',
  },
  'virtual-name-outside-mesh': {
    when: 'A virtual name of the mesh in a variable of a Lambda function, a batch job or a task definition that is not of the mesh',
    fix:
      'Name the caller in `clients`, and give it the address of its handle ' +
      '([Callers outside of the mesh](workloads.md#callers-outside-of-the-mesh)).',
  },
  'vpc-endpoints-missing': {
    when: 'Tasks in isolated subnets cannot reach AWS services that they need',
    fix: 'Add the VPC endpoints that the warning names ([Your own VPC](your-own-app.md#your-own-vpc)).',
  },
  'vpc-link-subnets': { when: 'A VPC link has more subnets than the default quota', fix: RAISE },
  'vpc-links': { when: 'The edges make more VPC links than the default quota', fix: RAISE },
  'zone-of-another-vpc': {
    when: 'The private hosted zone of `zone` is not associated with the VPC of the tasks, as far as the app shows',
    fix: 'Add the VPC to the zone, or acknowledge it if something else does ([Existing resources](workloads.md#existing-resources)).',
  },
});

export type WarningId = keyof typeof WARNINGS;

/** Something that works, but that the user should know of; shown as an annotation that can be acknowledged. */
export interface Warning {
  /** Without the library's prefix. */
  readonly id: WarningId;
  /** Where in the user's own props. */
  readonly path: string;
  readonly message: string;
}

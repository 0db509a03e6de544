/** What other tools call our props, in lower case and without separators; the best one that is there counts. */
const SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    // Kubernetes, Docker Compose
    replicas: ['desiredCount'],
    env: ['environment'],
    envvars: ['environment'],
    envfrom: ['secrets'],
    variables: ['environment'],
    dependson: ['calls'],
    containerport: ['port'],
    targetport: ['port'],
    args: ['command'],
    cmd: ['command'],
    livenessprobe: ['healthCheck'],
    readinessprobe: ['healthCheck'],
    terminationgraceperiodseconds: ['stopTimeout'],
    stopgraceperiod: ['stopTimeout'],
    startupprobe: ['startupTimeout'],
    initialdelayseconds: ['startupTimeout'],
    startperiod: ['startupTimeout'],
    starttimeout: ['startupTimeout'],
    healthcheckgraceperiod: ['startupTimeout'],
    healthcheckgraceperiodseconds: ['startupTimeout'],
    init: ['initProcess'],
    initprocessenabled: ['initProcess'],
    initcontainers: ['extraContainers'],
    volumemounts: ['mountPoints'],
    mounts: ['mountPoints'],
    efs: ['volumes'],
    efsvolumes: ['volumes'],
    labels: ['dockerLabels'],
    envfile: ['environmentFiles'],
    envfiles: ['environmentFiles'],
    environmentfile: ['environmentFiles'],
    workdir: ['workingDirectory'],
    workingdir: ['workingDirectory'],
    tty: ['pseudoTerminal'],
    stdinopen: ['interactive'],
    sysctls: ['systemControls'],
    capdrop: ['dropCapabilities'],
    capadd: ['addCapabilities'],
    ephemeralstorage: ['ephemeralStorageGiB'],
    sidecars: ['extraContainers'],
    containers: ['extraContainers'],
    minreplicas: ['minCapacity', 'scaling'],
    maxreplicas: ['maxCapacity', 'scaling'],
    autoscaling: ['scaling'],
    // ECS, App Mesh, AWS Copilot
    count: ['desiredCount'],
    desiredtasks: ['desiredCount'],
    desiredtaskcount: ['desiredCount'],
    mintasks: ['minCapacity', 'scaling'],
    maxtasks: ['maxCapacity', 'scaling'],
    mincapacity: ['scaling'],
    maxcapacity: ['scaling'],
    memory: ['memoryLimitMiB', 'memoryTargetPercent'],
    vcpu: ['cpu'],
    runtimeplatform: ['cpuArchitecture'],
    architecture: ['cpuArchitecture'],
    platform: ['cpuArchitecture'],
    backends: ['calls'],
    upstreams: ['calls'],
    logdriver: ['logging'],
    logconfiguration: ['logging'],
    executecommand: ['enableExecuteCommand'],
    // Istio, Consul, App Mesh
    retries: ['maxRetries', 'retry'],
    retrypolicy: ['retry'],
    numretries: ['maxRetries'],
    retryon: ['on'],
    timeouts: ['timeout'],
    perretrytimeout: ['perTry'],
    pertrytimeout: ['perTry'],
    connectionpool: ['circuitBreaker'],
    circuitbreakers: ['circuitBreaker'],
    loadbalancer: ['loadBalancing', 'loadBalancerTarget'],
    loadbalancers: ['loadBalancerTarget'],
    targetgroup: ['loadBalancerTarget'],
    targetgroups: ['loadBalancerTarget'],
    alb: ['loadBalancerTarget'],
    nlb: ['loadBalancerTarget'],
    lbpolicy: ['loadBalancing'],
    maxservererrors: ['consecutiveServerErrors'],
    consecutive5xxerrors: ['consecutiveServerErrors'],
    baseejectiontime: ['baseEjection'],
    baseejectionduration: ['baseEjection'],
    mtls: ['certificates'],
    tls: ['certificates'],
    authorizationpolicy: ['allow'],
    intentions: ['allow'],
    permissions: ['allow'],
    // API Gateway
    auth: ['authorizer'],
    authorizers: ['authorizer'],
    stage: ['stageName'],
    throttling: ['throttle'],
    corspreflight: ['cors'],
    target: ['service'],
    backend: ['service'],
    api: ['edge'],
    ingress: ['edge'],
    xray: ['tracing'],
    subnets: ['vpcSubnets'],
  }),
);

/** What is no prop here, but has a place. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    role: "each service has a role of its own: grant to it, such as bucket.grantRead(system.service('ui'))",
    taskrole: "each service has a role of its own: grant to it, such as bucket.grantRead(system.service('ui'))",
    securitygroups:
      'each service has a security group of its own: open others to it, such as ' +
      "database.connections.allowDefaultPortFrom(system.service('ui'))",
  }),
);

export type Meant = { readonly property: string } | { readonly elsewhere: string };

/** What somebody means by a property that there is not, if it is more than a typo. */
export function meantBy(key: string, known: readonly string[]): Meant | undefined {
  const plain = plainOf(key);
  const property = known.find((name) => name.toLowerCase() === plain) ?? SYNONYMS.get(plain)?.find((name) => known.includes(name));
  if (property !== undefined) return { property };
  const elsewhere = ELSEWHERE.get(plain);
  return elsewhere === undefined ? undefined : { elsewhere };
}

/** The places in the props tree at which a property may stand, such as `services.<name>.timeout`. */
export type Places = ReadonlyMap<string, readonly string[]>;

/** At more places than these a name says little: it is more likely a typo of a property that is known where it stands. */
const MOST_PLACES = 2;

/** Says where a property belongs that does not belong here, if it has few places; what other tools call it counts, too. */
export function placeOf(key: string, places: Places): string | undefined {
  const names = [key, ...(SYNONYMS.get(plainOf(key)) ?? [])];
  const name = names.find((each) => places.has(each));
  const found = name === undefined ? [] : (places.get(name) ?? []);
  if (found.length === 0 || found.length > MOST_PLACES) return undefined;
  return `"${name ?? key}" belongs to ${found.map((place) => (place === '' ? 'the props of the construct' : place)).join(' or ')}`;
}

function plainOf(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}

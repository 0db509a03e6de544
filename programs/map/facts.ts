import type {
  CallPolicyDescription,
  ServiceDescription,
  SystemDescription,
  WorkloadDescription,
} from '../../lib/core/description/system-description';
import { nameOfProtocol } from '../cli/diagram/diagram';
import type { SystemIndex } from './system';
import type { Details } from './view';

type Facts = Details['facts'][number];
type Row = Facts['rows'][number];

/** What the description says of a call. @param from box of the caller, @param to box of the callee */
export function factsOfCall({ description }: SystemIndex, from: string, to: string): readonly Facts[] {
  const callee = description.services.find(({ name }) => to === `service ${name}`);
  const caller = description.services.find(({ name }) => from === `service ${name}`);
  const external = description.external.find(({ name }) => to === `external ${name}`);
  const name = callee?.name ?? external?.name ?? '';
  const own = caller?.callPolicies[name];
  const edge = description.edges.find((each) => from === `edge ${each.name}`);
  if (edge !== undefined) return [{ heading: 'Routes', rows: edge.routes.map(({ key, target }) => [key, target.services.join(', ')]) }];
  return [
    ...(callee === undefined
      ? []
      : [{ heading: 'Policy of the call', rows: [...policyRows(callee.callPolicy, own), ...routeRows(callee)] }]),
    ...(external === undefined ? [] : [{ heading: 'External service', rows: externalRows(external) }]),
    ...(external === undefined || own === undefined
      ? []
      : [{ heading: 'Policy of the call', rows: policyRows(own as CallPolicyDescription) }]),
    ...(callee === undefined ? [] : [{ heading: 'Who may call', rows: allowRows(callee, caller?.name ?? nameOf(from)) }]),
    ...versionFacts(callee),
    ...(from.startsWith('gateway ') ? routesTo(description, nameOf(from), name) : []),
  ];
}

/** What the description says of a box. */
export function factsOfBox(index: SystemIndex, box: string): readonly Facts[] {
  const { description } = index;
  const service = description.services.find(({ name }) => box === `service ${name}`);
  const edge = description.edges.find(({ name }) => box === `edge ${name}`);
  const external = description.external.find(({ name }) => box === `external ${name}`);
  const client = description.clients.find(({ name }) => box === `client ${name}`);
  return [
    ...(service === undefined ? [] : [{ heading: 'Service', rows: serviceRows(service) }, ...versionFacts(service)]),
    ...(edge === undefined
      ? []
      : [{ heading: 'Routes', rows: edge.routes.map(({ key, target }): Row => [key, target.services.join(', ')]) }]),
    ...(external === undefined ? [] : [{ heading: 'External service', rows: externalRows(external) }]),
    ...(client === undefined ? [] : [{ heading: 'Client outside of the mesh', rows: [['calls', client.calls.join(', ')] as const] }]),
    ...index.workloadsOf(box).map((workload) => ({ heading: `Task of ${workload.name}`, rows: workloadRows(workload) })),
  ];
}

function nameOf(box: string): string {
  return box.slice(box.indexOf(' ') + 1);
}

function serviceRows({
  path,
  protocol,
  port,
  url,
  calls,
  callsExternal,
  callers,
  gateways,
  callPolicy,
  rateLimits,
  faults,
}: ServiceDescription): readonly Row[] {
  return [
    ['in the props', path],
    ['protocol', `${nameOfProtocol(protocol)}${port === undefined ? '' : `, port ${port} of its task`}`],
    ...(url === undefined ? [] : [['called by', url] as const]),
    ['callers', [...callers, ...gateways].join(', ') || 'nobody'],
    ['calls', [...calls, ...callsExternal].join(', ') || 'nobody'],
    ...rateLimits.map(({ name, requests, perSeconds }): Row => [`rate limit ${name}`, `${requests} in ${perSeconds} s, for each task`]),
    ...(faults.length === 0 ? [] : [['injects faults', faults.join(', ')] as const]),
    ...policyRows(callPolicy),
  ];
}

function policyRows(policy: CallPolicyDescription, own: Partial<CallPolicyDescription> = {}): readonly Row[] {
  const { timeouts, retry, circuitBreaker, loadBalancing, outlierDetection } = { ...policy, ...own };
  const mark = (name: keyof CallPolicyDescription): string => (own[name] === undefined ? '' : ' (as this caller says)');
  const seconds = (what: string, value: number | undefined): readonly string[] => (value === undefined ? [] : [`${what} ${value} s`]);
  const most = (what: string, value: number | undefined): readonly string[] => (value === undefined ? [] : [`${value} ${what}`]);
  const times = [
    ...seconds('request', timeouts?.requestSeconds),
    ...seconds('each attempt', timeouts?.perTrySeconds),
    ...seconds('silence', timeouts?.idleSeconds),
    ...seconds('stream', timeouts?.streamSeconds),
  ];
  const limits = [
    ...most('connections', circuitBreaker?.maxConnections),
    ...most('waiting requests', circuitBreaker?.maxPendingRequests),
    ...most('requests', circuitBreaker?.maxRequests),
  ];
  const retries = retry === undefined ? undefined : retriesInWords(retry);
  return [
    ['timeouts', `${times.join(', ') || 'none'}${mark('timeouts')}`],
    ...(retries === undefined ? [] : [['retries', `${retries}${mark('retry')}`] as const]),
    [
      'circuit breaker',
      `${limits.length === 0 ? 'no limit of its own' : `at most ${limits.join(', ')} at a time`}${mark('circuitBreaker')}`,
    ],
    ...(loadBalancing === undefined ? [] : [['load balancing', `${BALANCING[loadBalancing]}${mark('loadBalancing')}`] as const]),
    ...(outlierDetection === undefined
      ? []
      : [['tasks that fail', `${outlierDetection ? 'are left out for a while' : 'are not left out'}${mark('outlierDetection')}`] as const]),
  ];
}

const BALANCING: Readonly<Record<CallPolicyDescription['loadBalancing'], string>> = {
  leastRequest: 'the task with fewer requests, of two',
  roundRobin: 'each task in its turn',
  ringHash: 'the same task for the same key',
};

function retriesInWords({ maxRetries, on, anyMethod }: CallPolicyDescription['retry']): string {
  if (maxRetries === 0) return 'none';
  const events = on === undefined ? '' : on.length === 0 ? ' where nothing has been sent' : ` on ${on.join(', ')}`;
  return `up to ${maxRetries}${events}${anyMethod ? ', whatever the method' : ''}`;
}

function routeRows({ routeDetails }: ServiceDescription): readonly Row[] {
  return routeDetails.map(({ name, path, methods, timeouts, retry }): Row => {
    const matched = [...(methods ?? []), ...(path === undefined ? [] : [path.text])].join(' ');
    const changed = [
      ...(timeouts?.requestSeconds === undefined ? [] : [`request ${timeouts.requestSeconds} s`]),
      ...(retry === undefined ? [] : [`retries ${retriesInWords(retry)}`]),
    ];
    return [`route ${name}`, [matched || 'every request', ...changed].join(': ')];
  });
}

function allowRows({ allow, callers, gateways }: ServiceDescription, caller: string): readonly Row[] {
  if (allow === undefined) return [['declared callers', [...callers, ...gateways].join(', ')]];
  const rules = allow.filter((rule) => rule.callers === undefined || rule.callers.includes(caller));
  if (rules.length === 0) return [[caller, 'no rule lets it in']];
  return rules.map(({ methods, paths, callers: named }): Row => [
    named === undefined ? 'every declared caller' : named.join(', '),
    `${methods?.join(', ') ?? 'every method'}, ${paths?.join(', ') ?? 'every path'}`,
  ]);
}

function versionFacts(service: ServiceDescription | undefined): readonly Facts[] {
  const { versions = [], versionHeader, mirror } = service ?? {};
  if (versions.length === 0) return [];
  return [
    {
      heading: 'Versions',
      rows: [
        ...versions.map(({ name, weight }): Row => [name, `weight ${weight}`]),
        ...(versionHeader === undefined ? [] : [['named by the header', versionHeader] as const]),
        ...(mirror === undefined ? [] : [['copies', `${mirror.percent} % of requests to ${mirror.version}`] as const]),
      ],
    },
  ];
}

function externalRows({ host, port, protocol, tls }: SystemDescription['external'][number]): readonly Row[] {
  return [
    ['host', typeof host === 'string' ? host : 'known to CloudFormation'],
    ['port', `${port}, ${nameOfProtocol(protocol)}${tls ? ' by TLS' : ''}`],
  ];
}

function routesTo({ edges }: SystemDescription, gateway: string, service: string): readonly Facts[] {
  const rows = edges
    .filter((edge) => edge.gateway === gateway)
    .flatMap(({ routes }) => routes.filter(({ target }) => target.services.includes(service)))
    .map(({ key, authorizer }): Row => [key, `authorizer ${authorizer}`]);
  return rows.length === 0 ? [] : [{ heading: 'Routes that lead here', rows }];
}

function workloadRows({ cpu, memoryMiB, architecture, desiredCount, identity, containers }: WorkloadDescription): readonly Row[] {
  return [
    ['size', `${cpu / 1024} vCPU, ${memoryMiB} MiB, ${architecture}`],
    ['tasks', desiredCount === undefined ? 'as many as auto scaling wants' : String(desiredCount)],
    ...(identity === undefined ? [] : [['identity', identity] as const]),
    ['containers', containers.map(({ name }) => name).join(', ')],
  ];
}

import type { ProtocolId, Topology } from '../../topology/model';
import { defaultCallPolicy } from '../../topology/policy/defaults';
import type { CallPolicy, ServiceRoute } from '../../topology/policy/model';
import type { Capabilities } from '../features';
import { FEATURES } from '../features';

type Service = Topology['services'][number];

/** Something that App Mesh cannot do, and where the user's props ask for it. */
interface Refusal {
  /** The end of a sentence: "Mesh.appMesh() cannot do this: ...". */
  readonly no: string;
  readonly usedAt: (service: Service) => readonly string[];
}

const at = (prop: string, asks: (service: Service) => boolean): Refusal['usedAt'] => (service) => (asks(service) ? [`services.${service.name}.${prop}`] : []);

/** Of a called service's policy of calls, if it is not the default. */
const call = (prop: string, part: (policy: CallPolicy, protocol: ProtocolId) => unknown): Refusal['usedAt'] =>
  at(prop, ({ callPolicy, protocol }) => JSON.stringify(part(callPolicy, protocol)) !== JSON.stringify(part(defaultCallPolicy(protocol), protocol)));

const inRoutes = (prop: keyof ServiceRoute): Refusal['usedAt'] => ({ name, policy }) => policy.routes.flatMap((route, index) => (route[prop] === undefined ? [] : [`services.${name}.routes[${index}].${prop}`]));

const all = (...parts: readonly Refusal['usedAt'][]): Refusal['usedAt'] => (service) => parts.flatMap((part) => part(service));

const HOW_CALLS_ARE_SPREAD = 'it does not let you choose how calls are spread over tasks';

/** By the ids of `FEATURES`. */
export const REFUSALS: Readonly<Record<string, Refusal>> = {
  allow: {
    no: 'it has no authorization. A service lets in the callers that list it, by their certificates, and those may ask for everything',
    usedAt: at('allow', ({ allow }) => allow !== undefined),
  },
  callPolicies: {
    no: 'it has one policy for all callers of a service. Say it at the called service',
    usedAt: ({ name, callOverrides }) => Object.keys(callOverrides).map((callee) => `services.${name}.callPolicies.${callee}`),
  },
  streamTimeout: { no: 'it has no limit on the life of a stream', usedAt: call('timeout', ({ timeouts }) => timeouts.streamSeconds) },
  retryBudget: {
    no: 'it neither lets you choose how long to wait between tries, nor bounds the retries of all requests together',
    usedAt: call('retry', ({ retry: { backoff, budgetPercent, minConcurrency } }) => [backoff, budgetPercent, minConcurrency]),
  },
  roundRobin: { no: HOW_CALLS_ARE_SPREAD, usedAt: call('loadBalancing', ({ loadBalancing: { algorithm } }) => algorithm === 'roundRobin') },
  ringHash: { no: HOW_CALLS_ARE_SPREAD, usedAt: call('loadBalancing', ({ loadBalancing: { algorithm } }) => algorithm === 'ringHash') },
  slowStart: { no: 'a new task gets its whole share at once', usedAt: call('loadBalancing', ({ loadBalancing }) => (loadBalancing.algorithm === 'ringHash' ? undefined : loadBalancing.slowStartSeconds)) },
  keepAlive: { no: 'it has no setting for pings between Envoys', usedAt: call('keepAlive', ({ keepAlive }) => keepAlive) },
  rewrites: { no: 'the routes of a virtual router rewrite nothing', usedAt: inRoutes('rewrite') },
  headerChanges: {
    no: 'it changes no headers',
    usedAt: all(at('requestHeaders', ({ policy }) => policy.requestHeaders !== undefined), at('responseHeaders', ({ policy }) => policy.responseHeaders !== undefined), inRoutes('requestHeaders'), inRoutes('responseHeaders')),
  },
  mirror: { no: 'it sends no copies of requests', usedAt: inRoutes('mirror') },
  rateLimits: { no: 'it has no rate limits', usedAt: at('rateLimits', ({ policy }) => policy.rateLimits.length > 0) },
  faultInjection: { no: 'it injects no faults', usedAt: at('faultInjection', ({ policy }) => policy.faults.length > 0) },
  maxRequestSize: { no: 'it has no limit on the size of requests', usedAt: at('maxRequestSize', ({ policy }) => policy.maxRequestBytes !== undefined) },
  webSockets: { no: 'it has no setting for upgrades', usedAt: at('webSockets', ({ policy }) => policy.webSockets) },
};

const no = (id: string): { readonly no: string } => ({ no: REFUSALS[id]?.no ?? '' });

export const CAPABILITIES: Capabilities = {
  allow: no('allow'),
};

/** What is no feature of its own, and so `checkCapabilities` does not look for. */
export function otherRefusals(): readonly Refusal[] {
  return Object.entries(REFUSALS).filter(([id]) => !Object.hasOwn(FEATURES, id)).map(([, refusal]) => refusal);
}

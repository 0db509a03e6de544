import { defined } from '../defined';
import type { AllowRule, Service } from '../model/topology';
import type { CallPolicy, ServiceRoute } from '../model/traffic-policy';
import type {
  AllowDescription,
  CallPolicyDescription,
  ServiceDescription,
  ServiceRouteDescription,
  ShiftDescription,
} from './system-description';

/** @param url what callers use; undefined: nobody can call it */
export function describeService(service: Service, url: string | undefined): ServiceDescription {
  const { name, path, group, protocol, port, additionalPort, calls, callsExternal, callers, gateways, policy } = service;
  return {
    ...{ name, path, kind: kindOf(service) },
    ...defined({ portOf: additionalPort?.service, stack: group }),
    protocol,
    ...defined({ port, url }),
    ...{ calls, callsExternal, callers, gateways },
    ...defined({
      loadBalancer: service.loadBalancerTarget?.kind,
      versions: service.versions?.map(({ name: version, workloadName: workload, weight }) => ({ name: version, workload, weight })),
      shift: service.shift === undefined ? undefined : describeShift(service.shift),
      versionHeader: service.versionHeader,
      mirror: service.mirror,
      allow: service.allow?.map(describeRule),
    }),
    callPolicy: describeCallPolicy(service.callPolicy),
    callPolicies: Object.fromEntries(Object.entries(service.callOverrides).map(([callee, own]) => [callee, describeOverride(own)])),
    routes: policy.routes.map((route) => route.name),
    routeDetails: policy.routes.map(describeRoute),
    rateLimits: policy.rateLimits.map((limit) => ({ name: limit.name, requests: limit.requests, perSeconds: limit.perSeconds })),
    faults: policy.faults.map((fault) => fault.name),
    webSockets: policy.webSockets,
  };
}

function kindOf({ job, port, additionalPort }: Service): ServiceDescription['kind'] {
  if (job !== undefined) return 'job';
  if (additionalPort !== undefined) return 'port';
  return port === undefined ? 'worker' : 'service';
}

function describeShift({ steps, checksPerStep, checkSeconds, comparison }: NonNullable<Service['shift']>): ShiftDescription {
  return { firstStep: steps.first, nextSteps: steps.next, secondsPerStep: checksPerStep * checkSeconds, ...defined({ comparison }) };
}

function describeRule({ callers, everyService, loadBalancer, methods, paths }: AllowRule): AllowDescription {
  return defined({
    ...{ callers, everyService, loadBalancer, methods },
    paths: paths?.map(({ kind, text }) => (kind === 'prefix' ? `${text}*` : text)),
  });
}

function describeRoute({ name, match, versions: weights, mirror, timeouts, retry }: ServiceRoute): ServiceRouteDescription {
  return {
    name,
    ...defined({ path: match.path, methods: match.methods }),
    headers: match.headers.map((header) => header.name).sort(),
    queryParameters: match.queryParameters.map((parameter) => parameter.name).sort(),
    ...defined({ weights, mirror, timeouts, retry: retry === undefined ? undefined : describeRetry(retry) }),
  };
}

function describeCallPolicy(policy: CallPolicy): CallPolicyDescription {
  const { timeouts, retry, circuitBreaker, loadBalancing, outlierDetection } = policy;
  return {
    ...{ timeouts, retry: describeRetry(retry), circuitBreaker },
    loadBalancing: loadBalancing.algorithm,
    outlierDetection: outlierDetection !== undefined,
  };
}

function describeOverride(own: Partial<CallPolicy>): Partial<CallPolicyDescription> {
  const { timeouts, retry, circuitBreaker, loadBalancing } = own;
  return defined({
    ...{ timeouts, circuitBreaker },
    retry: retry === undefined ? undefined : describeRetry(retry),
    loadBalancing: loadBalancing?.algorithm,
    // Present and undefined: the caller leaves no task out, whatever the service says.
    outlierDetection: 'outlierDetection' in own ? own.outlierDetection !== undefined : undefined,
  });
}

function describeRetry({ maxRetries, on, anyMethod }: CallPolicy['retry']): CallPolicyDescription['retry'] {
  return { maxRetries, ...defined({ on }), anyMethod };
}

import type {
  CallPolicyDescription,
  EdgeDescription,
  ServiceDescription,
  ServiceRouteDescription,
  SystemDescription,
} from '../../../lib/core/description/system-description';
import { callPolicyOf, callsOf } from '../call-policy';

/** What is outside of the mesh says nothing of itself: its props say what callers do. */
const OUTSIDE = {
  ...{ calls: [], callsExternal: [], gateways: [], routes: [], routeDetails: [], rateLimits: [], faults: [], webSockets: false },
  callPolicies: {},
  callPolicy: {
    timeouts: {},
    retry: { maxRetries: 0, anyMethod: false },
    circuitBreaker: {},
    loadBalancing: 'leastRequest',
    outlierDetection: false,
  },
} as const satisfies Partial<ServiceDescription>;

/** The names of a description, and where the props say what it says. */
export class Names {
  constructor(private readonly system: SystemDescription) {}

  service(name: string): ServiceDescription | undefined {
    return this.system.services.find((service) => service.name === name);
  }

  /** A service, or what is outside of the mesh, in the same form: it has no routes and calls nobody. */
  callee(name: string): ServiceDescription | undefined {
    const outside = this.system.external.find((external) => external.name === name);
    return (
      this.service(name) ?? (outside === undefined ? undefined : { ...OUTSIDE, ...outside, kind: 'service', path: `external.${name}` })
    );
  }

  /** What the tasks of a service call. */
  callsOf(service: ServiceDescription): readonly string[] {
    return callsOf(service, this.system.services);
  }

  isExternal(name: string): boolean {
    return this.service(name) === undefined && this.system.external.some((external) => external.name === name);
  }

  /** What a task, or a cluster of Envoy, is of. */
  ofTask(task: string): { readonly service: string; readonly version?: string; readonly edge?: string } {
    const workload = this.system.workloads.find(({ name }) => name === task);
    const { service, version, edge } = workload ?? {};
    return { service: service ?? task, ...(version === undefined ? {} : { version }), ...(edge === undefined ? {} : { edge }) };
  }

  /** The tasks of a service: one of each version. */
  tasksOf(name: string): readonly string[] {
    const owner = this.service(name)?.portOf ?? name;
    return this.system.workloads.filter(({ service }) => service === owner).map((workload) => workload.name);
  }

  /** What a caller does with its calls, and where the props say so. */
  policyOf<Field extends 'timeouts' | 'retry'>(
    field: Field,
    caller: string,
    callee: ServiceDescription,
    route?: ServiceRouteDescription,
  ): { readonly value: CallPolicyDescription[Field]; readonly path: string } {
    const ofRoute = route?.[field];
    if (route !== undefined && ofRoute !== undefined)
      return {
        value: ofRoute as CallPolicyDescription[Field],
        path: `${routePath(callee, route)}.${field === 'timeouts' ? 'timeout' : field}`,
      };
    return callPolicyOf(field, this.service(caller), callee);
  }
}

export function routePath({ path, routes }: ServiceDescription, { name }: ServiceRouteDescription): string {
  return `${path}.routes[${routes.indexOf(name)}]`;
}

export function edgeRoutePath({ path }: EdgeDescription, { key }: { readonly key: string }): string {
  return `${path}.routes["${key}"]`;
}

import type { AllowDescription, ServiceDescription, SystemDescription } from '../../../lib/core/description/system-description';
import { counted, listed, type Finding } from './finding';

/** Who may do more than is meant, and what nobody can use. */
export function checkAccess(system: SystemDescription): readonly Finding[] {
  return [
    ...system.services.filter((service) => !isReached(service, system)).map(unreachable),
    ...system.services.flatMap(checkRules),
    ...checkMissingRules(system),
    ...checkPublic(system),
  ];
}

function isReached(service: ServiceDescription, { clients, services }: SystemDescription): boolean {
  const { name, kind, callers, gateways, loadBalancer, allow = [] } = service;
  if (kind === 'worker' || kind === 'job') return true;
  // The tasks are those of another service, which may have a reason of its own.
  const hasUsedPort = services.some((other) => other.portOf === name && other.callers.length + other.gateways.length > 0);
  return (
    callers.length + gateways.length > 0 ||
    loadBalancer !== undefined ||
    hasUsedPort ||
    clients.some(({ calls }) => calls.includes(name)) ||
    allow.some((rule) => rule.everyService === true || rule.loadBalancer === true)
  );
}

function unreachable({ name, path }: ServiceDescription): Finding {
  return {
    ...{ code: 'unreachable', severity: 'warning', where: path },
    what: `nothing reaches ${name}: no service or client calls it, and no route or load balancer leads to it`,
    why: 'its tasks cost money, and Envoy lets nobody in',
    fix: 'name it in calls of a caller or in a route, leave port out if it is a worker, or remove it',
  };
}

function checkRules({ name, path, allow = [] }: ServiceDescription): readonly Finding[] {
  return allow.flatMap((rule, index): readonly Finding[] => {
    const where = `${path}.allow[${index}]`;
    if (rule.everyService === true) {
      const anything = isAnything(rule);
      return [
        {
          ...{ code: 'every-service', severity: anything ? 'warning' : 'note', where },
          what: `every service of the mesh may send ${anything ? 'any request' : requestsOf(rule)} to ${name}, declared in calls or not`,
          why: 'what takes over the least of your services can send them, too',
          fix: anything ? 'name the callers, or give the rule methods and paths' : 'name the callers, if you know them',
        },
      ];
    }
    if (allow.length < 2 || rule.callers !== undefined || rule.loadBalancer === true || !isAnything(rule)) return [];
    return [
      {
        ...{ code: 'allows-everything', severity: 'warning', where },
        what: `this rule lets every declared caller of ${name} send any request`,
        why: 'one rule that fits is enough, so that the other rules for declared callers do nothing',
        fix: 'give it callers, methods or paths, or remove it',
      },
    ];
  });
}

function isAnything({ methods, paths = ['*'] }: AllowDescription): boolean {
  return methods === undefined && paths.some((path) => path === '*' || path === '/*');
}

function requestsOf({ methods = ['any method'], paths = ['any path'] }: AllowDescription): string {
  return `${methods.join(' or ')} of ${paths.join(' or ')}`;
}

/** One finding for all: without rules is the default. A gateway service sends only what routes say. */
function checkMissingRules({ services }: SystemDescription): readonly Finding[] {
  const called = services.filter(({ protocol, callers }) => protocol !== 'tcp' && callers.length > 0);
  const open = called.filter(({ allow }) => allow === undefined);
  const [first] = open;
  if (first === undefined) return [];
  return [
    {
      ...{ code: 'no-allow', severity: 'note', where: `${first.path}.allow` },
      what:
        `declared callers may send any request to ${open.length} of ${counted(called.length, 'called service')}: ` +
        listed(open.map(({ name }) => name)),
      why: 'a caller that is taken over can use every method and path, not only those that it needs',
      fix: 'rules in allow, for the services where that matters',
    },
  ];
}

function checkPublic({ edges }: SystemDescription): readonly Finding[] {
  return edges.flatMap((edge): readonly Finding[] => {
    const kinds = new Map(edge.authorizers.map(({ id, kind }) => [id, kind]));
    const open = edge.routes.filter(({ authorizer }) => (kinds.get(authorizer) ?? authorizer) === 'none');
    if (open.length === 0) return [];
    const withKey = open.filter(({ apiKeyRequired }) => apiKeyRequired).length;
    const have = open.length === 1 ? 'has' : 'have';
    const keys = withKey === 0 ? '' : ` (${withKey} ask for an API key)`;
    return [
      {
        ...{ code: 'public', severity: 'note', where: `${edge.path}.routes` },
        what:
          `${open.length} of ${counted(edge.routes.length, 'route')} of the edge ${edge.name} ${have} no authorizer${keys}: ` +
          listed(open.map(({ key }) => key)),
        why: 'whoever reaches the API may use them, and nothing says who it is',
        fix: 'an authorizer for each route that is not meant for everybody',
      },
    ];
  });
}

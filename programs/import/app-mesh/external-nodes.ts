import type { AppMesh, VirtualNode } from './model';

/**
 * Virtual nodes that stand for something outside of the mesh. App Mesh does not mark them as different from the user's own, so this
 * goes by what it sees: one that calls others, serves TLS, is in Cloud Map, is run by a task of the template, is behind a
 * gateway or has a host name that only CloudFormation knows is the user's own, as is one whose host name lies below a
 * domain of those. What is left, found by DNS under a name of its own, is outside.
 */
export function externalNodes(mesh: AppMesh): ReadonlySet<VirtualNode> {
  const routed = new Set(mesh.virtualGateways.flatMap(({ routes }) => routes.map(({ virtualService }) => virtualService)));
  const behindGateway = new Set(
    mesh.virtualServices
      .filter(({ name }) => routed.has(name))
      .flatMap(({ provider }) => (provider === undefined ? [] : behind(mesh, provider))),
  );
  const own = mesh.virtualNodes.filter((node) => isOwn(node) || behindGateway.has(node.name));
  const domains = own
    .flatMap((node) => [
      hostOf(node),
      ...mesh.virtualServices
        .filter(({ provider }) => provider !== undefined && behind(mesh, provider).includes(node.name))
        .map(({ name }) => name),
    ])
    .flatMap((host) => (host === undefined ? [] : (parentOf(host) ?? [])));
  if (domains.length === 0) return new Set();
  return new Set(
    mesh.virtualNodes.filter(
      (node) => !own.includes(node) && !domains.some((domain) => `.${hostOf(node) ?? domain}.`.includes(`.${domain}.`)),
    ),
  );
}

function isOwn({ discovery, backends, listeners, taskDefinitions }: VirtualNode): boolean {
  if (discovery?.kind !== 'dns' || discovery.hostname.includes('${')) return true;
  return backends.length > 0 || taskDefinitions.length > 0 || listeners.some(({ tls }) => tls !== undefined);
}

function behind(mesh: AppMesh, provider: { readonly kind: 'node' | 'router'; readonly name: string }): readonly string[] {
  if (provider.kind === 'node') return [provider.name];
  return mesh.virtualRouters
    .filter(({ name }) => name === provider.name)
    .flatMap(({ routes }) => routes.flatMap(({ targets }) => targets.map(({ virtualNode }) => virtualNode)));
}

function hostOf({ discovery }: VirtualNode): string | undefined {
  if (discovery === undefined) return undefined;
  return discovery.kind === 'dns' ? discovery.hostname : `${discovery.service}.${discovery.namespace}`;
}

/** Undefined for a name with one dot or none, whose parent is a domain of others. */
function parentOf(host: string): string | undefined {
  const [, ...rest] = host.split('.');
  const parent = rest.join('.');
  return rest.length >= 2 || parent.includes('${') ? parent : undefined;
}

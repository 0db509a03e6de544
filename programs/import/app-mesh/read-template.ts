import type { IssueList } from '../../../lib/core/reading/issues';
import { Reader, suggest } from '../../../lib/core/reading/reader';
import type { TemplateOptions, TemplateResource } from '../cloudformation/template';
import { Template } from '../cloudformation/template';
import type { AppMesh, AppMeshModel, GatewayRoute, MadeResource, Route, VirtualGateway, VirtualRouter } from './model';
import type { OfMesh, OfParent } from './read-resources';
import {
  readGatewayRoute,
  readMesh,
  readProxyIdentities,
  readRoute,
  readVirtualGateway,
  readVirtualNode,
  readVirtualRouter,
  readVirtualService,
} from './read-resources';

const PREFIX = 'AWS::AppMesh::';

/**
 * Reads the App Mesh resources of a CloudFormation template. What is odd is an issue, whose path begins with the logical
 * id; what could be read is in the model all the same. Never throws, whatever the template is.
 *
 * @param template parsed; of YAML, short tags such as `!Ref` must have become `{ Ref: … }`
 */
export function readTemplate(template: unknown, options: TemplateOptions, issues: IssueList): AppMeshModel {
  const parts = new Template(template, options, issues);
  const resources = parts.resources((type) => type.startsWith(PREFIX));
  const ofType = (type: string): readonly TemplateResource[] => resources.filter((resource) => resource.type === `${PREFIX}${type}`);
  for (const { id, type } of resources)
    if (!KNOWN_TYPES.includes(type.slice(PREFIX.length)))
      new Reader(issues, id, type).fail('INVALID_VALUE', 'is no type of App Mesh', { allowed: KNOWN_TYPES.join(', ') });

  const meshes = ofType('Mesh').map(readMesh);
  const nodes = each(ofType('VirtualNode'), readVirtualNode);
  const services = each(ofType('VirtualService'), readVirtualService);
  const routers = each(ofType('VirtualRouter'), readVirtualRouter);
  const routes = each(ofType('Route'), readRoute);
  const gateways = each(ofType('VirtualGateway'), readVirtualGateway);
  const gatewayRoutes = each(ofType('GatewayRoute'), readGatewayRoute);
  const tasks = parts
    .resources((type) => type === 'AWS::ECS::TaskDefinition')
    .map((resource) => ({ id: resource.id, identities: readProxyIdentities(resource) }));
  const runBy = (mesh: string, kind: string, { id, name }: MadeResource): readonly string[] =>
    tasks.filter(({ identities }) => identities.some((identity) => isIdentity(identity, mesh, kind, name, id))).map((task) => task.id);

  const names = new Set([
    ...meshes.map(({ name }) => name),
    ...[...nodes, ...services, ...routers, ...routes, ...gateways, ...gatewayRoutes].map(({ mesh }) => mesh),
  ]);
  return { meshes: [...names].sort().map((name) => meshOf(name)) };

  function meshOf(name: string): AppMesh {
    const inMesh = <T extends OfMesh<MadeResource>>(all: readonly T[]): readonly T[] => all.filter(({ mesh }) => mesh === name);
    const made = <T extends MadeResource>(all: readonly OfMesh<T>[], what: string): readonly T[] =>
      unique(
        inMesh(all).map((one) => one.made),
        what,
        issues,
      );
    const [declared] = unique(
      meshes.filter((mesh) => mesh.name === name),
      'mesh',
      issues,
    );
    return {
      ...(declared ?? { name, tags: {} }),
      virtualNodes: made(nodes, 'virtual node').map((node) => ({ ...node, taskDefinitions: runBy(name, 'virtualNode', node) })),
      virtualServices: made(services, 'virtual service'),
      virtualRouters: adopt<VirtualRouter, Route>(
        made(routers, 'virtual router'),
        inMesh(routes),
        named('virtual router', 'VirtualRouterName'),
        (parent, children) => ({ listeners: [], ...parent, routes: children }),
      ),
      virtualGateways: adopt<VirtualGateway, GatewayRoute>(
        made(gateways, 'virtual gateway'),
        inMesh(gatewayRoutes),
        named('virtual gateway', 'VirtualGatewayName'),
        (parent, children) => ({ listeners: [], ...parent, routes: children, taskDefinitions: runBy(name, 'virtualGateway', parent) }),
      ),
    };
  }

  function named(what: string, property: string): (child: OfParent<MadeResource>, known: readonly string[]) => void {
    return ({ made, parent }, known) =>
      new Reader(issues, `${made.id ?? made.name}.${property}`, parent).fail(
        'MISSING',
        `this template has no ${what} "${parent}"`,
        suggest(parent, known),
      );
  }
}

const KNOWN_TYPES: readonly string[] = [
  'Mesh',
  'VirtualNode',
  'VirtualService',
  'VirtualRouter',
  'Route',
  'VirtualGateway',
  'GatewayRoute',
];

function each<T>(resources: readonly TemplateResource[], read: (resource: TemplateResource) => T | undefined): readonly T[] {
  return resources.flatMap((resource) => read(resource) ?? []);
}

/** Sorted by name; CloudFormation would refuse the second one of a name. */
function unique<T extends MadeResource>(all: readonly T[], what: string, issues: IssueList): readonly T[] {
  const seen = new Set<string>();
  for (const { id, name } of all) {
    if (seen.has(name))
      new Reader(issues, id ?? name, undefined).fail('NAME_CLASH', `there is another ${what} called "${name}"`, {
        fix: 'give it another name',
      });
    seen.add(name);
  }
  return [...all].sort(byName);
}

/** Gives children to the parents that they name. A parent that another stack makes is there by its name alone. */
function adopt<P extends MadeResource, C extends MadeResource>(
  parents: readonly P[],
  children: readonly OfParent<C>[],
  complain: (child: OfParent<C>, known: readonly string[]) => void,
  join: (parent: P | MadeResource, children: readonly C[]) => P,
): readonly P[] {
  const known = parents.map(({ name }) => name);
  const orphans = children.filter(({ parent }) => !known.includes(parent));
  for (const child of orphans) complain(child, known);
  const elsewhere = [...new Set(orphans.map(({ parent }) => parent))].map((name): MadeResource => ({ name, tags: {} }));
  return [...parents, ...elsewhere]
    .map((parent) =>
      join(
        parent,
        children
          .filter((child) => child.parent === parent.name)
          .map(({ made }) => made)
          .sort(byName),
      ),
    )
    .sort(byName);
}

function byName(a: MadeResource, b: MadeResource): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** An ARN, its end (`mesh/shop/virtualNode/ui`), or a reference to the resource, which gives the ARN. */
function isIdentity(identity: string, mesh: string, kind: string, name: string, id: string | undefined): boolean {
  return (
    identity.endsWith(`mesh/${mesh}/${kind}/${name}`) || (id !== undefined && (identity === `\${${id}}` || identity === `\${${id}.Arn}`))
  );
}

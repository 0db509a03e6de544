import { CfnResource } from 'aws-cdk-lib';
import * as appmesh from 'aws-cdk-lib/aws-appmesh';
import { Construct } from 'constructs';
import type {
  AppMeshPlan,
  GatewayRoutePlan,
  PortMapping,
  RoutePlan,
  VirtualGatewayPlan,
  VirtualNodePlan,
  VirtualRouterPlan,
  VirtualServicePlan,
} from '../../../core/mesh/app-mesh/resources';
import type { MeshEndpointPlan } from '../../../core/plan/system-plan';
import { acknowledge } from '../../acknowledge';
import type { MeshSurroundings, RenderedMesh } from '../renderer';

/**
 * Everything of App Mesh, below one construct. By the constructs of aws-cdk-lib but for virtual nodes, gateways and routes:
 * there a backend would be a reference to its virtual service, and services that call each other a dependency cycle;
 * what a gateway route leads to would have no port; and the plan is what App Mesh gets.
 */
export function renderAppMesh(scope: Construct, resources: unknown, { namespaceHttpName }: MeshSurroundings): RenderedMesh {
  const plan = resources as AppMeshPlan;
  const own = new Construct(scope, 'AppMesh');
  const mesh = new appmesh.Mesh(own, 'Mesh', { egressFilter: appmesh.MeshFilterType[plan.mesh.spec.egressFilter.type] });
  // Its name must be the only one of the account and Region. That of the CDK is the same in two stacks with one tree of constructs.
  (mesh.node.defaultChild as appmesh.CfnMesh).meshName = undefined;
  const nodes = new Map(plan.virtualNodes.map((node) => [node.name, renderNode(own, mesh, node, namespaceHttpName)]));
  const routers = new Map(plan.virtualRouters.map((router) => [router.name, renderRouter(own, mesh, router)]));
  const services = new Map(plan.virtualServices.map((service) => [service.name, renderService(own, service, routers)]));
  for (const route of plan.routes) renderRoute(mesh, route, routers, nodes);
  const gateways = new Map(
    plan.virtualGateways.map((gatewayPlan) => {
      const gateway = renderGateway(own, mesh, gatewayPlan);
      for (const route of gatewayPlan.routes) renderGatewayRoute(gateway, route, services);
      return [gatewayPlan.name, gateway];
    }),
  );
  for (const resource of own.node.findAll().filter(CfnResource.isCfnResource)) acknowledge(resource, ['appMeshShutDown']);
  return {
    endpointArn: ({ kind, name }: MeshEndpointPlan): string =>
      (kind === 'virtualGateway' ? found(gateways.get(name), name) : found(nodes.get(name), name)).ref,
  };
}

/** L1 constructs take mutable data, and the plan is read-only all the way down. */
type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

function mutable<T>(data: T): Mutable<T> {
  return data as Mutable<T>;
}

function renderNode(
  scope: Construct,
  { meshName }: appmesh.IMesh,
  { name, spec }: VirtualNodePlan,
  namespaceHttpName: string | undefined,
): appmesh.CfnVirtualNode {
  return new appmesh.CfnVirtualNode(new Construct(scope, `Node-${name}`), 'Resource', {
    meshName,
    virtualNodeName: name,
    spec: mutable({ ...spec, serviceDiscovery: discovery(spec.serviceDiscovery, namespaceHttpName) }),
  });
}

/** App Mesh asks Cloud Map's API. https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_AwsCloudMapServiceDiscovery.html */
function discovery(plan: VirtualNodePlan['spec']['serviceDiscovery'], namespaceName: string | undefined): typeof plan {
  return plan !== undefined && 'awsCloudMap' in plan && namespaceName !== undefined
    ? { awsCloudMap: { ...plan.awsCloudMap, namespaceName } }
    : plan;
}

const LISTENERS = {
  http: appmesh.VirtualRouterListener.http.bind(appmesh.VirtualRouterListener),
  http2: appmesh.VirtualRouterListener.http2.bind(appmesh.VirtualRouterListener),
  grpc: appmesh.VirtualRouterListener.grpc.bind(appmesh.VirtualRouterListener),
  tcp: appmesh.VirtualRouterListener.tcp.bind(appmesh.VirtualRouterListener),
} as const satisfies Readonly<Record<PortMapping['protocol'], (port: number) => appmesh.VirtualRouterListener>>;

function renderRouter(scope: Construct, mesh: appmesh.IMesh, { name, spec }: VirtualRouterPlan): appmesh.VirtualRouter {
  return new appmesh.VirtualRouter(scope, `Router-${name}`, {
    mesh,
    virtualRouterName: name,
    listeners: spec.listeners.map(({ portMapping: { port, protocol } }) => LISTENERS[protocol](port)),
  });
}

function renderService(
  scope: Construct,
  { name, router }: VirtualServicePlan,
  routers: ReadonlyMap<string, appmesh.VirtualRouter>,
): appmesh.VirtualService {
  return new appmesh.VirtualService(scope, `Service-${router}`, {
    virtualServiceName: name,
    virtualServiceProvider: appmesh.VirtualServiceProvider.virtualRouter(found(routers.get(router), router)),
  });
}

/** Below its router. What its targets are called is known; that they must be there first is not. */
function renderRoute(
  { meshName }: appmesh.IMesh,
  { name, router, spec }: RoutePlan,
  routers: ReadonlyMap<string, appmesh.VirtualRouter>,
  nodes: ReadonlyMap<string, appmesh.CfnVirtualNode>,
): void {
  const parent = found(routers.get(router), router);
  const route = new appmesh.CfnRoute(parent, `Route-${name}`, {
    meshName,
    virtualRouterName: parent.virtualRouterName,
    routeName: name,
    spec: mutable(spec),
  });
  const { action } = spec.httpRoute ?? spec.http2Route ?? spec.grpcRoute ?? spec.tcpRoute ?? { action: { weightedTargets: [] } };
  for (const { virtualNode } of action.weightedTargets) route.addResourceDependency(found(nodes.get(virtualNode), virtualNode));
}

function renderGateway(scope: Construct, { meshName }: appmesh.IMesh, { name, spec }: VirtualGatewayPlan): appmesh.CfnVirtualGateway {
  return new appmesh.CfnVirtualGateway(new Construct(scope, name.replace(/^g/, 'G')), 'Resource', {
    meshName,
    virtualGatewayName: name,
    spec: mutable(spec),
  });
}

function renderGatewayRoute(
  gateway: appmesh.CfnVirtualGateway,
  { name, spec }: GatewayRoutePlan,
  services: ReadonlyMap<string, appmesh.VirtualService>,
): void {
  const route = new appmesh.CfnGatewayRoute(gateway, `Route-${name}`, {
    meshName: gateway.meshName,
    virtualGatewayName: gateway.attrVirtualGatewayName,
    gatewayRouteName: name,
    spec: mutable(spec),
  });
  const { virtualServiceName } = spec.httpRoute.action.target.virtualService;
  route.node.addDependency(found(services.get(virtualServiceName), virtualServiceName));
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`bug: the plan of App Mesh has no "${name}"`);
  return value;
}

import type { AppMesh } from '../../../../programs/import/app-mesh/model';
import { readTemplate } from '../../../../programs/import/app-mesh/read-template';
import { IssueList } from '../../../../lib/core/reading/issues';

export type Fields = Readonly<Record<string, unknown>>;

export function read(resources: Fields, more: Fields = {}): { readonly meshes: readonly AppMesh[]; readonly issues: readonly string[] } {
  const issues = new IssueList();
  const { meshes } = readTemplate({ ...more, Resources: resources }, {}, issues);
  return {
    meshes,
    issues: issues.all.map(({ code, path, message, fix }) => `${code} ${path}: ${message}${fix === undefined ? '' : `; ${fix}`}`),
  };
}

export const of = (type: string, properties: Fields): Fields => ({
  Type: `AWS::AppMesh::${type}`,
  Properties: { MeshName: 'shop', ...properties },
});
export const node = (spec: Fields, more: Fields = {}): Fields => of('VirtualNode', { VirtualNodeName: 'a', Spec: spec, ...more });
export const listener = (more: Fields, protocol = 'http'): Fields =>
  node({ Listeners: [{ PortMapping: { Port: 8080, Protocol: protocol }, ...more }] });
export const route = (spec: Fields): Fields => of('Route', { RouteName: 'r', VirtualRouterName: 'v', Spec: spec });
export const http = (more: Fields): Fields =>
  route({ HttpRoute: { Match: { Prefix: '/' }, Action: { WeightedTargets: [{ VirtualNode: 'a', Weight: 1 }] }, ...more } });
export const gatewayRoute = (spec: Fields): Fields => of('GatewayRoute', { GatewayRouteName: 'g', VirtualGatewayName: 'edge', Spec: spec });
export const ROUTER = of('VirtualRouter', {
  VirtualRouterName: 'v',
  Spec: { Listeners: [{ PortMapping: { Port: 8080, Protocol: 'http' } }] },
});
export const GATEWAY = of('VirtualGateway', {
  VirtualGatewayName: 'edge',
  Spec: { Listeners: [{ PortMapping: { Port: 80, Protocol: 'http' } }] },
});

export const readNode = (resource: Fields): unknown => {
  const { meshes, issues } = read({ It: resource });
  expect(issues).toEqual([]);
  return meshes[0]?.virtualNodes[0];
};
export const readRoute = (resource: Fields): unknown => {
  const { meshes, issues } = read({ It: resource, Router: ROUTER });
  expect(issues).toEqual([]);
  return meshes[0]?.virtualRouters[0]?.routes[0];
};
export const readGatewayRoute = (resource: Fields): unknown => {
  const { meshes, issues } = read({ It: resource, Gateway: GATEWAY });
  expect(issues).toEqual([]);
  return meshes[0]?.virtualGateways[0]?.routes[0];
};

export const FILE = { File: { CertificateChain: '/chain.pem', PrivateKey: '/key.pem' } };

import { Authorizer, Deployment, Edge, Mesh } from '../../../lib';
import { build, resourcesOf, service } from '../../support/stack';

const rolling = (maxHealthyPercent: number): Deployment => Deployment.rolling({ minHealthyPercent: 50, maxHealthyPercent });

/** What each ECS service says of zones, by the beginning of its logical ID. */
function zonesOf(mesh: Mesh, percent: { readonly v1: number; readonly gateway: number; readonly catalog: number }): unknown {
  const { template } = build({
    mesh,
    services: {
      ui: service({
        desiredCount: 2,
        deployment: rolling(200),
        versions: { v1: { weight: 1, deployment: rolling(percent.v1) }, v2: { weight: 0 } },
      }),
      catalog: service({ desiredCount: 2, deployment: rolling(percent.catalog) }),
    },
    edge: Edge.httpApi({
      authorizer: Authorizer.none(),
      routes: { $default: { service: 'ui' } },
      gateway: { deployment: rolling(percent.gateway) },
    }),
  });
  return Object.fromEntries(
    Object.entries(resourcesOf(template))
      .filter(([, { Type }]) => Type === 'AWS::ECS::Service')
      .map(([id, { Properties }]) => [/^Shop(.*)Service/.exec(id)?.[1], Properties?.['AvailabilityZoneRebalancing']]),
  );
}

describe.each([
  ['Mesh.envoy()', Mesh.envoy()],
  ['Mesh.appMesh()', Mesh.appMesh()],
])('in %s', (_, mesh) => {
  test('an ECS service, of a service, a version or a gateway, that may run no task more says so', () => {
    expect(zonesOf(mesh, { v1: 100, gateway: 100, catalog: 100 })).toEqual({
      uiv1: 'DISABLED',
      uiv2: undefined,
      catalog: 'DISABLED',
      gateway: 'DISABLED',
    });
  });

  test('one that may run more leaves it to Amazon ECS', () => {
    expect(zonesOf(mesh, { v1: 101, gateway: 150, catalog: 200 })).toEqual({
      uiv1: undefined,
      uiv2: undefined,
      catalog: undefined,
      gateway: undefined,
    });
  });
});

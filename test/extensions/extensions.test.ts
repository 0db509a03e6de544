/**
 * "Extension points" of ARCHITECTURE.md: a mesh provider and a kind of edge of somebody else carry a system through parse,
 * plan and render, and all that is added to the library are their lines in the four registries.
 */
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import flags from '../../cdk.json';
import type * as Library from '../../lib';
import type * as EdgeRenderers from '../../lib/cdk/edges/renderers';
import type * as MeshRenderers from '../../lib/cdk/mesh/renderers';
import type * as Kinds from '../../lib/core/edges/kinds';
import type * as Providers from '../../lib/core/mesh/providers';
import { loadBalancerKind, renderLoadBalancer } from './load-balancer-edge';
import { renderTunnels, tunnelProvider } from './tunnel-mesh';

// The lines in the registries. Nothing else is changed.
jest.doMock('../../lib/core/mesh/providers', () => {
  const { PROVIDERS } = jest.requireActual<typeof Providers>('../../lib/core/mesh/providers');
  return { PROVIDERS: [...PROVIDERS, tunnelProvider] };
});
jest.doMock('../../lib/cdk/mesh/renderers', () => {
  const { MESH_RENDERERS } = jest.requireActual<typeof MeshRenderers>('../../lib/cdk/mesh/renderers');
  return { MESH_RENDERERS: { ...MESH_RENDERERS, tunnel: renderTunnels } };
});
jest.doMock('../../lib/core/edges/kinds', () => {
  const { KINDS } = jest.requireActual<typeof Kinds>('../../lib/core/edges/kinds');
  return { KINDS: [...KINDS, loadBalancerKind] };
});
jest.doMock('../../lib/cdk/edges/renderers', () => {
  const { EDGE_RENDERERS } = jest.requireActual<typeof EdgeRenderers>('../../lib/cdk/edges/renderers');
  return { EDGE_RENDERERS: { ...EDGE_RENDERERS, loadBalancer: renderLoadBalancer } };
});

// eslint-disable-next-line @typescript-eslint/no-require-imports -- after the registries have their lines
const { Authorizer, Certificates, Edge, Mesh, Microservices, Timeout, Tracing } = require('../../lib') as typeof Library;

const image = ContainerImage.fromRegistry('example/app');
const plain = { certificates: Certificates.none(), tracing: Tracing.none() };
const tunnel = (options: object = { broker: 'main' }): Library.Mesh => Mesh._of('tunnel', options);
const balanced = (options: object = {}): Library.Edge =>
  Edge._of('loadBalancer', {
    authorizer: Authorizer.none(),
    routes: { 'GET /items/{id}': { service: 'web' }, 'ANY /{proxy+}': { service: 'web' } },
    ...options,
  });

interface Built {
  readonly system: Library.Microservices;
  readonly template: Template;
}

function build(props: Partial<Library.MicroservicesProps>): Built {
  const stack = new Stack(new App({ context: flags.context }), 'Stack');
  const services = { web: { image, port: 8080, calls: ['items'] }, items: { image, port: 8080 } };
  const system = new Microservices(stack, 'Shop', { services, ...props });
  return { system, template: Template.fromStack(stack) };
}

const issuesOf = (props: Partial<Library.MicroservicesProps>): string => {
  try {
    build(props);
  } catch (error) {
    return String(error);
  }
  return '';
};

describe("somebody else's mesh", () => {
  test('carries a system: containers, addresses, openings, and what its control plane holds', () => {
    const { template, system } = build({ ...plain, mesh: tunnel() });
    const definitions = Object.values(template.findResources('AWS::ECS::TaskDefinition')) as {
      readonly Properties: { readonly ContainerDefinitions: readonly { readonly Name: string; readonly Command?: readonly string[] }[] };
    }[];
    expect(definitions.map(({ Properties }) => Properties.ContainerDefinitions.map(({ Name }) => Name))).toEqual([
      ['relay', 'app'],
      ['relay', 'app'],
    ]);
    template.hasResourceProperties('AWS::SSM::Parameter', { Name: '/brokers/main', Value: 'web -> items' });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 7000 });
    template.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'items.shop.internal', ResourceRecords: ['127.0.0.1'] });
    expect(system.service('items').url).toBe('http://items.shop.internal:7001');
    // Nothing of another mesh is there.
    template.resourceCountIs('AWS::KMS::Key', 0);
    expect(JSON.stringify(template.toJSON())).not.toMatch(/mesh-agent|envoy/i);
  });

  test('has options of its own, which are read and checked as all are', () => {
    expect(issuesOf({ ...plain, mesh: tunnel({}) })).toMatch(/mesh\.broker: the name of the broker must be given/);
    expect(issuesOf({ ...plain, mesh: tunnel({ brokr: 'x', broker: 'y' }) })).toMatch(/mesh\.brokr: there is no property "brokr"/);
  });

  test('takes ports and names of containers in tasks of its own only', () => {
    const taken = { services: { web: { image, port: 7000, extraContainers: { relay: { image } } } } };
    expect(issuesOf({ ...plain, ...taken, mesh: tunnel() })).toMatch(
      /web\.port: port 7000 is taken[\s\S]*extraContainers\.relay: the name "relay" is taken/,
    );
    expect(issuesOf({ ...plain, ...taken })).toBe('');
  });

  test('refuses what it cannot do, and is named by others where it can', () => {
    const error = issuesOf({ ...plain, mesh: tunnel(), services: { web: { image, port: 8080, rateLimits: { all: { requests: 5 } } } } });
    expect(error).toContain('services.web.rateLimits: Mesh.tunnel() cannot do this: a tunnel passes bytes on, and looks at none of them');
    expect(error).toContain('or use Mesh.envoy()');
    // What every system has by default is not dropped silently.
    expect(issuesOf({ mesh: tunnel() })).toMatch(
      /certificates: Mesh\.tunnel\(\) cannot[\s\S]*set certificates to Certificates\.none\(\), or use Mesh\.envoy\(\)/,
    );
    expect(issuesOf({ mesh: {} as unknown as Library.Mesh })).toContain('must be made by Mesh.envoy() or Mesh.appMesh() or Mesh.tunnel()');
  });
});

describe("somebody else's kind of edge", () => {
  test('carries a system: its resources, and the gateway service behind it', () => {
    const { template, system } = build({ edges: { public: balanced({ idleTimeout: Duration.seconds(30) }) } });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Name: 'shop-public',
      LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '30' }],
    });
    const rules = Object.values(template.findResources('AWS::ElasticLoadBalancingV2::ListenerRule')) as {
      readonly Properties: { readonly Priority: number; readonly Conditions: readonly unknown[] };
    }[];
    expect(rules.map(({ Properties }) => Properties.Priority).sort()).toEqual([1, 2]);
    expect(system.edge('public').gateway.serviceName).toBe('gateway-public');
    expect(system.edge('public').httpApi).toBeUndefined();
    template.resourceCountIs('AWS::ApiGatewayV2::Api', 0);
  });

  test('stands beside edges of other kinds', () => {
    const http = Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'web' } } });
    const { template } = build({ edges: { default: http, public: balanced() } });
    template.resourceCountIs('AWS::ApiGatewayV2::Api', 1);
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 1);
  });

  test('has limits of its own, of which services behind it are warned', () => {
    const { system } = build({
      services: {
        web: { image, port: 8080, timeout: Timeout.perRequest(Duration.minutes(3)), maxRequestSize: Size.mebibytes(50), webSockets: true },
      },
      edge: balanced({ idleTimeout: Duration.minutes(2) }),
    });
    const warnings = Annotations.fromStack(Stack.of(system)).findWarning('*', Match.stringLikeRegexp('edge-'));
    expect(warnings.map(({ entry }) => entry.data)).toEqual([
      expect.stringContaining('but the API of edge (Edge.balancer()) waits 120 seconds for a response'),
    ]);
    const { system: patient } = build({ edge: balanced({ idleTimeout: Duration.minutes(2) }) });
    expect(Annotations.fromStack(Stack.of(patient)).findWarning('*', Match.stringLikeRegexp('edge-'))).toEqual([]);
  });

  test('goes with any mesh', () => {
    const { template } = build({ ...plain, mesh: tunnel(), edge: balanced() });
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 1);
    template.resourceCountIs('AWS::SSM::Parameter', 1);
  });

  test('refuses what it cannot do, has options of its own, and is named by others where it can', () => {
    expect(issuesOf({ edge: balanced({ routes: { $default: { service: 'web' } } }) })).toMatch(
      /Edge\.balancer\(\) cannot do this: its rules name paths[\s\S]*write "ANY \/\{proxy\+\}", or use Edge\.httpApi\(\)/,
    );
    expect(issuesOf({ edge: balanced({ authorizer: Authorizer.iam() }) })).toContain('a load balancer asks nobody');
    const throttle = { rateLimit: 1, burstLimit: 1 };
    expect(issuesOf({ edge: balanced({ throttle, routes: { 'GET /a': { service: 'web', throttle } } }) })).toMatch(
      /edge\.routes\["GET \/a"\]\.throttle: Edge\.balancer\(\) cannot[\s\S]*edge\.throttle: Edge\.balancer\(\) cannot/,
    );
    expect(issuesOf({ edge: balanced({ idleTimeout: Duration.hours(9) }) })).toContain('edge.idleTimeout');
    expect(issuesOf({ edge: {} as unknown as Library.Edge })).toContain(
      'Edge.httpApi() or Edge.restApi() or Edge.webSocketApi() or Edge.loadBalancer() or Edge.balancer()',
    );
  });
});

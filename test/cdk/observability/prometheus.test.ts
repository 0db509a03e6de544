import { Match } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Authorizer, Edge, Mesh } from '../../../lib';
import type { MicroservicesProps } from '../../../lib';
import { build, containersOf, resourcesOf, service, taskConfigOf } from '../../support/stack';
import type { Built } from '../../support/stack';

type Observability = NonNullable<MicroservicesProps['observability']>;

const systemOf = (observability: (scraper: SecurityGroup) => Observability | undefined, more: Partial<MicroservicesProps> = {}): Built =>
  build((stack) => {
    const vpc = new Vpc(stack, 'Vpc');
    const found = observability(new SecurityGroup(stack, 'Scraper', { vpc, allowAllOutbound: false }));
    return {
      vpc,
      services: {
        ui: service({ calls: ['orders'] }),
        orders: service({ versions: { v1: { weight: 90 }, v2: { weight: 10 } } }),
        worker: { image: service().image, calls: ['orders'] },
      },
      jobs: { tidy: { image: service().image, calls: ['orders'] } },
      edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } } }),
      ...(found === undefined ? {} : { observability: found }),
      ...more,
    };
  });

const listenersOf = ({ template }: Built, name: string): readonly { readonly name: string }[] =>
  (taskConfigOf(template, name).envoy as { readonly static_resources: { readonly listeners: readonly { readonly name: string }[] } })
    .static_resources.listeners;

const SCRAPED = ['ui', 'ordersv1', 'ordersv2', 'worker', 'gateway'];

describe('an endpoint for Prometheus', () => {
  const built = systemOf((scraper) => ({ prometheus: { openTo: [scraper] } }));
  const { template } = built;

  test('is in the tasks of services, of versions, of workers and of gateways, and in no job', () => {
    for (const name of SCRAPED) expect(listenersOf(built, name).map((listener) => listener.name)).toContain('_prometheus');
    expect(listenersOf(built, 'tidy').map((listener) => listener.name)).not.toContain('_prometheus');
    expect(containersOf(template, 'tidy').get('envoy')?.['DockerLabels']).toBeUndefined();
  });

  test('has the labels by which the CloudWatch agent and OpenTelemetry find it, on the container that has the port', () => {
    for (const [name, job] of [
      ['ui', 'ui'],
      ['ordersv2', 'orders-v2'],
      ['gateway', 'gateway'],
    ] as const)
      expect(containersOf(template, name).get('envoy')).toMatchObject({
        DockerLabels: {
          ECS_PROMETHEUS_EXPORTER_PORT: '15090',
          ECS_PROMETHEUS_METRICS_PATH: '/metrics',
          ECS_PROMETHEUS_JOB_NAME: job,
        },
        PortMappings: expect.arrayContaining([{ ContainerPort: 15_090, Protocol: 'tcp' }]),
      });
  });

  test('is opened to whom it says, once for each security group, and to nobody else', () => {
    const opened = Object.values(resourcesOf(template)).flatMap(({ Type, Properties }) =>
      Type === 'AWS::EC2::SecurityGroupIngress' && Properties?.['FromPort'] === 15_090 ? [Properties] : [],
    );
    expect(opened.map(({ Description }) => Description).sort()).toEqual(
      ['gateway', 'orders', 'ui', 'worker'].map((name) => `metrics of ${name} for Prometheus`),
    );
    for (const { SourceSecurityGroupId, ToPort } of opened) {
      expect(ToPort).toBe(15_090);
      expect(JSON.stringify(SourceSecurityGroupId)).toMatch(/Scraper/);
    }
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', { FromPort: 15_090, GroupId: Match.anyValue() });
  });

  test('needs no metrics of CloudWatch, and makes no dashboard or alarm', () => {
    expect(taskConfigOf(template, 'ui').variables).not.toHaveProperty('MESH_METRICS');
    for (const type of ['AWS::CloudWatch::Dashboard', 'AWS::Logs::QueryDefinition']) template.resourceCountIs(type, 0);
  });

  test('adds nothing where there is none: no resource, and no byte', () => {
    const plain = JSON.stringify(systemOf(() => undefined).template.toJSON());
    expect(JSON.stringify(systemOf(() => ({})).template.toJSON())).toBe(plain);
    expect(plain).not.toMatch(/15090|PROMETHEUS/i);
  });

  test('is on a port of its own choice', () => {
    const other = systemOf((scraper) => ({ metrics: true, prometheus: { openTo: [scraper], port: 9464 } }));
    expect(containersOf(other.template, 'ui').get('envoy')).toMatchObject({ DockerLabels: { ECS_PROMETHEUS_EXPORTER_PORT: '9464' } });
    other.template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 9464, ToPort: 9464 });
  });

  test('fails with App Mesh, whose Envoys it does not configure', () => {
    expect(() =>
      build((stack) => ({
        services: { ui: service() },
        mesh: Mesh.appMesh(),
        observability: { prometheus: { openTo: [new SecurityGroup(stack, 'Scraper', { vpc: new Vpc(stack, 'Vpc') })] } },
      })),
    ).toThrow(/observability\.prometheus: Mesh\.appMesh\(\) cannot do this[^]*UNSUPPORTED_BY_MESH/);
  });
});

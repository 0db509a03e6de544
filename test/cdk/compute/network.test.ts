import type { ApiOptions } from '../../support/stack';
import { App, Fn, SecretValue, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Connections, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, LogDrivers, Secret } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret as SecretsManagerSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import type { MicroservicesProps } from '../../../lib';
import { Authorizer, Edge, Microservices } from '../../../lib';
import { build, containersOf, resourcesOf, service } from '../../support/stack';

const edges = { http: (options: ApiOptions) => Edge.httpApi(options), rest: (options: ApiOptions) => Edge.restApi(options) };
const routes = { 'ANY /{proxy+}': { service: 'ui' } };

describe('tasks', () => {
  test('start when there is a way to their images: what the execution role waits for, every service waits for', () => {
    const resources = resourcesOf(build({ services: { ui: service() } }).template);
    const [id, role] = Object.entries(resources).find(([each]) => each.startsWith('ShopExecutionRole'))!;
    expect(role.DependsOn).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^ShopVpcPrivateSubnet1DefaultRoute/),
        expect.stringMatching(/^ShopVpcPrivateSubnet2DefaultRoute/),
      ]),
    );
    expect(JSON.stringify(Object.values(resources).find(({ Type }) => Type === 'AWS::ECS::TaskDefinition'))).toContain(
      `"ExecutionRoleArn":{"Fn::GetAtt":["${id}"`,
    );
  });

  test('on Spot stop before their capacity provider is taken away', () => {
    const resources = resourcesOf(
      build({ services: { ui: service() }, capacityProviderStrategies: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] }).template,
    );
    const providers = Object.entries(resources).find(([, { Type }]) => Type === 'AWS::ECS::ClusterCapacityProviderAssociations')![0];
    expect(Object.values(resources).find(({ Type }) => Type === 'AWS::ECS::Service')?.DependsOn).toContain(providers);
  });

  test('on Fargate itself need no capacity providers, which the first cluster of an account may not get yet', () => {
    const { template } = build({
      services: { ui: service(), orders: service({ versions: { v1: { weight: 1 } } }) },
      edge: edges.http({ authorizer: Authorizer.none(), routes }),
    });
    template.resourceCountIs('AWS::ECS::ClusterCapacityProviderAssociations', 0);
  });

  const spot = { capacityProviderStrategies: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] };
  test.each([
    ['a service', { ui: service(spot) }, {}],
    ['a version', { ui: service({ versions: { v1: { weight: 1 }, v2: { weight: 0, ...spot } } }) }, {}],
    ['a gateway', { ui: service() }, { gateway: spot }],
  ])('get capacity providers where %s uses them', (_, services, options) => {
    const { template } = build({ services, edge: edges.http({ authorizer: Authorizer.none(), routes, ...options }) });
    template.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', { CapacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
  });

  test('carry the tags of their service', () => {
    build({ services: { ui: service() } }).template.hasResourceProperties('AWS::ECS::Service', {
      PropagateTags: 'SERVICE',
      EnableECSManagedTags: true,
    });
  });

  test.each(['http', 'rest'] as const)('and the way in of a %s API stand in the subnets that the user names', (kind) => {
    const { template } = build((stack) => ({
      vpc: new Vpc(stack, 'Own', {
        maxAzs: 2,
        subnetConfiguration: [
          { name: 'public', subnetType: SubnetType.PUBLIC },
          { name: 'other', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
          { name: 'mesh', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
        ],
      }),
      vpcSubnets: { subnetGroupName: 'mesh' },
      services: { ui: service() },
      edge: edges[kind]({ authorizer: Authorizer.none(), routes }),
    }));
    const subnets = [1, 2].map((zone) => ({ Ref: Match.stringLikeRegexp(`^OwnmeshSubnet${zone}`) }));
    template.allResourcesProperties('AWS::ECS::Service', { NetworkConfiguration: { AwsvpcConfiguration: { Subnets: subnets } } });
    template.allResourcesProperties('AWS::ApiGatewayV2::VpcLink', { SubnetIds: subnets });
    if (kind === 'rest') template.allResourcesProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Subnets: subnets });
  });

  test('of other services cannot read the secret of a log driver', () => {
    const { template } = build((stack) => ({
      services: {
        ui: service(),
        orders: service({
          logging: LogDrivers.splunk({
            url: 'https://splunk.example',
            secretToken: Secret.fromSecretsManager(
              new SecretsManagerSecret(stack, 'Token', { secretStringValue: SecretValue.unsafePlainText('x') }),
            ),
          }),
        }),
      },
    }));
    const readers = Object.entries(resourcesOf(template))
      .filter(([, { Type, Properties }]) => Type.startsWith('AWS::IAM::') && JSON.stringify(Properties).includes('"Token'))
      .map(([id]) => id);
    expect(readers).toEqual([expect.stringMatching(/^ShopordersExecutionRole/)]);
  });
});

describe('a VPC that cannot work is refused', () => {
  const refused = (make: (stack: Stack) => ConstructorParameters<typeof Microservices>[2]): string => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
    try {
      new Microservices(stack, 'Shop', make(stack));
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  };

  test('fails if it has public subnets only', () => {
    expect(
      refused((stack) => ({
        services: { ui: service() },
        vpc: new Vpc(stack, 'Own', { natGateways: 0, subnetConfiguration: [{ name: 'public', subnetType: SubnetType.PUBLIC }] }),
      })),
    ).toMatch(/vpc: the VPC has no private subnets[\s\S]*\[UNUSABLE_VPC\][\s\S]*fix: .*vpcSubnets/);
  });

  test('fails if it is that of a cluster, too', () => {
    expect(
      refused((stack) => ({
        services: { ui: service() },
        cluster: new Cluster(stack, 'Cluster', {
          vpc: Vpc.fromVpcAttributes(stack, 'Own', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'] }),
        }),
      })),
    ).toMatch(/cluster\.vpc: the VPC has no private subnets/);
  });

  test('fails if the cluster was imported without it', () => {
    expect(
      refused((stack) => ({
        services: { ui: service() },
        cluster: Cluster.fromClusterArn(stack, 'Cluster', 'arn:aws:ecs:eu-west-1:111111111111:cluster/c'),
      })),
    ).toMatch(/cluster: the cluster does not know its VPC[\s\S]*fromClusterAttributes/);
  });

  test.each(['enableDnsSupport', 'enableDnsHostnames'])('fails if %s is off', (option) => {
    expect(refused((stack) => ({ services: { ui: service() }, vpc: new Vpc(stack, 'Own', { [option]: false }) }))).toMatch(
      /vpc: the VPC has DNS support or DNS host names disabled/,
    );
  });

  test('an isolated one is taken: images may come by VPC endpoints', () => {
    expect(
      refused((stack) => ({
        services: { ui: service() },
        vpc: new Vpc(stack, 'Own', {
          natGateways: 0,
          subnetConfiguration: [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED }],
        }),
      })),
    ).toBe('accepted');
  });
});

describe('two meshes in one app', () => {
  test('stand side by side, each in a VPC of its own', () => {
    const stack = new Stack();
    new Microservices(stack, 'One', { services: { ui: service() } });
    expect(() => new Microservices(stack, 'Two', { services: { ui: service() } })).not.toThrow();
  });

  test('share a VPC', () => {
    const stack = new Stack();
    const vpc = new Vpc(stack, 'Vpc');
    new Microservices(stack, 'One', { vpc, services: { ui: service() } });
    expect(() => new Microservices(stack, 'Two', { vpc, services: { ui: service() } })).not.toThrow();
  });

  test('may follow one that failed, and whose error was caught', () => {
    const stack = new Stack();
    const vpc = new Vpc(stack, 'Vpc');
    const namespace = new PrivateDnsNamespace(stack, 'Namespace', { vpc, name: 'tasks.example' });
    expect(() => new Microservices(stack, 'One', { vpc, namespace, services: { ui: service({ calls: ['nobody'] }) } })).toThrow(
      'UNKNOWN_SERVICE',
    );
    expect(() => new Microservices(stack, 'Two', { vpc, namespace, services: { ui: service() } })).not.toThrow();
  });

  const inOneVpc = (first: Partial<MicroservicesProps>, second: Partial<MicroservicesProps>): (() => unknown) => {
    const app = new App();
    const vpc = new Vpc(new Stack(app, 'Network'), 'Vpc');
    const build = (id: string, props: Partial<MicroservicesProps>): unknown =>
      new Microservices(new Stack(app, id), 'Shop', { vpc, services: { orders: service() }, ...props });
    build('A', first);
    return () => build('B', second);
  };
  const clients = (): Pick<MicroservicesProps, 'clients'> => {
    const stack = new Stack();
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    return { clients: { report: { role, connections: new Connections({ securityGroups: [] }), calls: ['orders'] } } };
  };

  test.each<[string, Partial<MicroservicesProps>, Partial<MicroservicesProps>]>([
    ['by which clients of the other one call', {}, { domain: 'clients.shop.internal' }],
    [
      'of a service of the other one that somebody calls',
      { services: { ui: service({ calls: ['orders'] }), orders: service() } },
      { domain: 'orders.shop.internal' },
    ],
    ['of the tasks of the other one', {}, { domain: 'tasks.shop.internal' }],
  ])('fails if, in one VPC, the domain of one hides names %s', (_, one, other) => {
    const both = [{ domain: 'shop.internal', ...clients(), ...one }, other] as const;
    expect(inOneVpc(both[0], both[1])).toThrow(/domain: .*have the names .* in common[\s\S]*DOMAIN_CLASH/);
    expect(inOneVpc(other, { domain: 'shop.internal', ...clients(), ...one })).toThrow(/domain: .*DOMAIN_CLASH/s);
  });

  test('one may stand below the other where it hides nothing', () => {
    expect(inOneVpc({ domain: 'shop.internal' }, { domain: 'clients.shop.internal' })).not.toThrow();
    expect(inOneVpc({ domain: 'shop.internal', ...clients() }, { domain: 'team.shop.internal' })).not.toThrow();
    expect(inOneVpc({ domain: 'shop.internal', ...clients() }, { domain: 'otherclients.shop.internal' })).not.toThrow();
  });

  test('fails if they share a VPC and a domain', () => {
    const app = new App();
    const vpc = new Vpc(new Stack(app, 'Network'), 'Vpc');
    new Microservices(new Stack(app, 'A'), 'Shop', { vpc, services: { ui: service() } });
    expect(() => new Microservices(new Stack(app, 'B'), 'Shop', { vpc, services: { ui: service() } })).toThrow(
      /domain: "shop\.internal" is the domain of A\/Shop too[\s\S]*DOMAIN_CLASH/,
    );
  });

  describe('that import one VPC, each for itself,', () => {
    const subnets = { availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1'] };
    const cluster = (stack: Stack, vpc: IVpc) => Cluster.fromClusterAttributes(stack, 'Own', { clusterName: 'own', vpc });
    /** Two stacks with one mesh of the same name each. */
    const two = (vpcOf: (stack: Stack) => IVpc, regions = ['eu-west-1', 'eu-west-1'], byCluster = false): Microservices[] => {
      const app = new App();
      return regions.map((region, index) => {
        const stack = new Stack(app, `Stack${index}`, { env: { account: '111111111111', region } });
        const vpc = vpcOf(stack);
        const where = byCluster ? { cluster: cluster(stack, vpc) } : { vpc };
        return new Microservices(stack, 'Shop', { ...where, services: { ui: service() } });
      });
    };
    const imported = (stack: Stack): IVpc => Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', ...subnets });

    test('fails if they have one domain', () => {
      expect(() => two(imported)).toThrow(/domain: "shop\.internal" is the domain of Stack0\/Shop too, in the same VPC[\s\S]*DOMAIN_CLASH/);
    });

    test('fails if they have one domain, and clusters bring the VPC', () => {
      expect(() => two(imported, undefined, true)).toThrow('DOMAIN_CLASH');
    });

    test('may have one domain in two Regions, and where nobody knows whether it is the same VPC', () => {
      expect(() => two(imported, ['eu-west-1', 'us-east-1'])).not.toThrow();
      expect(() =>
        two((stack) => Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: Fn.importValue(`Vpc${stack.node.id}`), ...subnets })),
      ).not.toThrow();
    });

    test('may have one domain while the CDK has not looked the VPCs up, which all have one ID then', () => {
      expect(() => two((stack) => Vpc.fromLookup(stack, 'Vpc', { vpcName: stack.node.id }))).not.toThrow();
    });
  });

  test('fails if each imports the namespace in which both have a service of one name', () => {
    const app = new App();
    const [one, other] = ['A', 'B'].map((id) => {
      const stack = new Stack(app, id, { env: { account: '111111111111', region: 'eu-west-1' } });
      const namespace = PrivateDnsNamespace.fromPrivateDnsNamespaceAttributes(stack, 'Namespace', {
        namespaceName: 'tasks.example',
        namespaceId: 'ns-1',
        namespaceArn: 'arn:aws:servicediscovery:eu-west-1:111111111111:namespace/ns-1',
      });
      return (name: string) => new Microservices(stack, name, { namespace, services: { a: service() } });
    });
    one?.('One');
    expect(() => other?.('Two')).toThrow(/namespace: A\/One registers "a" in the same namespace[\s\S]*DOMAIN_CLASH/);
  });

  test('callers of more tasks than DNS names ask the namespace by the name that a deployment reads, also one that the user brings', () => {
    const services = { ui: service({ calls: ['many'] }), many: service({ desiredCount: 12 }) };
    const namespaceArn = 'arn:aws:servicediscovery:eu-west-1:111111111111:namespace/ns-1';
    for (const brings of [false, true]) {
      const { template } = build((stack) => ({
        services,
        ...(brings && {
          namespace: PrivateDnsNamespace.fromPrivateDnsNamespaceAttributes(stack, 'Namespace', {
            namespaceName: 'tasks.example',
            namespaceId: 'ns-1',
            namespaceArn,
          }),
        }),
      }));
      const [made] = Object.keys(template.findResources('AWS::ServiceDiscovery::PrivateDnsNamespace'));
      const [name = ''] = Object.keys(template.findResources('Custom::MeshNamespaceName'));
      const httpName = { 'Fn::GetAtt': [name, 'httpName'] };
      template.hasResourceProperties('Custom::MeshNamespaceName', {
        NamespaceId: brings ? 'ns-1' : { 'Fn::GetAtt': [made, 'Id'] },
      });
      // It may ask for this namespace, and nobody else asks.
      const documents = Object.values(template.findResources('AWS::IAM::Role')).map(({ Properties }) => JSON.stringify(Properties));
      expect(documents.filter((document) => document.includes('servicediscovery:GetNamespace'))).toEqual([
        expect.stringContaining(
          `"Action":"servicediscovery:GetNamespace","Effect":"Allow","Resource":${JSON.stringify(
            brings ? namespaceArn : { 'Fn::GetAtt': [made, 'Arn'] },
          )}`,
        ),
      ]);
      expect(containersOf(template, 'ui').get('mesh-init')?.Environment).toContainEqual({ Name: 'MESH_NAMESPACE', Value: httpName });
      expect(documents.filter((document) => document.includes('DiscoverInstances'))).toEqual([
        expect.stringContaining(`"servicediscovery:NamespaceName":${JSON.stringify(httpName)}`),
      ]);
    }
  });

  test('where DNS names all tasks, nothing asks for the name of the namespace', () => {
    const { template } = build({ services: { ui: service({ calls: ['few'] }), few: service({ desiredCount: 2 }) } });
    template.resourceCountIs('Custom::MeshNamespaceName', 0);
    expect(JSON.stringify(template.toJSON())).not.toContain('servicediscovery:GetNamespace');
  });

  test('fails if they share a namespace in which both have a service of one name, or a gateway', () => {
    const stack = new Stack();
    const vpc = new Vpc(stack, 'Vpc');
    const namespace = new PrivateDnsNamespace(stack, 'Namespace', { vpc, name: 'tasks.example' });
    const edge = (): Edge => Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'a' } } });
    new Microservices(stack, 'One', { vpc, namespace, services: { a: service() }, edge: edge() });
    expect(() => new Microservices(stack, 'Two', { vpc, namespace, services: { a: service(), b: service() }, edge: edge() })).toThrow(
      /namespace: Default\/One registers "a", "gateway" in the same namespace/,
    );
  });
});

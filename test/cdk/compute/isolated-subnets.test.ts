import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Cluster, ContainerImage } from 'aws-cdk-lib/aws-ecs';
import flags from '../../../cdk.json';
import { Certificates, Microservices, Tracing } from '../../../lib';
import type { MicroservicesProps } from '../../../lib';
import { service } from '../../support/stack';

const ISOLATED = [{ name: 'tasks', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }];
const ui = (image: string): MicroservicesProps['services'] => ({ ui: service({ image: ContainerImage.fromRegistry(image) }) });
const mirrored = 'registry.example.com/ui:1';

interface Made {
  readonly stack: Stack;
  readonly vpc: ec2.Vpc;
}

/** @param later what comes after the system */
function warningsOf(props: (made: Made) => Partial<MicroservicesProps>, later: (made: Made) => void = nothing): readonly string[] {
  const stack = new Stack(new App({ context: flags.context }), 'Stack');
  const vpc = new ec2.Vpc(stack, 'Own', { maxAzs: 2, natGateways: 0, subnetConfiguration: ISOLATED });
  const made = { stack, vpc };
  new Microservices(stack, 'Shop', { vpc, services: ui(mirrored), ...props(made) });
  later(made);
  return Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('isolated subnets'))
    .map(({ entry }) => entry.data as string);
}

const nothing = (): void => undefined;
const services = (...names: readonly string[]): string[] => names.map((name) => `com.amazonaws.eu-central-1.${name}`);

function addEndpoints({ vpc }: Made, names: readonly string[]): void {
  for (const name of names) vpc.addInterfaceEndpoint(name, { service: new ec2.InterfaceVpcEndpointService(name) });
}

describe('tasks in isolated subnets', () => {
  test('fails if no warning says which images cannot be pulled: ECR Public has no VPC endpoint', () => {
    const [images = '', ...others] = warningsOf(() => ({ services: ui('nginx:1.29') }));
    expect(images).toMatch(
      /^vpc: tasks stand in isolated subnets.*cannot be pulled: nginx:1\.29 \(app of "ui"\); public\.ecr\.aws\/cloudwatch-agent\S+ \(collector of "ui"\)/,
    );
    expect(images).toMatch(/ECR Public.*pull through cache.*NAT gateway.*images-out-of-reach/);
    expect(others).toHaveLength(1);
  });

  test('fails if no warning says which endpoints are wanted', () => {
    const [, endpoints = ''] = warningsOf(() => ({}));
    expect(endpoints).toContain(
      'no endpoints for these AWS services: ecr.api (images), ecr.dkr (images), s3 (their layers, by a gateway endpoint), ' +
        'logs (logs), kms (proofs of identity), lambda (certificates), servicediscovery (tasks that leave), xray (traces). ',
    );
  });

  test('are warned once, however often the app is synthesized', () => {
    expect(
      warningsOf(
        () => ({}),
        ({ stack }) => Template.fromStack(stack),
      ),
    ).toHaveLength(2);
  });

  test('want as many as they use', () => {
    const [endpoints = '', ...others] = warningsOf(() => ({
      certificates: Certificates.none(),
      tracing: Tracing.none(),
      enableExecuteCommand: true,
      services: {
        ui: service({ image: ContainerImage.fromRegistry(mirrored), calls: ['orders', 'prices'] }),
        orders: service({ image: ContainerImage.fromRegistry(mirrored), desiredCount: 9 }),
        prices: service({ image: ContainerImage.fromRegistry(mirrored), versions: { v1: { weight: 1 }, v2: { weight: 1 } } }),
      },
    }));
    expect(others).toEqual([]);
    expect(endpoints).toContain('data-servicediscovery (lists of tasks), ssm (weights of versions), ssmmessages (ECS Exec). ');
    expect(endpoints).not.toMatch(/secretsmanager|xray/);
  });

  test.each([
    ['before the system', addEndpoints, nothing],
    ['after it', nothing, addEndpoints],
  ])('are warned of no endpoint that is there, made %s', (_, before, after) => {
    const rest = services('ecr.api', 'ecr.dkr', 's3', 'kms', 'lambda', 'servicediscovery', 'xray-fips');
    const found = warningsOf(
      (made) => {
        before(made, rest);
        return { tracing: Tracing.xray({ image: ContainerImage.fromEcrRepository(new Repository(made.stack, 'Collector')) }) };
      },
      (made) => {
        after(made, rest);
      },
    );
    expect(found).toEqual([expect.stringContaining('AWS services: logs (logs). ')]);
  });

  test("know the CDK's own names of endpoints, whose region CloudFormation knows", () => {
    const found = warningsOf(
      () => ({ tracing: Tracing.none() }),
      ({ vpc }) => {
        vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
        const { ECR, ECR_DOCKER, CLOUDWATCH_LOGS, KMS, LAMBDA } = ec2.InterfaceVpcEndpointAwsService;
        for (const [index, each] of [ECR, ECR_DOCKER, CLOUDWATCH_LOGS, KMS, LAMBDA].entries())
          vpc.addInterfaceEndpoint(`E${index}`, { service: each });
      },
    );
    expect(found).toEqual([expect.stringContaining('AWS services: servicediscovery (tasks that leave). ')]);
  });

  test('are those of a group of subnets too, and of a cluster', () => {
    const vpc = (stack: Stack): ec2.Vpc =>
      new ec2.Vpc(stack, 'Mixed', {
        maxAzs: 1,
        subnetConfiguration: [
          ...ISOLATED,
          { name: 'public', subnetType: ec2.SubnetType.PUBLIC },
          { name: 'out', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        ],
      });
    expect(warningsOf(({ stack }) => ({ vpc: vpc(stack), vpcSubnets: { subnetGroupName: 'tasks' } }))).toHaveLength(2);
    expect(warningsOf(({ stack }) => ({ vpc: vpc(stack), vpcSubnets: { subnetGroupName: 'out' } }))).toEqual([]);
    expect(warningsOf(({ stack }) => ({ vpc: vpc(stack) }))).toEqual([]);
    const [first] = warningsOf((made) => ({ vpc: undefined, cluster: new Cluster(made.stack, 'Cluster', { vpc: made.vpc }) }));
    expect(first).toMatch(/^cluster\.vpc: /);
  });
});

describe('nothing is said', () => {
  test.each<[string, (made: Made) => Partial<MicroservicesProps>]>([
    [
      'of an imported VPC',
      ({ stack }) => ({
        vpc: ec2.Vpc.fromVpcAttributes(stack, 'Imported', { vpcId: 'vpc-1', availabilityZones: ['a'], isolatedSubnetIds: ['subnet-1'] }),
      }),
    ],
    [
      'where an isolated subnet has got a route',
      ({ vpc }) => {
        for (const each of vpc.isolatedSubnets)
          if (each instanceof ec2.Subnet) each.addRoute('Out', { routerId: 'tgw-1', routerType: ec2.RouterType.TRANSIT_GATEWAY });
        return {};
      },
    ],
    [
      'where nobody knows for which subnets a route is',
      ({ stack }) => {
        new ec2.CfnRoute(stack, 'Route', {
          routeTableId: new CfnParameter(stack, 'Table').valueAsString,
          destinationCidrBlock: '0.0.0.0/0',
          gatewayId: 'igw-1',
        });
        return {};
      },
    ],
    [
      'where a subnet is not of this app',
      ({ stack }) => ({
        vpcSubnets: {
          subnets: [
            ec2.Subnet.fromSubnetAttributes(stack, 'Foreign', { subnetId: 'subnet-1', availabilityZone: 'a', routeTableId: 'rtb-1' }),
          ],
        },
      }),
    ],
  ])('%s', (_, props) => {
    expect(warningsOf(props)).toEqual([]);
  });

  test('of endpoints where one has a name that only the deployment knows, and of images of a registry that may be in the VPC', () => {
    expect(
      warningsOf(({ stack, vpc }) => {
        new ec2.CfnVPCEndpoint(stack, 'Endpoint', {
          vpcId: vpc.vpcId,
          resourceConfigurationArn: 'arn:aws:vpc-lattice:eu-central-1:111111111111:resourceconfiguration/x',
        });
        return { tracing: Tracing.none() };
      }),
    ).toEqual([]);
  });
});

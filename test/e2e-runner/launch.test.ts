/** What keeps a task from starting while something that it needs is not there. */
import { Secret } from 'aws-cdk-lib/aws-ecs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { App, Stack } from 'aws-cdk-lib';
import { Microservices } from '../../lib';
import { AwsEmulator } from '../../programs/emulator/aws/emulator';
import { Deployment } from '../../programs/emulator/deployment/deployment';
import { launchOf, obstacle } from '../e2e/runner/deployment/ecs/launch';
import type { Resource, Template } from '../../programs/emulator/template/intrinsics';
import { image, templateOf } from '../e2e/systems/synthesize';

const ACCOUNT = '123456789012';

function shop(): Template {
  const stack = new Stack(new App(), 'Stack');
  const secret = Secret.fromSsmParameter(StringParameter.fromSecureStringParameterAttributes(stack, 'Token', { parameterName: 'token' }));
  new Microservices(stack, 'Shop', { services: { ui: { image: image('app'), port: 8080, secrets: { TOKEN: secret } } } });
  return templateOf(stack);
}

/** What the only service lacks, with the resources that are left. */
async function lacks(isLeft: (id: string, resource: Resource) => boolean): Promise<string | undefined> {
  const { Resources: resources = {}, ...template } = shop();
  const deployment = new Deployment(new AwsEmulator(`eu-west-1:${ACCOUNT}`), {});
  await deployment.deploy({ ...template, Resources: resources });
  for (const [id, resource] of Object.entries(resources)) if (!isLeft(id, resource)) deployment.live.delete(id);
  const [service] = deployment.live.ofType('AWS::ECS::Service');
  return obstacle(deployment.live, launchOf(deployment.live, service?.key ?? ''), ACCOUNT);
}

test('a task starts when all is there', async () => {
  expect(await lacks(() => true)).toBeUndefined();
});

test.each<[string, (id: string, resource: Resource) => boolean, RegExp]>([
  ['permission to log', (id) => !/ExecutionRole[0-9A-F]{8}$/.test(id), /^the execution role may not logs:CreateLogStream of arn:aws:logs/],
  ['permission for its secrets and images', (id) => !id.includes('ExecutionRoleDefaultPolicy'), /^the execution role may not (ecr|ssm):/],
  ['route to a NAT gateway', (id) => !/PrivateSubnet\dDefaultRoute/.test(id), /^there is no way from ShopVpcPrivateSubnet1/],
  ['NAT gateway', (id) => !id.includes('NATGateway'), /^there is no way/],
  ['route of the NAT gateway', (id) => !/PublicSubnet\dDefaultRoute/.test(id), /^there is no way/],
  ['internet gateway that is attached', (_, { Type: type }) => type !== 'AWS::EC2::VPCGatewayAttachment', /^there is no way/],
  ['route table', (_, { Type: type }) => type !== 'AWS::EC2::SubnetRouteTableAssociation', /^there is no way/],
  ['task definition', (_, { Type: type }) => type !== 'AWS::ECS::TaskDefinition', /^there is no task definition$/],
])('fails if there is no %s yet', async (_, isLeft, message) => {
  expect(await lacks(isLeft)).toMatch(message);
});

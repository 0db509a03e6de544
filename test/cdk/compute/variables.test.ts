import { App, Stack } from 'aws-cdk-lib';
import { ContainerImage, Secret } from 'aws-cdk-lib/aws-ecs';
import { Secret as SecretsManagerSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Microservices } from '../../../lib';
import { service } from '../../support/stack';

const variables = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`V${index}`, 'x']));

interface System {
  readonly app: App;
  readonly stack: Stack;
  readonly system: Microservices;
}

/** 99 variables in the application and in a container beside it, of a service and of a version. */
function systemOf(): System {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const full = service({
    environment: variables(99),
    extraContainers: { helper: { image: ContainerImage.fromRegistry('example/helper'), environment: variables(99) } },
  });
  const system = new Microservices(stack, 'Shop', {
    services: { ui: full, orders: { ...full, versions: { v1: { weight: 1 } } } },
  });
  return { app, stack, system };
}

const workloads = ({ system }: System) => [system.service('ui').workload(), system.service('orders').workload('v1')];

test('100 environment variables are taken, whoever adds them', () => {
  const built = systemOf();
  for (const { container } of workloads(built)) container.addEnvironment('MORE', 'x');
  expect(() => built.app.synth()).not.toThrow();
});

test.each([0, 1])('fails if a handle adds the 101st variable: workload %i', (index) => {
  const built = systemOf();
  const { container } = workloads(built)[index];
  const secret = new SecretsManagerSecret(built.stack, 'Secret');
  container.addEnvironment('MORE', 'x');
  container.addSecret('PASSWORD', Secret.fromSecretsManager(secret));
  expect(() => built.app.synth()).toThrow(
    /TOO_MANY_VARIABLES: the container "app" has 101 environment variables, those from secrets included; Amazon ECS takes 100/,
  );
});

test('fails if a handle adds it to a container beside the application', () => {
  const built = systemOf();
  const helper = workloads(built)[0].taskDefinition.findContainer('helper');
  for (const name of ['A', 'B']) helper?.addEnvironment(name, 'x');
  expect(() => built.app.synth()).toThrow(/TOO_MANY_VARIABLES: the container "helper" has 101/);
});

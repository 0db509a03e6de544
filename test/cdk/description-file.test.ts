import { App, CfnParameter, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authorizer, Edge, Microservices, Protocol } from '../../lib';
import type { MicroservicesProps } from '../../lib';
import type { SystemDescription } from '../../lib/core/description/system-description';

const image = ContainerImage.fromRegistry('example/app');

function systemIn(scope: Construct, id = 'Shop', props: Partial<MicroservicesProps> = {}): Microservices {
  return new Microservices(scope, id, {
    services: { web: { image, port: 8080 } },
    edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'GET /': { service: 'web' } } }),
    ...props,
  });
}

/** By the path of the file in the assembly. */
function descriptionsOf(app: App): ReadonlyMap<string, SystemDescription> {
  const { directory } = app.synth();
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.microservices.json'));
  return new Map(files.sort().map((file) => [file, JSON.parse(readFileSync(join(directory, file), 'utf8')) as SystemDescription]));
}

test('the description of a system stands beside the template of its stack; those of several are told apart', () => {
  const app = new App();
  const stack = new Stack(app, 'One');
  systemIn(stack);
  systemIn(stack, 'Other', { domain: 'other.internal' });
  systemIn(new NestedStack(stack, 'In'), 'Shop', { domain: 'nested.internal' });
  systemIn(new Stack(new Stage(app, 'Prod'), 'One'));
  expect([...descriptionsOf(app)].map(([file, { path, name }]) => [file, path, name])).toEqual([
    ['One.In.Shop.microservices.json', 'One/In/Shop', 'shop'],
    ['One.Other.microservices.json', 'One/Other', 'other'],
    ['One.Shop.microservices.json', 'One/Shop', 'shop'],
    ['assembly-Prod/ProdOne900718A8.Shop.microservices.json', 'Prod/One/Shop', 'shop'],
  ]);
});

test('what only CloudFormation knows stands in it as in the template', () => {
  const app = new App();
  const stack = new Stack(app, 'One');
  const host = new CfnParameter(stack, 'Database').valueAsString;
  systemIn(stack, 'Shop', {
    services: { web: { image, port: 8080, calls: ['database'] } },
    external: { database: { host, port: 5432, protocol: Protocol.TCP } },
  });
  expect([...descriptionsOf(app).values()].map(({ external }) => external[0]?.host)).toEqual([{ Ref: 'Database' }]);
});

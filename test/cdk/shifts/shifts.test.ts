import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { ServiceProps } from '../../../lib';
import { Microservices, Shift } from '../../../lib';

const image = ContainerImage.fromRegistry('example/app');

const versions = { v1: { weight: 100 }, v2: { weight: 0 } };

function shop(orders: Partial<ServiceProps> = {}): { readonly stack: Stack; readonly mesh: Microservices } {
  const stack = new Stack(new App(), 'Shop', { env: { region: 'eu-west-1', account: '123456789012' } });
  const mesh = new Microservices(stack, 'Shop', {
    services: { ui: { image, port: 8080, calls: ['orders'] }, orders: { image, port: 8080, versions, shift: Shift.linear(), ...orders } },
  });
  return { stack, mesh };
}

test('x', () => {
  const { stack } = shop();
  const template = Template.fromStack(stack).toJSON();
  const out = Object.entries(template.Resources as Record<string, { Type: string }>).filter(
    ([id, { Type }]) => /Shift|Weights/.test(id) || /SSM|Custom::MeshW|StepF/.test(Type) || /uiTaskRole|ordersTask/.test(id),
  );
  require('fs').writeFileSync('/tmp/shift-scratch.json', JSON.stringify(Object.fromEntries(out), null, 1));
  void Alarm; void Metric; void Duration;
});

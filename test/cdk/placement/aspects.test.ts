import { App, Stack, Tags } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Microservices, Placement } from '../../../lib';
import flags from '../../../cdk.json';
import { service } from '../../support/stack';

function warningsOf(placed: 'nestedStack' | 'stack', isTagged: boolean): number {
  const app = new App({ context: flags.context });
  const stack = new Stack(app, 'Stack');
  const groups = { payments: placed === 'stack' ? Placement.stack(new Stack(app, 'Payments')) : Placement.nestedStack() };
  const shop = new Microservices(stack, 'Shop', { groups, services: { web: service({ group: 'payments' }) } });
  if (isTagged) Tags.of(shop).add('team', 'shop');
  app.synth();
  return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('1 Aspect is on the system.*stack "Payments"')).length;
}

test('Aspects of the system that do not reach a stack of your own are a warning, and no others', () => {
  expect(warningsOf('stack', true)).toBe(1);
  expect(warningsOf('stack', false)).toBe(0);
  expect(warningsOf('nestedStack', true)).toBe(0);
});

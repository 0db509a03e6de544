import { Annotations, App, Stack, Validations } from 'aws-cdk-lib';
import { Annotations as Found, Match } from 'aws-cdk-lib/assertions';
import { Certificates, Microservices } from '../../lib';
import { service } from '../support/stack';

describe('a warning is acknowledged as docs/errors.md says', () => {
  const ID = 'cdk-ecs-microservices:plaintext';

  function warningsOf(acknowledge: (shop: Microservices) => void): number {
    const stack = new Stack(new App(), 'Stack');
    acknowledge(new Microservices(stack, 'Shop', { services: { ui: service() }, certificates: Certificates.none() }));
    return Found.fromStack(stack).findWarning('*', Match.stringLikeRegexp(ID)).length;
  }

  test('by the ID of an annotation', () => {
    expect(warningsOf(() => undefined)).toBe(1);
    expect(
      warningsOf((shop) => {
        Annotations.of(shop).acknowledgeWarning(ID, 'as it is meant');
      }),
    ).toBe(0);
  });

  test('for all that is in a stack', () => {
    expect(
      warningsOf((shop) => {
        Annotations.of(Stack.of(shop)).acknowledgeWarning(ID, 'as it is meant');
      }),
    ).toBe(0);
    expect(
      warningsOf((shop) => {
        Validations.of(Stack.of(shop)).acknowledge({ id: `Annotation::${ID}`, reason: 'as it is meant' });
      }),
    ).toBe(0);
  });

  test('fails to be acknowledged by the whole ID as that of an annotation', () => {
    expect(
      warningsOf((shop) => {
        Annotations.of(shop).acknowledgeWarning(`Annotation::${ID}`, 'as it is meant');
      }),
    ).toBe(1);
  });

  test('by the whole ID, as a finding of a validation', () => {
    expect(
      warningsOf((shop) => {
        Validations.of(shop).acknowledge({ id: `Annotation::${ID}`, reason: 'as it is meant' });
      }),
    ).toBe(0);
  });
});

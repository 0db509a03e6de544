import { Aspects } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { warn } from '../warn';
import type { SystemStack } from './stack-size';

/** At synth, when nobody adds Aspects any more: those of the system do not reach constructs in other stacks, which are not below it. */
export function warnOfAspects(scope: Construct, stacks: readonly SystemStack[]): void {
  const others = stacks.filter((each) => !each.scope.node.scopes.includes(scope)).map(({ stack }) => `"${stack.stackName}"`);
  if (others.length === 0) return;
  scope.node.addValidation({
    validate: () => {
      const { length: count } = Aspects.of(scope).all;
      if (count > 0)
        warn(scope, [
          {
            id: 'aspects-of-the-system',
            path: 'groups',
            message:
              `${count} ${count === 1 ? 'Aspect is' : 'Aspects are'} on the system, such as tags or a permissions boundary, ` +
              `which reach nothing in the ${others.length === 1 ? 'stack' : 'stacks'} ${others.join(', ')} of its groups: put them on ` +
              `${others.length === 1 ? 'that stack' : 'those stacks'} as well, or on the app`,
          },
        ]);
      return [];
    },
  });
}

import type { ContainerDefinition } from 'aws-cdk-lib/aws-ecs';
import { ECS } from '../../core/limits/ecs';

/** At synth, when nobody adds any more: `addEnvironment()` and `addSecret()` of a container are open to users of the handle. */
export function limitVariables(container: ContainerDefinition): void {
  container.node.addValidation({
    validate: () => {
      const { environment = [], secrets = [] } = container.renderContainerDefinition();
      const total = [environment, secrets].reduce((sum, variables) => sum + (Array.isArray(variables) ? variables.length : 0), 0);
      if (total <= ECS.variables.value) return [];
      return [
        `TOO_MANY_VARIABLES: the container "${container.containerName}" has ${total} environment variables, those from secrets included; ` +
          `Amazon ECS takes ${ECS.variables.value}, and would start it without any. ` +
          `Fix: remove ${total - ECS.variables.value}, or put several into one.`,
      ];
    },
  });
}

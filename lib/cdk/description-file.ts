import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { SystemDescription } from '../core/description/system-description';
import { writeAssemblyFile } from './assembly-file';

/** Writes what tools are told of a system into the cloud assembly. What only CloudFormation knows stands in it as in the template. */
export function writeDescription(system: Construct, describe: () => SystemDescription): void {
  const stack = Stack.of(system);
  writeAssemblyFile(new Construct(system, 'Description'), [], 'microservices.json', () => {
    const description = describe();
    const text = asText(description);
    return Token.isUnresolved(text) ? asText(stack.resolve(description)) : text;
  });
}

function asText(description: unknown): string {
  return `${JSON.stringify(description, null, 2)}\n`;
}

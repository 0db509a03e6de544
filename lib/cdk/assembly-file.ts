import { attachCustomSynthesis, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes a file into the cloud assembly, beside the templates, whenever the app is synthesized. It is no asset and stands in no template,
 * so that it changes nothing that is deployed.
 *
 * @param scope nothing else is to be synthesized by it
 * @param suffix what the name ends with, behind the stack and `names`
 */
export function writeAssemblyFile(scope: Construct, names: readonly string[], suffix: string, text: () => string): void {
  attachCustomSynthesis(scope, {
    onSynthesize: ({ outdir }) => {
      writeFileSync(join(outdir, fileName(scope, names, suffix)), text());
    },
  });
}

/** Nested stacks have no artifact: their templates are assets of the stack that is deployed. */
function fileName(scope: Construct, names: readonly string[], suffix: string): string {
  const stack = deployedStack(Stack.of(scope));
  const around = scope.node.scopes.slice(stack.node.scopes.length, -1).map(({ node }) => asPart(node.id));
  return [stack.artifactId, ...around, ...names, suffix].join('.');
}

/** An ID may have any character but a slash; two of them are never one part of a name. */
function asPart(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, (character) => `~${character.charCodeAt(0).toString(16)}`);
}

function deployedStack(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : deployedStack(stack.nestedStackParent);
}

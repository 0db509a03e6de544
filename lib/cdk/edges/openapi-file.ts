import { attachCustomSynthesis, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes a document of OpenAPI into the cloud assembly, beside the templates, whenever the app is synthesized. It is no asset and stands in
 * no template, so that it changes nothing that is deployed.
 *
 * @param edge the construct of the edge; nothing else is to be synthesized by it
 */
export function writeOpenApiFile(edge: Construct, edgeName: string, text: string): void {
  attachCustomSynthesis(edge, {
    onSynthesize: ({ outdir }) => {
      writeFileSync(join(outdir, fileName(edge, edgeName)), text);
    },
  });
}

/** Nested stacks have no artifact: their templates are assets of the stack that is deployed. */
function fileName(edge: Construct, edgeName: string): string {
  const stack = deployedStack(Stack.of(edge));
  const around = edge.node.scopes.slice(stack.node.scopes.length, -1).map(({ node }) => asPart(node.id));
  return [stack.artifactId, ...around, edgeName, 'openapi.json'].join('.');
}

/** An ID may have any character but a slash; two of them are never one part of a name. */
function asPart(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, (character) => `~${character.charCodeAt(0).toString(16)}`);
}

function deployedStack(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : deployedStack(stack.nestedStackParent);
}

import { App, Stack, Stage } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { MicroservicesProps } from '../../../lib';
import { Microservices } from '../../../lib';
import { flatten } from '../../../programs/emulator/assembly/flatten';
import { assetManifestsOf } from '../../../programs/emulator/assembly/synthesized';
import type { Template as TemplateJson } from '../runner';
import { recordBuiltImages } from '../runner/built-images';

/** The template of a stack that holds one mesh, called `shop`. */
export function synthesize(props: MicroservicesProps): TemplateJson {
  const stack = new Stack(new App(), 'E2e');
  new Microservices(stack, 'Shop', props);
  return templateOf(stack);
}

/** The template of the app of a stack: of all its stacks, and of those nested in them, as if they were one. */
export function templateOf(stack: Stack): TemplateJson {
  const app = stack.node.root;
  if (!Stage.isStage(app)) throw new Error(`the stack ${stack.node.path} is in no app`);
  const assembly = app.synth();
  for (const manifest of assetManifestsOf(assembly)) recordBuiltImages(manifest);
  return flatten(assembly, { main: stack.artifactId });
}

/** An image that a stand-in takes the place of. */
export function image(name: string): ContainerImage {
  return ContainerImage.fromRegistry(`example/${name}:1`);
}

import { App, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { MicroservicesProps } from '../../../lib';
import { Microservices } from '../../../lib';
import type { Template as TemplateJson } from '../runner';
import { recordBuiltImages } from '../runner/built-images';

/** The template of a stack that holds one mesh, called `shop`. */
export function synthesize(props: MicroservicesProps): TemplateJson {
  const stack = new Stack(new App(), 'E2e');
  new Microservices(stack, 'Shop', props);
  return templateOf(stack);
}

export function templateOf(stack: Stack): TemplateJson {
  const template = Template.fromStack(stack).toJSON() as TemplateJson;
  // Synthesized by now.
  recordBuiltImages(Stage.of(stack)?.outdir ?? '', `${stack.artifactId}.assets.json`);
  return template;
}

/** An image that a stand-in takes the place of. */
export function image(name: string): ContainerImage {
  return ContainerImage.fromRegistry(`example/${name}:1`);
}

import { type CfnElement, Stack } from 'aws-cdk-lib';

/** A template, or the part of it that one element makes. */
export interface RenderedTemplate {
  readonly Parameters?: object;
  readonly Rules?: object;
  readonly Resources?: Readonly<Record<string, { readonly Properties?: Readonly<Record<string, unknown>> }>>;
}

/**
 * What an element, or a whole stack, becomes in the template, overrides included; undefined if it becomes nothing. This is how every
 * element renders itself; the CDK's own `Deployment` of API Gateway calls it in the same way.
 */
export function rendered(element: CfnElement | Stack): RenderedTemplate | undefined {
  const { _toCloudFormation: template } = element as unknown as { readonly _toCloudFormation?: () => unknown };
  return Stack.of(element).resolve(template?.call(element)) as RenderedTemplate | undefined;
}

import { readableTemplate as read } from '../core/readable/readable-template';

/** A `Template` of aws-cdk-lib/assertions. */
export interface TemplateLike {
  toJSON(): Record<string, unknown>;
}

/**
 * Returns a template in which the configurations of tasks are objects.
 *
 * A task definition holds the configuration of Envoy and of the mesh agent compressed, in the variable `MESH_CONFIG` of the container
 * `mesh-init`. In the result, the value of that variable is `{ envoy, variables }`. Values that CloudFormation fills in are what the
 * template says of them, such as `{ Ref: … }`, and their variables `MESH_VALUE_0`, `MESH_VALUE_1` … are left out. The result is for tests
 * only: it cannot be deployed.
 *
 * @param template - A `Template` of aws-cdk-lib/assertions, or a template as JSON, which is not changed.
 * @throws if another release of this library has made the template.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- As `Template.toJSON()` has it.
export function readableTemplate(template: TemplateLike | Readonly<Record<string, unknown>>): Record<string, any> {
  return read(isTemplate(template) ? template.toJSON() : template) as Record<string, unknown>;
}

function isTemplate(value: TemplateLike | Readonly<Record<string, unknown>>): value is TemplateLike {
  return typeof value['toJSON'] === 'function';
}

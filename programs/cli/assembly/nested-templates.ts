import { isObject, type JsonObject } from '../../../lib/core/readable/json';

/** A template of a stack: its own, or one of those nested in it. */
export interface StackTemplate {
  readonly file: string;
  readonly content: JsonObject;
  /** The key by which a stack that nests it names it in the bucket of assets. */
  readonly objectKey?: string;
}

type Parameters = Readonly<Record<string, unknown>>;

/**
 * What a template says, with what the stack around it passes in place of its parameters: `referencetoShopDatabase…` says little, and is
 * another text when a service moves to another group.
 */
export function withParameters(value: unknown, template: StackTemplate, templates: readonly StackTemplate[]): unknown {
  return fill(value, parametersOf(template, templates));
}

function parametersOf(template: StackTemplate, templates: readonly StackTemplate[]): Parameters {
  const { objectKey } = template;
  if (objectKey === undefined) return {};
  for (const outer of templates) {
    if (outer === template) continue;
    for (const { Type: type, Properties: properties } of resourcesOf(outer)) {
      if (type !== 'AWS::CloudFormation::Stack' || !isObject(properties)) continue;
      if (!JSON.stringify(properties['TemplateURL']).includes(objectKey)) continue;
      const passed = properties['Parameters'];
      // The stack around it may be nested, too.
      return isObject(passed) ? (fill(passed, parametersOf(outer, templates)) as Parameters) : {};
    }
  }
  return {};
}

/** The resources of a template. */
export function resourcesOf({ content: { Resources: resources } }: StackTemplate): readonly JsonObject[] {
  return isObject(resources) ? Object.values(resources).filter(isObject) : [];
}

function fill(value: unknown, parameters: Parameters): unknown {
  if (Array.isArray(value)) return value.map((each) => fill(each, parameters));
  if (!isObject(value)) return value;
  const { Ref: name } = value;
  if (typeof name === 'string' && Object.hasOwn(parameters, name) && Object.keys(value).length === 1) return parameters[name];
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, parameters)]));
}

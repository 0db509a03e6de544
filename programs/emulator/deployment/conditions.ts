import type { Json, JsonObject, KnownValues, Resource, Template } from '../template/intrinsics';
import { isObject, Resolver } from '../template/intrinsics';

/**
 * The template with its conditions decided: resources whose condition is false are not in it, and of every `Fn::If` only the part that
 * counts. What depends on a resource that is not there depends on nothing.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html
 */
export function withoutConditions(template: Template, values: KnownValues = {}): Template {
  const decide = decider(template, values);
  const kept = Object.entries(template.Resources ?? {}).filter(([, { Condition: name }]) => name === undefined || decide(name));
  const ids = new Set(kept.map(([id]) => id));
  const resources = Object.fromEntries(kept.map(([id, resource]) => [id, decided(resource, ids, decide)]));
  const others = Object.fromEntries(Object.entries(template).filter(([section]) => section !== 'Conditions'));
  return { ...others, Resources: resources };
}

type Decide = (condition: string) => boolean;

function decided(resource: Resource, ids: Set<string>, decide: Decide): Resource {
  const { Properties: properties, DependsOn: needed } = resource;
  const others = Object.entries(resource).filter(([key]) => !['Condition', 'Properties', 'DependsOn'].includes(key));
  const dependsOn = [needed ?? []].flat().filter((id) => ids.has(id));
  return {
    ...(Object.fromEntries(others) as Pick<Resource, 'Type'>),
    ...(properties === undefined ? {} : { Properties: (chosen(properties, decide) ?? {}) as JsonObject }),
    ...(dependsOn.length === 0 ? {} : { DependsOn: dependsOn }),
  };
}

function chosen(value: Json | undefined, decide: Decide): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => chosen(item, decide)).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  const branches = value['Fn::If'];
  if (branches !== undefined) {
    const [name, ifTrue, ifFalse] = branches as readonly Json[];
    return chosen(decide(name as string) ? ifTrue : ifFalse, decide);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, chosen(item, decide)]));
}

function decider(template: Template, values: KnownValues): Decide {
  const resolver = new Resolver(template, values);
  const conditions = template.Conditions ?? {};
  const named: Decide = (name) => {
    const condition = conditions[name];
    if (condition === undefined) throw new Error(`the template has no condition "${name}"`);
    return holds(condition);
  };
  const holds = (condition: Json | undefined): boolean => {
    const [[name, argument] = ['', undefined]] = isObject(condition) ? Object.entries(condition) : [];
    const parts = (Array.isArray(argument) ? argument : [argument]) as readonly Json[];
    switch (name) {
      case 'Condition':
        return named(argument as string);
      case 'Fn::Equals':
        return resolver.text(parts[0]) === resolver.text(parts[1]);
      case 'Fn::Not':
        return !holds(parts[0]);
      case 'Fn::And':
        return parts.every(holds);
      case 'Fn::Or':
        return parts.some(holds);
      default:
        throw new Error(`the runner does not know the condition ${JSON.stringify(condition)}`);
    }
  };
  return named;
}

import { referencesIn } from '../../../programs/emulator/deployment/order';
import type { Json, JsonObject, Resource, Template } from '../../../programs/emulator/template/intrinsics';
import { isObject } from '../../../programs/emulator/template/intrinsics';

/** A resource of a template, with what its properties say. */
export interface Node {
  readonly id: string;
  readonly type: string;
  readonly properties: JsonObject;
}

/** What is made before what. Resources are deleted the other way round, so whatever is needed until the end needs the same arrows. */
export class Graph {
  private readonly needs: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly reached = new Map<string, ReadonlySet<string>>();
  readonly nodes: readonly Node[];

  constructor(readonly template: Template) {
    const resources = Object.entries(template.Resources ?? {});
    this.nodes = resources.map(([id, { Type, Properties = {} }]) => ({ id, type: Type, properties: Properties }));
    const known = new Set(resources.map(([id]) => id));
    this.needs = new Map(resources.map(([id, resource]) => [id, new Set(direct(resource).filter((each) => known.has(each)))]));
  }

  ofType(...types: readonly string[]): readonly Node[] {
    return this.nodes.filter(({ type }) => types.includes(type));
  }

  find(id: string | undefined): Node | undefined {
    return this.nodes.find((node) => node.id === id);
  }

  /** The resources that a property refers to. */
  in(value: Json | undefined): readonly Node[] {
    const ids = new Set(referencesIn(value));
    return this.nodes.filter(({ id }) => ids.has(id));
  }

  /** Whether CloudFormation makes one only when the other is there. */
  isAfter(later: string, earlier: string): boolean {
    return this.allNeeds(later).has(earlier);
  }

  private allNeeds(id: string): ReadonlySet<string> {
    const before = this.reached.get(id);
    if (before !== undefined) return before;
    const all = new Set(this.needs.get(id));
    // A set goes on to what is added to it meanwhile.
    for (const each of all) for (const next of this.needs.get(each) ?? []) all.add(next);
    this.reached.set(id, all);
    return all;
  }
}

function direct({ Properties, DependsOn = [] }: Resource): readonly string[] {
  return [...referencesIn(Properties), ...(typeof DependsOn === 'string' ? [DependsOn] : DependsOn)];
}

/** The template without one resource in any reference or dependency of another: what names it says a text instead. */
export function without(template: Template, id: string, reference: 'everywhere' | 'in DependsOn'): Template {
  const replaced = (value: Json | undefined): Json | undefined => {
    if (reference === 'in DependsOn') return value;
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => replaced(item) ?? null);
    if (!isObject(value)) return value;
    const [key] = Object.keys(value);
    if ((key === 'Ref' || key === 'Fn::GetAtt' || key === 'Fn::Sub') && referencesIn(value).includes(id)) return 'a text';
    return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, replaced(content)]));
  };
  const resources = Object.entries(template.Resources ?? {}).map(([name, { DependsOn = [], ...resource }]) => [
    name,
    {
      ...resource,
      Properties: replaced(resource.Properties),
      DependsOn: (typeof DependsOn === 'string' ? [DependsOn] : DependsOn).filter((each) => each !== id),
    },
  ]);
  return { ...template, Resources: Object.fromEntries(resources) as NonNullable<Template['Resources']> };
}

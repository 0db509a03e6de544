import type { JsonObject, KnownValues, Resource, Template } from '../template/intrinsics';
import { neededBy } from './order';

/** A resource that exists. */
export interface LiveResource {
  /** By which other resources that exist refer to it: its logical ID, or another one while or since it replaces its predecessor. */
  readonly key: string;
  readonly id: string;
  /** As the template has it, but its references are keys. */
  readonly definition: Resource;
  /** With all references resolved, at the time when it was made or changed last. */
  readonly properties: JsonObject;
  /** What `Ref` and `Fn::GetAtt` say of it, by key: `Key` and `Key.Arn`. */
  readonly values: KnownValues;
}

/** All resources that exist at the moment, those that are replaced too until they are deleted. */
export class Live {
  private readonly resources = new Map<string, LiveResource>();
  private readonly generations = new Map<string, number>();
  private cached: { readonly template: Template; readonly values: KnownValues } | undefined;

  /** @param mappings what is in no resource, but may be referred to */
  constructor(private surroundings: Omit<Template, 'Resources'> = {}) {}

  get all(): readonly LiveResource[] {
    return [...this.resources.values()];
  }

  get(key: string): LiveResource | undefined {
    return this.resources.get(key);
  }

  ofType(type: string): readonly LiveResource[] {
    return this.all.filter(({ definition }) => definition.Type === type);
  }

  /** A key that no resource had before. */
  newKey(id: string): string {
    const generation = (this.generations.get(id) ?? 0) + 1;
    this.generations.set(id, generation);
    return generation === 1 ? id : `${id}~${generation}`;
  }

  set(resource: LiveResource): void {
    this.resources.set(resource.key, resource);
    this.cached = undefined;
  }

  delete(key: string): void {
    this.resources.delete(key);
    this.cached = undefined;
  }

  surroundedBy(template: Template): void {
    this.surroundings = { ...template, Conditions: {} };
    this.cached = undefined;
  }

  /** What exists, as a template with keys in place of logical IDs. */
  get template(): Template {
    return this.snapshot().template;
  }

  get values(): KnownValues {
    return this.snapshot().values;
  }

  /** What of these resources has to be there for each. */
  needsOf(keys: readonly string[]): ReadonlyMap<string, readonly string[]> {
    return new Map(
      keys.map((key) => {
        const resource = this.resources.get(key);
        return [key, resource === undefined ? [] : neededBy(resource.definition).filter((needed) => keys.includes(needed))];
      }),
    );
  }

  private snapshot(): { readonly template: Template; readonly values: KnownValues } {
    this.cached ??= {
      template: { ...this.surroundings, Resources: Object.fromEntries(this.all.map(({ key, definition }) => [key, definition])) },
      values: Object.assign({}, ...this.all.map(({ values }) => values)) as KnownValues,
    };
    return this.cached;
  }
}

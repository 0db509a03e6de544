import { Fields } from '../template/fields';
import type { JsonObject, KnownValues, Resource, Template } from '../template/intrinsics';
import { Resolver } from '../template/intrinsics';
import { changeOf, uniqueTextOf } from './change';
import type { Live, LiveResource } from './live';
import type { Needs } from './order';
import { needsOf, renamed, reversed } from './order';
import { physicalIds } from './physical-ids';
import type { Making, Provider, Providers } from './provider';
import { valuesOf } from './provider';
import { isCustom } from './resource-types';
import type { Failure, Order } from './walk';
import { walk } from './walk';

/** One line of what CloudFormation tells of a deployment. */
export interface StackEvent {
  readonly what: 'created' | 'updated' | 'replaced' | 'deleted' | 'failed';
  readonly id: string;
  /** By which properties it had to change. */
  readonly properties?: readonly string[];
  readonly reason?: string;
}

/** Which resource a logical ID stands for: keys of resources that exist. */
export type Current = ReadonlyMap<string, string>;

/** What is deployed: what a next template is compared with. */
export interface State {
  readonly template: Template;
  readonly current: Current;
}

/** What an operation works on. */
export interface World {
  readonly live: Live;
  readonly known: KnownValues;
  /** Whether resources of types that are not known are changed in place. */
  readonly takesAnyType: boolean;
  readonly providers: Providers;
  /** For custom resources, whatever their type. */
  readonly custom: Provider;
  /** Told of each change of what exists. */
  readonly changed: () => Promise<void>;
  readonly order: Order;
  readonly now: () => Date;
  readonly event: (event: StackEvent) => void;
  /** What stays, though the stack has it no more. */
  readonly remains: (what: string) => void;
}

/** One way from a state to the next. */
export class Operation {
  private readonly current = new Map<string, string>();
  /** What was changed in place, as it was before. */
  private readonly earlier = new Map<string, LiveResource>();
  /** What stays as it is. */
  private readonly alike: LiveResource[] = [];

  constructor(
    private readonly world: World,
    private readonly before: State,
    private readonly template: Template,
  ) {}

  /** If something fails, the state is that of before, or what could be made of it. */
  async run(): Promise<{ readonly state: State; readonly failure?: Error }> {
    const { live, order } = this.world;
    live.surroundedBy(this.template);
    const [failure] = await walk(needsOf(this.template), async (id, cancelled) => this.apply(id, cancelled), order);
    if (failure !== undefined) {
      live.surroundedBy(this.before.template);
      return { state: { template: this.before.template, current: await this.rollBack() }, failure: failedBy(failure) };
    }
    await this.deleteAllBut(this.current);
    return { state: { template: this.template, current: this.current } };
  }

  private async apply(id: string, cancelled: AbortSignal): Promise<void> {
    const { live } = this.world;
    const wanted = this.template.Resources?.[id];
    if (wanted === undefined) return;
    const { definition, properties } = this.resolved(id, wanted, this.current);
    const existing = live.get(this.before.current.get(id) ?? '');
    try {
      if (existing === undefined) {
        await this.create(id, definition, properties, cancelled);
        return;
      }
      const { Type: type } = existing.definition;
      if (type !== wanted.Type) throw new Error(`Update of resource type is not permitted: ${type} to ${wanted.Type}`);
      const change = changeOf(type, existing.properties, properties, this.world.takesAnyType);
      switch (change.kind) {
        case 'none':
          // What it refers to may be another resource by now, of which it sees nothing.
          this.alike.push(existing);
          live.set({ ...existing, definition });
          this.current.set(id, existing.key);
          break;
        case 'update':
          await this.update(existing, definition, properties, cancelled, change.properties);
          break;
        case 'replace':
          await this.create(id, definition, properties, cancelled, change.properties);
          break;
      }
    } catch (error) {
      this.world.event({ what: 'failed', id, reason: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }

  private async create(
    id: string,
    definition: Resource,
    properties: JsonObject,
    cancelled: AbortSignal,
    replacedBy?: readonly string[],
  ): Promise<void> {
    const { live, event } = this.world;
    const { Type: type } = definition;
    const unique = uniqueTextOf(type, properties);
    const twin = unique === undefined ? undefined : live.ofType(type).find((other) => uniqueTextOf(type, other.properties) === unique);
    if (twin !== undefined)
      throw new Error(`${type}: ${id} cannot be made beside ${twin.key}, since AWS takes both for the same: ${unique}`);
    const key = live.newKey(id);
    const values = { [key]: key, ...physicalIds(type, key, placeOf(this.template, this.world.known), properties) };
    const resource = { key, id, definition, properties, values };
    await this.exists(resource);
    const made = await this.provider(type).create?.(this.making(resource, cancelled));
    if (made !== undefined) await this.exists({ ...resource, values: { ...values, ...valuesOf(key, made) } });
    this.current.set(id, key);
    event(replacedBy === undefined ? { what: 'created', id } : { what: 'replaced', id, properties: replacedBy });
  }

  private async update(
    existing: LiveResource,
    definition: Resource,
    properties: JsonObject,
    cancelled: AbortSignal,
    changed: readonly string[],
  ): Promise<void> {
    const { id, key } = existing;
    this.earlier.set(key, existing);
    const resource = await this.updated(existing, { ...existing, definition, properties }, cancelled);
    const replaces = resource.key !== key;
    if (replaces) this.earlier.delete(key);
    this.current.set(id, resource.key);
    this.world.event({ what: replaces ? 'replaced' : 'updated', id, properties: changed });
  }

  /** @returns the resource as it is now; another one if that is what its provider has made */
  private async updated(before: LiveResource, resource: LiveResource, cancelled: AbortSignal): Promise<LiveResource> {
    const { live } = this.world;
    const { id, key, values } = resource;
    await this.exists(resource);
    const provider = this.provider(resource.definition.Type);
    const { made, replaces = false } = (await provider.update?.(this.making(resource, cancelled), before)) ?? {};
    if (!replaces) {
      if (made === undefined) return resource;
      const next = { ...resource, values: { ...values, ...valuesOf(key, made) } };
      await this.exists(next);
      return next;
    }
    // The one before is there until the end.
    live.set(before);
    const other = live.newKey(id);
    provider.replaced?.(other, made ?? {});
    const next = { ...resource, key: other, values: { [other]: other, ...valuesOf(other, made) } };
    await this.exists(next);
    return next;
  }

  /**
   * Everything that was changed becomes what it was, in the order of the template before, and what was made is deleted. What has
   * replaced something is deleted, too: that which it replaced is still there.
   */
  private async rollBack(): Promise<Current> {
    const { live, order } = this.world;
    for (const resource of this.alike) live.set(resource);
    const current = new Map(this.before.current);
    const [failure] = await walk(
      needsOf(this.before.template),
      async (id, cancelled) => {
        const earlier = this.earlier.get(current.get(id) ?? '');
        if (earlier === undefined) return;
        const { key } = await this.updated(live.get(earlier.key) ?? earlier, earlier, cancelled);
        current.set(id, key);
      },
      order,
    );
    if (failure !== undefined) throw new Error(`the rollback failed, too: ${failedBy(failure).message}`, { cause: failure.error });
    await this.deleteAllBut(current);
    return current;
  }

  /** What is not needed any more, those first that refer to others. */
  private async deleteAllBut(kept: Current): Promise<void> {
    const { live, order } = this.world;
    const keys = new Set(kept.values());
    const needs: Needs = live.needsOf(live.all.map(({ key }) => key).filter((key) => !keys.has(key)));
    const [failure] = await walk(reversed(needs), async (key) => this.remove(key), order);
    if (failure !== undefined) throw failedBy(failure);
  }

  private async remove(key: string): Promise<void> {
    const { live, now, event, remains, changed } = this.world;
    const resource = live.get(key);
    if (resource === undefined) return;
    const { definition, id } = resource;
    const isReplaced = this.current.has(id);
    const policy = isReplaced ? definition.UpdateReplacePolicy : definition.DeletionPolicy;
    if (policy?.startsWith('Retain') === true) {
      remains(`${definition.Type} ${key}`);
    } else {
      const provider = this.provider(definition.Type);
      await provider.delete?.(resource, now);
      if (provider.remains !== undefined) remains(`${definition.Type} ${key}: ${provider.remains}`);
    }
    live.delete(key);
    await changed();
    event({ what: 'deleted', id });
  }

  private async exists(resource: LiveResource): Promise<void> {
    this.world.live.set(resource);
    await this.world.changed();
  }

  /** The resource with keys for the logical IDs that it refers to, and with their values. */
  private resolved(id: string, wanted: Resource, current: Current): { readonly definition: Resource; readonly properties: JsonObject } {
    const { live, known } = this.world;
    const keyOf = (name: string): string => {
      if (this.template.Resources?.[name] === undefined) return name;
      const key = current.get(name);
      if (key === undefined) throw new Error(`bug: ${id} is made before ${name}, to which it refers`);
      return key;
    };
    const { Properties: properties, DependsOn: needed = [], ...others } = wanted;
    const dependsOn = [needed].flat().map(keyOf);
    const definition: Resource = {
      ...others,
      ...(properties === undefined ? {} : { Properties: renamed(properties, keyOf) }),
      ...(dependsOn.length === 0 ? {} : { DependsOn: dependsOn }),
    };
    const resolver = new Resolver(live.template, { ...live.values, ...known });
    return { definition, properties: (resolver.resolve(definition.Properties ?? {}) ?? {}) as JsonObject };
  }

  private making(resource: LiveResource, cancelled: AbortSignal): Making {
    return { resource, fields: Fields.of(resource.properties, resource.id), cancelled, now: this.world.now };
  }

  private provider(type: string): Provider {
    return isCustom(type) ? this.world.custom : (this.world.providers[type] ?? {});
  }
}

function failedBy({ id, error }: Failure): Error {
  return new Error(`${id}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

function placeOf(template: Template, known: KnownValues): Parameters<typeof physicalIds>[2] {
  const resolver = new Resolver(template, known);
  const account = resolver.text({ Ref: 'AWS::AccountId' });
  const stack = resolver.text({ Ref: 'AWS::StackName' });
  return { account, place: `${resolver.text({ Ref: 'AWS::Region' })}:${account}`, stack };
}

import { DEFAULT_EDGE } from '../../../lib/core/model/edge-names';
import type { JsonObject, Resource, Template } from '../template/template';
import { Fields } from '../template/fields';
import type { KnownValues } from '../template/intrinsics';
import { Resolver } from '../template/intrinsics';

/** A resource of a template, with its logical ID and its properties as they are written. */
export interface Wired {
  readonly id: string;
  readonly properties: JsonObject;
}

/** What in a template refers to what. An API is found by its references alone: what it does not name is not its own. */
export class Wiring {
  readonly resolver: Resolver;

  /** @param values of what only a deployment knows */
  constructor(
    readonly template: Template,
    values: KnownValues = {},
  ) {
    this.resolver = new Resolver(template, values);
  }

  all(type: string): readonly Wired[] {
    return Object.entries(this.template.Resources ?? {})
      .filter(([, resource]) => resource.Type === `AWS::${type}`)
      .map(([id, resource]) => wired(id, resource));
  }

  /** Those of which a property refers to a resource. */
  allOf(type: string, property: string, id: string): readonly Wired[] {
    return this.all(type).filter(({ properties }) => this.resolver.referenced(properties[property]) === id);
  }

  /** The resource that a property refers to; undefined if it is none of the template. */
  behind({ properties }: Wired, property: string): Wired | undefined {
    const id = this.resolver.referenced(properties[property]);
    const resource = id === undefined ? undefined : this.template.Resources?.[id];
    return id === undefined || resource === undefined ? undefined : wired(id, resource);
  }

  /** The paths of the mappings to an API, by the name of the domain. */
  domains(api: string): ReadonlyMap<string, string> {
    return new Map(
      this.allOf('ApiGatewayV2::ApiMapping', 'ApiId', api).map((mapping) => {
        const domain = this.behind(mapping, 'DomainName') ?? mapping;
        const key = mapping.properties['ApiMappingKey'];
        const name = this.resolver.text(domain.properties['DomainName'] ?? '');
        return [name, key === undefined ? '' : `/${this.resolver.text(key)}`];
      }),
    );
  }

  securityGroups({ properties }: Wired, property: string): readonly string[] {
    return this.resolver.referencedAll(properties[property]);
  }

  /** The ECS service of which an entry in a list, such as `ServiceRegistries`, refers to a resource. */
  ecsService(list: string, property: string, id: string): string {
    const entries = ({ properties }: Wired): readonly Wired[] =>
      ((properties[list] ?? []) as readonly JsonObject[]).map((each) => ({ id: '', properties: each }));
    const service = this.all('ECS::Service').find((each) => entries(each).some((entry) => this.behind(entry, property)?.id === id));
    if (service === undefined) throw new Error(`no ECS service of the template is behind ${id}`);
    return service.id;
  }
}

/** The edge of an API, which its description names. */
export function edgeOf({ id, properties }: Wired): string {
  const description = Fields.of(properties, id).text('Description');
  const [described, name = DEFAULT_EDGE] = /^The edge (?:"(.+)" )?of the mesh /.exec(description) ?? [];
  if (described === undefined) throw new Error(`${id}: its description does not name an edge: ${description}`);
  return name;
}

function wired(id: string, { Properties = {} }: Resource): Wired {
  return { id, properties: Properties };
}

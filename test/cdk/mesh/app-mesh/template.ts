import type { Resource } from '../../../support/stack';

/** A resource of App Mesh in a template, as its API takes it: in its spelling, with names in place of references. */
export interface ApiResource {
  readonly type: string;
  readonly input: Readonly<Record<string, unknown>>;
}

type Resources = Readonly<Record<string, Resource>>;

/** @param meshName the name of the mesh, which CloudFormation fills in where the template leaves it out */
export function apiResources(resources: Resources, meshName: string): readonly ApiResource[] {
  return Object.values(resources)
    .filter(({ Type }) => Type.startsWith('AWS::AppMesh::'))
    .map(({ Type, Properties = {} }) => ({
      type: Type.slice('AWS::AppMesh::'.length),
      input: inputOf(resolved(Properties, resources, meshName)),
    }));
}

/** A reference is to the name of a resource, or to its ARN, which here is its name too. */
function resolved(value: unknown, resources: Resources, meshName: string): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, resources, meshName));
  if (typeof value !== 'object' || value === null) return value;
  const [[key, target] = ['', undefined]] = Object.entries(value);
  if (key === 'Fn::GetAtt')
    return nameOf((target as readonly string[])[0] ?? '', (target as readonly string[])[1] ?? '', resources, meshName);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolved(item, resources, meshName)]));
}

function nameOf(id: string, attribute: string, resources: Resources, meshName: string): string {
  if (attribute === 'MeshName') return meshName;
  const name = resources[id]?.Properties?.[attribute];
  if (typeof name !== 'string') throw new Error(`${id} has no ${attribute}`);
  return name;
}

/** `TLS` is `tls`, `AWSCloudMap` is `awsCloudMap`, `PortMapping` is `portMapping`. */
function inputOf(value: unknown): Readonly<Record<string, unknown>> {
  return camelCase(value) as Readonly<Record<string, unknown>>;
}

function camelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/^([A-Z]+)(?=[A-Z][a-z]|$)|^[A-Z]/, (start) => start.toLowerCase()),
      camelCase(item),
    ]),
  );
}

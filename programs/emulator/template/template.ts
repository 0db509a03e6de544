/** A CloudFormation template as JSON, and what refers to what in it. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: JsonObject;
}

export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, JsonObject>>;
  readonly Mappings?: JsonObject;
  readonly Conditions?: JsonObject;
  readonly Rules?: JsonObject;
  readonly Outputs?: Readonly<Record<string, JsonObject>>;
}

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
export const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);

/** Whether the value of a parameter of such a type is that of a parameter in Systems Manager, of which it holds the name. */
export const isOfSystemsManager = (type: Json | undefined): boolean =>
  typeof type === 'string' && type.startsWith('AWS::SSM::Parameter::Value<');

/** What each resource of a template waits for. */
export type Needs = ReadonlyMap<string, readonly string[]>;

/** The resources that each resource refers to or depends on: nothing else orders them. */
export function needsOf(template: Template): Needs {
  const resources = template.Resources ?? {};
  return new Map(
    Object.entries(resources).map(([id, resource]) => [id, neededBy(resource).filter((needed) => resources[needed] !== undefined)]),
  );
}

/** Every name that a resource refers to or depends on, those of parameters and pseudo parameters too. */
export function neededBy({ Properties: properties, DependsOn: needed = [] }: Resource): readonly string[] {
  return [...new Set([...referencesIn(properties), ...[needed].flat()])];
}

/** Every name that a `Ref`, `Fn::GetAtt` or `Fn::Sub` in a value points to. */
export function referencesIn(value: Json | undefined): readonly string[] {
  const found: string[] = [];
  renamed(value, (id) => {
    found.push(id);
    return id;
  });
  return found;
}

/** The value with other names in every `Ref`, `Fn::GetAtt` and `Fn::Sub` in it. */
export function renamed<T extends Json | undefined>(value: T, rename: (id: string) => string): T;
export function renamed(value: Json | undefined, rename: (id: string) => string): Json | undefined {
  if (isList(value)) return value.map((item) => renamed(item, rename));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, content]) => {
      if (key === 'Ref') return [key, typeof content === 'string' ? rename(content) : content];
      if (key === 'Fn::GetAtt') return [key, renamedAttribute(content, rename)];
      if (key === 'Fn::Sub') return [key, renamedSub(content, rename)];
      return [key, renamed(content, rename)];
    }),
  );
}

function renamedAttribute(content: Json | undefined, rename: (id: string) => string): Json | undefined {
  if (typeof content === 'string') return beforeDot(content, rename);
  const [id, ...path] = isList(content) ? content : [];
  return typeof id === 'string' ? [rename(id), ...path] : content;
}

function renamedSub(content: Json | undefined, rename: (id: string) => string): Json | undefined {
  const [format, variables] = isList(content) ? content : [content, undefined];
  if (typeof format !== 'string') return content;
  const own = isObject(variables) ? Object.keys(variables) : [];
  const text = format.replace(/\$\{([^!}][^}]*)\}/g, (all, name: string) =>
    own.includes(name.trim()) ? all : `\${${beforeDot(name.trim(), rename)}}`,
  );
  return isList(content) ? [text, renamed(variables, rename) ?? {}] : text;
}

function beforeDot(name: string, rename: (id: string) => string): string {
  const [id = name, ...path] = name.split('.');
  return [rename(id), ...path].join('.');
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Properties = Readonly<Record<string, unknown>>;

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Properties;
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>>;
}

/** A template as it is uploaded. */
export interface WrittenTemplate {
  /** The name of its file without endings: of a stack that is not nested, its name. */
  readonly name: string;
  readonly isNested: boolean;
  readonly bytes: number;
  readonly template: Template;
  /** In the URL of a nested template. */
  readonly key?: string;
}

export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Properties;
  readonly of: WrittenTemplate;
}

/** Those of one app, for one account and Region. */
export function readTemplates(directory: string): Templates {
  const files = readdirSync(directory).filter((name) => name.endsWith('.template.json'));
  const keys = keysOf(directory);
  return new Templates(
    files.sort().map((file) => {
      const key = keys.get(file);
      const text = readFileSync(join(directory, file), 'utf8');
      return {
        name: file.replace(/(\.nested)?\.template\.json$/, ''),
        isNested: file.endsWith('.nested.template.json'),
        bytes: Buffer.byteLength(text),
        template: JSON.parse(text) as Template,
        ...(key === undefined ? {} : { key }),
      };
    }),
  );
}

function keysOf(directory: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const name of readdirSync(directory).filter((each) => each.endsWith('.assets.json'))) {
    const { files } = JSON.parse(readFileSync(join(directory, name), 'utf8')) as { files: Record<string, { source: { path: string } }> };
    for (const [key, { source }] of Object.entries(files)) keys.set(source.path, key);
  }
  return keys;
}

/** All templates of an app, with the references between them. */
export class Templates {
  private readonly byType = new Map<string, Resource[]>();
  private readonly known = new Map<string, string>();
  private readonly byName: ReadonlyMap<string, WrittenTemplate>;
  private readonly byKey: ReadonlyMap<string, WrittenTemplate>;
  private readonly parents = new Map<string, Resource>();
  private readonly stored = new Map<string, Resource>();

  constructor(readonly all: readonly WrittenTemplate[]) {
    this.byName = new Map(all.map((each) => [each.name, each]));
    this.byKey = new Map(all.map((each) => [each.key ?? '', each]));
    for (const of of all)
      for (const [id, { Type: type, Properties: properties = {} }] of Object.entries(of.template.Resources)) {
        const known = this.byType.get(type) ?? [];
        known.push({ id, type, properties, of });
        this.byType.set(type, known);
      }
    for (const stack of this.of('AWS::CloudFormation::Stack')) this.parents.set(this.nestedIn(stack.properties), stack);
    for (const parameter of this.of('AWS::SSM::Parameter')) this.stored.set(String(parameter.properties['Name']), parameter);
  }

  of(type: string): Resource[] {
    return this.byType.get(type) ?? [];
  }

  get resources(): readonly Resource[] {
    return [...this.byType.values()].flat();
  }

  /** The stack that is deployed by itself. */
  outermost(of: WrittenTemplate): string {
    const parent = this.parents.get(of.name);
    return parent === undefined ? of.name : this.outermost(parent.of);
  }

  /** With another template in the place of one, as CDK would write it. */
  with(of: WrittenTemplate, template: Template): Templates {
    const changed = { ...of, template, bytes: Buffer.byteLength(JSON.stringify(template)) };
    return new Templates(this.all.map((each) => (each === of ? changed : each)));
  }

  /**
   * The text that a value becomes in a deployment. What only a deployment knows is a text of its own that has the length of such a value
   * at most, so that equal values have equal texts, and texts are never measured too short.
   */
  text(value: unknown, of: WrittenTemplate): string {
    if (typeof value !== 'object' || value === null) return plain(value);
    const [[name, argument] = ['', undefined]] = Object.entries(value);
    switch (name) {
      case 'Ref':
        return this.ref(String(argument), of);
      case 'Fn::GetAtt':
        return this.attribute(argument, of);
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, readonly unknown[]];
        return parts.map((part) => this.text(part, of)).join(separator);
      }
      case 'Fn::Split':
      case 'Fn::GetAZs':
        throw new Error(`${name} is a list`);
      case 'Fn::Select': {
        const [index, list] = argument as [number | string, unknown];
        return this.list(list, of)[Number(index)] ?? '';
      }
      case 'Fn::Sub':
        return (typeof argument === 'string' ? argument : String((argument as readonly unknown[])[0])).replace(
          /\$\{([^}]+)\}/g,
          (_, id: string) => (id.includes('.') ? this.attribute(id.split('.'), of) : this.ref(id, of)),
        );
      case 'Fn::GetStackOutput': {
        const { StackName: stack, OutputName: output } = argument as { readonly StackName: string; readonly OutputName: string };
        return this.output(stack, output);
      }
      default:
        throw new Error(`the checker does not know ${name} of ${of.name}`);
    }
  }

  /** An object as JSON without white space, with texts in the place of what refers to something. */
  json(value: unknown, of: WrittenTemplate): string {
    return JSON.stringify(value, (_key, each: unknown) => (isReference(each) ? this.text(each, of) : each));
  }

  private list(value: unknown, of: WrittenTemplate): readonly string[] {
    if (Array.isArray(value)) return value.map((each) => this.text(each, of));
    const [[name, argument] = ['', undefined]] = Object.entries(value as object);
    if (name === 'Fn::GetAZs') return ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
    if (name !== 'Fn::Split') throw new Error(`the checker does not know the list ${name} of ${of.name}`);
    const [separator, text] = argument as [string, unknown];
    return this.text(text, of).split(separator);
  }

  private ref(id: string, of: WrittenTemplate): string {
    const pseudo = PSEUDO.get(id);
    if (pseudo !== undefined) return pseudo;
    const parameter = of.template.Parameters?.[id];
    if (parameter === undefined) return placeholder(`${of.name}.${id}`, of.template.Resources[id]?.Type);
    const parent = this.parents.get(of.name);
    const given = (parent?.properties['Parameters'] as Properties | undefined)?.[id];
    if (parent !== undefined && given !== undefined) return this.remember(`${of.name}.${id}`, () => this.text(given, parent.of));
    const stored = parameter.Type.startsWith('AWS::SSM::Parameter::Value') ? this.stored.get(String(parameter.Default)) : undefined;
    if (stored === undefined) return parameter.Default === undefined ? placeholder(`${of.name}.${id}`) : plain(parameter.Default);
    return this.remember(`${of.name}.${id}`, () => this.text(stored.properties['Value'], stored.of));
  }

  private attribute(argument: unknown, of: WrittenTemplate): string {
    const [id = '', ...rest] = typeof argument === 'string' ? argument.split('.') : (argument as readonly string[]);
    const name = rest.join('.');
    const resource = of.template.Resources[id];
    if (resource?.Type === 'AWS::CloudFormation::Stack' && name.startsWith('Outputs.'))
      return this.output(this.nestedIn(resource.Properties ?? {}), name.slice('Outputs.'.length));
    if (name === 'GroupId') return groupId(`${of.name}.${id}`);
    return placeholder(`${of.name}.${id}.${name}`).padEnd(name === 'certificate' ? CERTIFICATE : 0, '-');
  }

  private output(stack: string, name: string): string {
    const of = this.byName.get(stack);
    const output = of?.template.Outputs?.[name];
    if (of === undefined || output === undefined) throw new Error(`no output ${name} of ${stack}`);
    return this.remember(`${stack}.Outputs.${name}`, () => this.text(output.Value, of));
  }

  private nestedIn({ TemplateURL: url }: Properties): string {
    const [, key] = /([0-9a-f]{64})\.json/.exec(JSON.stringify(url ?? '')) ?? [];
    return this.byKey.get(key ?? '')?.name ?? '';
  }

  private remember(key: string, make: () => string): string {
    const known = this.known.get(key) ?? make();
    this.known.set(key, known);
    return known;
  }
}

export function isReference(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const [key = '', ...others] = Object.keys(value);
  return others.length === 0 && (key === 'Ref' || (key.startsWith('Fn::') && key !== 'Fn::Split'));
}

function plain(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

const PSEUDO: ReadonlyMap<string, string> = new Map([
  ['AWS::AccountId', '111122223333'],
  ['AWS::Region', 'ap-southeast-1'],
  ['AWS::Partition', 'aws-us-gov'],
  ['AWS::URLSuffix', 'amazonaws.com.cn'],
  ['AWS::StackName', 'x'.repeat(128)],
  ['AWS::StackId', 'x'.repeat(160)],
  ['AWS::NoValue', ''],
]);

/** An ARN with a name that CloudFormation has made is hardly longer. */
const LONGEST = 128;

/** The certificate of an authority, in PEM. */
const CERTIFICATE = 1000;

function placeholder(name: string, type?: string): string {
  return type === 'AWS::EC2::SecurityGroup' ? groupId(name) : name.padEnd(LONGEST, '-');
}

const GROUPS = new Map<string, string>();

/** As long as IDs of security groups are. */
function groupId(name: string): string {
  const known = GROUPS.get(name) ?? `sg-${String(GROUPS.size).padStart(17, '0')}`;
  GROUPS.set(name, known);
  return known;
}

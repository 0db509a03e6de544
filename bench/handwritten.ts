import { App, CfnOutput, CfnParameter, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import flags from '../cdk.json';

interface Template {
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[] | string;
}

/** The same resources as in the templates of a directory, each by an L1 construct, with references between them. */
export function handwrittenApp(directory: string): () => App {
  const files = readdirSync(directory).filter((name) => name.endsWith('.template.json'));
  const templates = new Map(files.map((name) => [name, JSON.parse(readFileSync(join(directory, name), 'utf8')) as Template]));
  // By the key of each nested template, which is in its URL.
  const nested = new Map<string, Template>();
  for (const name of readdirSync(directory).filter((each) => each.endsWith('.assets.json'))) {
    const { files: assets } = JSON.parse(readFileSync(join(directory, name), 'utf8')) as {
      files: Record<string, { source: { path: string } }>;
    };
    for (const [key, { source }] of Object.entries(assets)) {
      const template = templates.get(source.path);
      if (template !== undefined) nested.set(key, template);
    }
  }
  const stacks = [...templates].filter(([name]) => !name.endsWith('.nested.template.json'));
  const outdir = mkdtempSync(join(tmpdir(), 'handwritten-'));
  process.once('exit', () => {
    rmSync(outdir, { recursive: true, force: true });
  });
  return () => {
    const app = new App({ outdir, context: { ...flags.context }, analyticsReporting: false });
    for (const [name, template] of stacks) {
      const env = { account: '111111111111', region: 'eu-west-1' };
      const stack = new Stack(app, name.replace('.template.json', ''), { env, suppressTemplateIndentation: true });
      fill(stack, template, nested);
    }
    return app;
  };
}

function fill(stack: Stack, { Parameters = {}, Outputs = {}, Resources }: Template, templates: ReadonlyMap<string, Template>): void {
  for (const [id, { Type, Default }] of Object.entries(Parameters))
    if (id !== 'BootstrapVersion') new CfnParameter(stack, id, { type: Type, default: Default });
  const made = new Map<string, { readonly resource: CfnResource; readonly properties: Record<string, unknown> }>();
  const nested = new Map<string, NestedStack>();
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    const key = /([0-9a-f]{64})\.json/.exec(JSON.stringify(Properties?.['TemplateURL'] ?? ''))?.[1] ?? '';
    const template = templates.get(key);
    if (template === undefined) {
      const properties: Record<string, unknown> = {};
      made.set(id, { properties, resource: new CfnResource(stack, id, { type: Type, properties }) });
    } else {
      const child = new NestedStack(stack, id, { suppressTemplateIndentation: true });
      fill(child, template, templates);
      nested.set(id, child);
    }
  }
  const resourceOf = (id: string): CfnResource | undefined => made.get(id)?.resource ?? nested.get(id)?.nestedStackResource;
  for (const [id, { properties, resource }] of made) {
    const { Properties = {}, DependsOn = [] } = Resources[id] ?? { Type: '' };
    // An L1 construct keeps the object that it gets, so that resources can refer to those that come later.
    Object.assign(properties, withReferences(Properties, resourceOf));
    for (const other of [DependsOn].flat()) {
      const target = resourceOf(other);
      if (target !== undefined) resource.addResourceDependency(target);
    }
  }
  for (const [id, child] of nested) {
    const parameters = (Resources[id]?.Properties?.['Parameters'] ?? {}) as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(parameters)) child.setParameter(name, withReferences(value, resourceOf) as string);
  }
  for (const [id, { Value }] of Object.entries(Outputs)) new CfnOutput(stack, id, { value: withReferences(Value, resourceOf) as string });
}

/** `Ref` and `Fn::GetAtt` as the constructs that they name. */
function withReferences(value: unknown, resourceOf: (id: string) => CfnResource | undefined): unknown {
  if (Array.isArray(value)) return value.map((each) => withReferences(each, resourceOf));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref: id, 'Fn::GetAtt': attribute } = value as Readonly<Record<string, unknown>>;
  if (typeof id === 'string') return resourceOf(id)?.ref ?? value;
  if (Array.isArray(attribute)) return resourceOf(String(attribute[0]))?.getAtt(String(attribute[1])) ?? value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withReferences(each, resourceOf)]));
}

/** The templates of a cloud assembly: of the stacks that are deployed one by one, and of the stacks nested in them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AssetManifestArtifact, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import type { Json, Resource, Template } from '../template/template';
import { isList, isObject } from '../template/template';

export const NESTED_STACK = 'AWS::CloudFormation::Stack';

/** A stack with a template of its own. */
export class SynthesizedStack {
  /** By logical ID. */
  readonly nested: ReadonlyMap<string, SynthesizedStack>;

  constructor(
    /** The artifact ID of the stack that is deployed, and below it the logical IDs of nested stacks. */
    readonly path: readonly string[],
    readonly template: Template,
    templates: NestedTemplates,
    readonly parent?: SynthesizedStack,
  ) {
    const nested = Object.entries(template.Resources ?? {}).filter(([, { Type: type }]) => type === NESTED_STACK);
    this.nested = new Map(
      nested.map(([id, resource]) => [id, new SynthesizedStack([...path, id], templates.templateOf(id, resource), templates, this)]),
    );
  }

  get name(): string {
    return this.path.join('/');
  }

  /** This stack and those nested in it, to any depth. */
  get all(): readonly SynthesizedStack[] {
    return [this, ...[...this.nested.values()].flatMap((stack) => stack.all)];
  }

  /** The stack that is deployed. */
  get root(): SynthesizedStack {
    return this.parent?.root ?? this;
  }
}

/** A stack that is deployed by itself. */
export class RootStack extends SynthesizedStack {
  /** What CloudFormation calls it. */
  readonly stackName: string;
  /** `aws://<account>/<region>`. */
  readonly environment: string;
  /** Names of the stacks that the CDK deploys before this one, those that they need too. */
  readonly after: ReadonlySet<string>;

  constructor(artifact: CloudFormationStackArtifact) {
    super([artifact.id], artifact.template as Template, new NestedTemplates(artifact));
    this.stackName = artifact.stackName;
    this.environment = artifact.environment.name;
    const before = new Set(stacksBefore(artifact));
    // A set goes on to what is added to it meanwhile.
    for (const stack of before) for (const more of stacksBefore(stack)) before.add(more);
    this.after = new Set([...before].map(({ id }) => id));
  }
}

/** The stacks of an assembly that are deployed one by one, those of its stages too. */
export function rootStacksOf(assembly: CloudAssembly): readonly RootStack[] {
  return assembly.stacksRecursively.map((artifact) => new RootStack(artifact));
}

/** Paths of the manifests of the assets of all stacks. */
export function assetManifestsOf(assembly: CloudAssembly): readonly string[] {
  return assembly.stacksRecursively.flatMap((artifact) => manifestsOf(artifact).map(({ file }) => file));
}

function stacksBefore({ dependencies }: CloudFormationStackArtifact): readonly CloudFormationStackArtifact[] {
  return dependencies.filter((artifact): artifact is CloudFormationStackArtifact =>
    CloudFormationStackArtifact.isCloudFormationStackArtifact(artifact),
  );
}

function manifestsOf({ dependencies }: CloudFormationStackArtifact): readonly AssetManifestArtifact[] {
  return dependencies.filter((artifact): artifact is AssetManifestArtifact => AssetManifestArtifact.isAssetManifestArtifact(artifact));
}

/** Templates of nested stacks are assets of the stack that is deployed: a nested stack names the object in the bucket of assets. */
class NestedTemplates {
  private readonly files: ReadonlyMap<string, string>;

  constructor(private readonly artifact: CloudFormationStackArtifact) {
    const assets = manifestsOf(artifact).flatMap(({ contents: { files = {} } }) => Object.values(files));
    this.files = new Map(
      assets.flatMap(({ source: { path }, destinations }) =>
        path === undefined ? [] : Object.values(destinations).map(({ objectKey }) => [lastPart(objectKey), path] as const),
      ),
    );
  }

  templateOf(id: string, { Properties: { TemplateURL: url } = {} }: Resource): Template {
    const file = this.files.get(lastPart(lastText(url)));
    if (file === undefined)
      throw new Error(`${this.artifact.id}.${id}: no asset of the stack is the template of this nested stack: ${JSON.stringify(url)}`);
    return JSON.parse(readFileSync(join(this.artifact.assembly.directory, file), 'utf8')) as Template;
  }
}

const lastPart = (path: string): string => path.split('/').at(-1) ?? '';

/** What a text ends with. */
function lastText(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  const items = isObject(value) ? value['Fn::Join'] : value;
  return isList(items) ? lastText(items.at(-1)) : '';
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetManifestArtifact, CloudAssembly, UNKNOWN_REGION, type CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { statPrefix } from '../../../lib/core/contract/statistics';
import { OtherReleaseError } from '../../../lib/core/plan/pack-config';
import { isObject, type JsonObject } from '../../../lib/core/readable/json';
import { isPackedEnvironment, readEnvironment } from '../../../lib/core/readable/readable-environment';
import type { ReadableConfig, ReadableEnvironment } from '../../../lib/core/readable/readable-environment';
import { checkAssembly } from './check-assembly';
import { resourcesOf, withParameters, type StackTemplate } from './nested-templates';
import { PROGRAM, Trouble } from '../trouble';
import type { StackName, Workload } from './workload';

/** The workloads of all stacks in a cloud assembly, the output of `cdk synth`: those of its stages and of nested stacks too. */
export function readAssembly(directory: string): readonly Workload[] {
  const found = readStacks(directory).flatMap(workloadsIn);
  if (found.length > 0) return found;
  throw new Trouble(`no task in ${directory} has a mesh`, {
    fix: 'synthesize an app that has a Microservices construct, or name the directory of another one with --app',
  });
}

/** A stack with its templates: its own, and those nested in it. */
export interface StackContent {
  readonly stack: StackName;
  /** Of its cloud assembly: stages have their own. */
  readonly directory: string;
  /** Undefined: the stack is for no Region in particular. */
  readonly region: string | undefined;
  readonly templates: readonly StackTemplate[];
}

export function workloadsIn({ stack, templates }: StackContent): readonly Workload[] {
  return templates.flatMap((template) => workloadsOf(template, templates, stack));
}

/** The stacks of a cloud assembly, those of its stages too. */
export function readStacks(directory: string): readonly StackContent[] {
  checkAssembly(directory);
  try {
    return new CloudAssembly(directory, { skipVersionCheck: true, skipEnumCheck: true }).stacksRecursively.map((artifact) => ({
      stack: { path: artifact.hierarchicalId, name: artifact.stackName },
      directory: artifact.assembly.directory,
      region: artifact.environment.region === UNKNOWN_REGION ? undefined : artifact.environment.region,
      templates: templatesOf(artifact),
    }));
  } catch (error) {
    throw error instanceof Trouble ? error : unreadable(directory, error);
  }
}

/** A stack's own template and those nested in it, which are assets of the same stack. */
function templatesOf(artifact: CloudFormationStackArtifact): readonly StackTemplate[] {
  const nested = artifact.dependencies
    .filter((each): each is AssetManifestArtifact => AssetManifestArtifact.isAssetManifestArtifact(each))
    .flatMap(({ contents: { files = {} } }) => Object.values(files))
    .flatMap(({ source: { path = '' }, destinations }) => {
      const [destination] = Object.values(destinations);
      return path.endsWith('.nested.template.json') ? [{ path, objectKey: destination?.objectKey }] : [];
    });
  return [{ path: artifact.templateFile, objectKey: undefined }, ...nested].map(({ path, objectKey }) => {
    const file = join(artifact.assembly.directory, path);
    return { file, content: templateIn(file), ...(objectKey === undefined ? {} : { objectKey }) };
  });
}

function workloadsOf(template: StackTemplate, templates: readonly StackTemplate[], stack: StackName): readonly Workload[] {
  return resourcesOf(template).flatMap((resource) => {
    if (resource['Type'] !== 'AWS::ECS::TaskDefinition') return [];
    const environment = packedEnvironmentOf(resource);
    if (environment === undefined) return [];
    const filled = withParameters(environment, template, templates) as readonly unknown[];
    return [workloadOf(filled, template.file, pathOf(resource), stack)];
  });
}

function templateIn(file: string): JsonObject {
  try {
    const template: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isObject(template) ? template : {};
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(path: string, error: unknown): Trouble {
  const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return new Trouble(`${path} cannot be read: ${why}`, { fix: 'run `npx cdk synth` again' });
}

function packedEnvironmentOf({ Properties: properties }: JsonObject): readonly unknown[] | undefined {
  const containers = isObject(properties) ? properties['ContainerDefinitions'] : [];
  return (Array.isArray(containers) ? containers : [])
    .map((container: unknown) => (isObject(container) ? container['Environment'] : undefined))
    .find(isPackedEnvironment);
}

/** The path of a task definition's parent, which is the service or the version. */
function pathOf({ Metadata: metadata }: JsonObject): string | undefined {
  const path = isObject(metadata) ? metadata['aws:cdk:path'] : undefined;
  return typeof path === 'string' ? path.split('/').slice(0, -2).join('/') : undefined;
}

function workloadOf(environment: readonly unknown[], where: string, path: string | undefined, stack: StackName): Workload {
  const { config, others } = read(environment, where);
  const names = path?.split('/') ?? [];
  const service = identityOf(config) ?? servedBy(config.envoy) ?? nodeNameOf(config.envoy) ?? names.at(-1) ?? where;
  const version = versionOf(service, nodeNameOf(config.envoy), names);
  return { stack, path, service, version, config, environment: settingsIn(others) };
}

function read(environment: readonly unknown[], where: string): ReadableEnvironment {
  try {
    const result = readEnvironment(environment);
    if (result !== undefined) return result;
  } catch (error) {
    if (error instanceof OtherReleaseError)
      throw new Trouble(`a configuration in ${where} was packed by another release of ${PROGRAM} (bad dictionary)`, {
        fix: `run the ${PROGRAM} of the app that it belongs to, or synthesize that app again with this release`,
      });
  }
  throw new Trouble(`a configuration in ${where} cannot be read`, { fix: 'run `npx cdk synth` again' });
}

/** The service of a task by its SPIFFE ID, which a mesh without certificates does not have. */
function identityOf({ variables }: ReadableConfig): string | undefined {
  const identity = variables['MESH_IDENTITY'];
  return typeof identity === 'string' ? identity.split('/').at(-1) : undefined;
}

/** The service of a task by the statistics of its calls, in which its versions are one. A gateway service has none. */
function servedBy(envoy: unknown): string | undefined {
  const prefixes = [...JSON.stringify(envoy ?? {}).matchAll(/"stat_prefix":"([^"]+)"/g)].map(([, prefix = '']) => prefix);
  const own = statPrefix('inbound', '');
  return prefixes.find((prefix) => prefix.startsWith(own))?.slice(own.length);
}

/** What Envoy calls itself: the service, and the version with a dash. */
function nodeNameOf(envoy: unknown): string | undefined {
  const node = isObject(envoy) ? envoy['node'] : undefined;
  const name = isObject(node) ? node['cluster'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** With App Mesh, Envoy's configuration does not say what it is called: the path does, if the template has it. */
function versionOf(service: string, nodeName: string | undefined, path: readonly string[]): string | undefined {
  if (nodeName !== undefined) return nodeName.startsWith(`${service}-`) ? nodeName.slice(service.length + 1) : undefined;
  const [before, last] = path.slice(-2);
  return before === service && last !== service ? last : undefined;
}

function settingsIn(others: readonly unknown[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    others.flatMap((entry) => {
      if (!isObject(entry)) return [];
      const { Name: name, Value: value } = entry;
      return typeof name === 'string' && name.startsWith('MESH_') ? [[name, value] as const] : [];
    }),
  );
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetManifestArtifact, CloudAssembly, type CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { OtherReleaseError } from '../../lib/core/plan/pack-config';
import { isObject, type JsonObject } from '../../lib/core/readable/json';
import { isPackedEnvironment, readEnvironment, type ReadableEnvironment } from '../../lib/core/readable/readable-environment';
import { PROGRAM, Trouble } from './trouble';
import type { StackName, Workload } from './workload';

/** The workloads of all stacks in a cloud assembly, the output of `cdk synth`: those of its stages and of nested stacks too. */
export function readAssembly(directory: string): readonly Workload[] {
  const found = assemblyIn(directory).stacksRecursively.flatMap((artifact) => {
    const stack = { path: artifact.hierarchicalId, name: artifact.stackName };
    return templatesOf(artifact).flatMap((file) => workloadsOf(file, stack));
  });
  if (found.length > 0) return found;
  throw new Trouble(`no task in ${directory} has a mesh`, {
    fix: 'synthesize an app that has a Microservices construct, or name the directory of another one with --app',
  });
}

function assemblyIn(directory: string): CloudAssembly {
  if (!existsSync(join(directory, 'manifest.json')))
    throw existsSync(directory)
      ? new Trouble(`${directory} is not the output of cdk synth: it has no file manifest.json`, {
          fix: 'name the directory that cdk synth has written, by default cdk.out',
        })
      : new Trouble(`there is no directory ${directory}`, {
          fix: 'run `npx cdk synth` first, or name the directory that it has written',
        });
  try {
    return new CloudAssembly(directory, { skipVersionCheck: true, skipEnumCheck: true });
  } catch (error) {
    throw new Trouble(`${directory} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      fix: 'run `npx cdk synth` again',
    });
  }
}

/** The files of a stack's own template and of those nested in it, which are assets of the same stack. */
function templatesOf(artifact: CloudFormationStackArtifact): readonly string[] {
  const assets = artifact.dependencies
    .filter((each): each is AssetManifestArtifact => AssetManifestArtifact.isAssetManifestArtifact(each))
    .flatMap(({ contents: { files = {} } }) => Object.values(files))
    .flatMap(({ source: { path } }) => (path?.endsWith('.nested.template.json') === true ? [path] : []));
  const names = new Set([artifact.templateFile, ...assets]);
  return [...names].map((name) => join(artifact.assembly.directory, name));
}

function workloadsOf(file: string, stack: StackName): readonly Workload[] {
  const { Resources: resources } = templateIn(file);
  return Object.entries(isObject(resources) ? resources : {}).flatMap(([id, resource]) => {
    if (!isObject(resource) || resource['Type'] !== 'AWS::ECS::TaskDefinition') return [];
    const environment = packedEnvironmentOf(resource);
    return environment === undefined ? [] : [workloadOf(environment, `${id} in ${file}`, pathOf(resource), stack)];
  });
}

function templateIn(file: string): JsonObject {
  try {
    const template: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isObject(template) ? template : {};
  } catch (error) {
    throw new Trouble(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      fix: 'run `npx cdk synth` again',
    });
  }
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
  const name = nodeNameOf(config.envoy);
  const service = serviceOf(config.variables['MESH_IDENTITY'], name, path?.split('/') ?? []) ?? where;
  const version = name?.startsWith(`${service}-`) === true ? name.slice(service.length + 1) : undefined;
  return { stack, path, service, version, config, environment: settingsIn(others) };
}

function read(environment: readonly unknown[], where: string): ReadableEnvironment {
  try {
    const result = readEnvironment(environment);
    if (result !== undefined) return result;
  } catch (error) {
    if (error instanceof OtherReleaseError)
      throw new Trouble(`the configuration of ${where} was packed by another release of ${PROGRAM} (bad dictionary)`, {
        fix: `run the ${PROGRAM} of the app that it belongs to, or synthesize that app again with this release`,
      });
  }
  throw new Trouble(`the configuration of ${where} cannot be read`, { fix: 'run `npx cdk synth` again' });
}

/** What Envoy calls itself: the service, and the version with a dash. */
function nodeNameOf(envoy: unknown): string | undefined {
  const node = isObject(envoy) ? envoy['node'] : undefined;
  const name = isObject(node) ? node['cluster'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Its identity tells a service from its version; without certificates, the path of its construct does. */
function serviceOf(identity: unknown, name: string | undefined, path: readonly string[]): string | undefined {
  if (typeof identity === 'string') return identity.split('/').at(-1);
  const [before, last] = path.slice(-2);
  if (name === undefined) return last;
  return before !== undefined && name === `${before}-${last}` ? before : name;
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

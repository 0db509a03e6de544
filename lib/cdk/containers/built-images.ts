import { PropertyInjectors, Token } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { DockerImageAssetProps } from 'aws-cdk-lib/aws-ecr-assets';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct, IConstruct } from 'constructs';
import { AGENT_ASSET, ENVOY_ASSET } from '../assets';
import type { ArchitectureId, SystemPlan } from '../../core/plan/system-plan';

const PLATFORMS: Readonly<Record<ArchitectureId, Platform>> = { ARM64: Platform.LINUX_ARM64, X86_64: Platform.LINUX_AMD64 };

/** Docker's names of the processors that tasks have. https://github.com/containerd/platforms/blob/main/database.go */
const PROCESSORS: Readonly<Record<string, ArchitectureId>> = {
  'linux/amd64': 'X86_64',
  'linux/x86_64': 'X86_64',
  'linux/x86-64': 'X86_64',
  'linux/arm64': 'ARM64',
  'linux/arm64/v8': 'ARM64',
  'linux/aarch64': 'ARM64',
};

/** Images for each processor that tasks have. Docker builds them when the app is deployed, into the account's own registry. */
export type BuiltImages = ReadonlyMap<ArchitectureId, ecs.ContainerImage>;

export function agentImages(scope: Construct, plan: SystemPlan): BuiltImages {
  return build(scope, 'AgentImage', plan, AGENT_ASSET);
}

/** Copies of the image of the tasks' Envoys, which is one for all; empty where the plan has none to be copied. */
export function envoyImages(scope: Construct, plan: SystemPlan): BuiltImages {
  const copied = plan.workloads.flatMap(({ containers }) => containers).find(({ copyImage }) => copyImage !== undefined)?.copyImage;
  return copied === undefined ? new Map() : build(scope, 'EnvoyImage', plan, ENVOY_ASSET, copied.buildArgs);
}

type BuildArgs = Readonly<Record<string, string>>;

function build(scope: Construct, id: string, plan: SystemPlan, directory: string, buildArgs: BuildArgs = {}): BuiltImages {
  const architectures = [...new Set(plan.workloads.map((task) => task.sizing.architecture))].sort();
  return new Map(
    architectures.map((architecture) => {
      const asset = new DockerImageAsset(scope, `${id}-${architecture}`, {
        directory,
        platform: PLATFORMS[architecture],
        ...(Object.keys(buildArgs).length === 0 ? {} : { buildArgs: { ...buildArgs } }),
      });
      return [architecture, ecs.ContainerImage.fromDockerImageAsset(asset)];
    }),
  );
}

/**
 * Images that Docker builds for containers of the task are built for its processor: without a platform they would be for that of
 * the computer that deploys, and fail with "exec format error" where it is another one. What the user says, or an injector of the
 * user's own, stays; `mismatch` learns of it if the task cannot run it.
 *
 * An injector, since `ContainerImage.fromAsset()` makes its asset below the container that it is given to, and shows none of its
 * options to anybody else.
 */
export function buildImagesFor(
  architecture: ArchitectureId,
  task: IConstruct,
  mismatch: (container: IConstruct, platform: string) => void,
): void {
  PropertyInjectors.of(task).add({
    constructUniqueId: DockerImageAsset.PROPERTY_INJECTION_ID,
    inject: (original: DockerImageAssetProps, context): DockerImageAssetProps => {
      // The nearest injector is the only one that is asked.
      const props = (injectorAbove(task)?.inject(original, context) ?? original) as DockerImageAssetProps;
      const platform = props.platform?.platform;
      if (platform === undefined) return { ...props, platform: PLATFORMS[architecture] };
      const processor = Token.isUnresolved(platform) ? undefined : PROCESSORS[platform.toLowerCase()];
      if (processor !== undefined && processor !== architecture) mismatch(context.scope, platform);
      return props;
    },
  });
}

function injectorAbove(task: IConstruct): ReturnType<PropertyInjectors['for']> {
  for (const scope of task.node.scopes.slice(0, -1).reverse()) {
    const injector = PropertyInjectors.hasPropertyInjectors(scope)
      ? PropertyInjectors.of(scope).for(DockerImageAsset.PROPERTY_INJECTION_ID)
      : undefined;
    if (injector !== undefined) return injector;
  }
  return undefined;
}

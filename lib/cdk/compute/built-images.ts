import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { AGENT_ASSET, ENVOY_ASSET } from '../assets';
import type { ArchitectureId, SystemPlan } from '../../core/plan/system-plan';

const PLATFORMS: Readonly<Record<ArchitectureId, Platform>> = { ARM64: Platform.LINUX_ARM64, X86_64: Platform.LINUX_AMD64 };

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

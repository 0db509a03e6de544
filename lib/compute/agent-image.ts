import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { AGENT_ASSET } from '../assets';
import type { SystemPlan } from '../plan/model';
import type { ArchitectureId } from '../topology/model';

const PLATFORMS: Readonly<Record<ArchitectureId, Platform>> = { ARM64: Platform.LINUX_ARM64, X86_64: Platform.LINUX_AMD64 };

/** The agent's image, for each processor that tasks have. Docker builds it when the app is deployed. */
export function agentImages(scope: Construct, plan: SystemPlan): ReadonlyMap<ArchitectureId, ecs.ContainerImage> {
  const architectures = [...new Set(plan.tasks.map((task) => task.sizing.architecture))].sort();
  return new Map(architectures.map((architecture) => {
    const asset = new DockerImageAsset(scope, `AgentImage-${architecture}`, { directory: AGENT_ASSET, platform: PLATFORMS[architecture] });
    return [architecture, ecs.ContainerImage.fromDockerImageAsset(asset)];
  }));
}

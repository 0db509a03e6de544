import { Token } from 'aws-cdk-lib';
import { InstanceArchitecture, InstanceType } from 'aws-cdk-lib/aws-ec2';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';

/** What an Auto Scaling group has, and does not show. */
interface Group extends IConstruct {
  readonly launchTemplate?: { readonly instanceType?: InstanceType };
  readonly mixedInstancesPolicy?: unknown;
}

/**
 * That of the one instance type of a provider's Auto Scaling group; undefined if there is none, or several. It is a help, no more: where
 * the CDK holds the type in another way, nothing is compared.
 */
export function architectureOf(provider: unknown): CpuArchitecture | undefined {
  try {
    const type = instanceTypeOf((provider as { readonly autoScalingGroup: Group }).autoScalingGroup);
    if (type === undefined || Token.isUnresolved(type)) return undefined;
    return new InstanceType(type).architecture === InstanceArchitecture.ARM_64 ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64;
  } catch {
    return undefined; // no provider of the CDK, which validation says, or a type that the CDK does not know
  }
}

function instanceTypeOf({ launchTemplate, node }: Group): string | undefined {
  const resource = node.defaultChild as { readonly mixedInstancesPolicy?: unknown } | undefined;
  if (resource?.mixedInstancesPolicy !== undefined) return undefined;
  const configuration = node.tryFindChild('LaunchConfig') as { readonly instanceType?: string } | undefined;
  return launchTemplate?.instanceType?.toString() ?? configuration?.instanceType;
}

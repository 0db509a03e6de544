import type { AsgCapacityProvider, CpuArchitecture, ManagedInstancesCapacityProvider } from 'aws-cdk-lib/aws-ecs';
import { factoryInput } from '../factory-input';
import { architectureOf } from './instance-architecture';

/**
 * What is to be known of the instances of a capacity provider.
 *
 * @example
 * const night: CapacityOptions = { spot: true, cpuArchitecture: CpuArchitecture.ARM64 };
 */
export interface CapacityOptions {
  /**
   * Whether the instances are Spot Instances, which AWS may take back. A gateway service does not inherit such capacity from the system.
   *
   * @default false
   */
  readonly spot?: boolean;

  /**
   * CPU architecture of the instances, to be compared with that of the tasks that run there.
   *
   * @default - that of the Auto Scaling group, if it has one instance type; otherwise it is not compared
   */
  readonly cpuArchitecture?: CpuArchitecture;
}

/**
 * Capacity other than AWS Fargate: a capacity provider of Amazon EC2 instances in an Auto Scaling group, or of Amazon ECS Managed
 * Instances. It gets a name in `capacityProviders` of the system, which `capacityProviderStrategies` refer to.
 *
 * A cluster that `Microservices` creates gets the provider. A cluster of your own must have it: by `cluster.addAsgCapacityProvider()` or
 * `cluster.addManagedInstancesCapacityProvider()`.
 *
 * @example
 * const capacityProviders = { graviton: Capacity.ec2(provider) };
 * const orders: ServiceProps = { image, port: 8080, capacityProviderStrategies: [{ capacityProvider: 'graviton', weight: 1 }] };
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/capacity-launch-type-comparison.html
 */
export class Capacity {
  /**
   * Amazon EC2 instances of an Auto Scaling group, with an AMI that is optimized for Amazon ECS.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html
   */
  public static ec2(provider: AsgCapacityProvider, options: CapacityOptions = {}): Capacity {
    return new Capacity('EC2', provider, undefined, options);
  }

  /**
   * Amazon EC2 instances, by the name of a capacity provider that is not of this app. It needs `cluster`, to which it belongs.
   *
   * @param capacityProviderName may be a CDK token
   */
  public static ec2ByName(capacityProviderName: string, options: CapacityOptions = {}): Capacity {
    return new Capacity('EC2', undefined, capacityProviderName, options);
  }

  /**
   * Amazon ECS Managed Instances.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html
   */
  public static managedInstances(provider: ManagedInstancesCapacityProvider, options: CapacityOptions = {}): Capacity {
    return new Capacity('MANAGED_INSTANCES', provider, undefined, options);
  }

  /**
   * Amazon ECS Managed Instances, by the name of a capacity provider that is not of this app. It needs `cluster`, to which it belongs.
   *
   * @param capacityProviderName may be a CDK token
   */
  public static managedInstancesByName(capacityProviderName: string, options: CapacityOptions = {}): Capacity {
    return new Capacity('MANAGED_INSTANCES', undefined, capacityProviderName, options);
  }

  /** @internal */
  public readonly _type = 'Capacity';

  private constructor(
    private readonly launchType: 'EC2' | 'MANAGED_INSTANCES',
    /** @internal */
    public readonly _provider: AsgCapacityProvider | ManagedInstancesCapacityProvider | undefined,
    private readonly providerName: string | undefined,
    private readonly options: CapacityOptions,
  ) {}

  /** @internal */
  public get _name(): string {
    return this._provider?.capacityProviderName ?? this.providerName ?? '';
  }

  /** @internal */
  public _input(): unknown {
    const options: unknown = this.options;
    const known = { launchType: this.launchType, provider: this._provider, providerName: this.providerName, name: this._name };
    const architecture = architectureOf(this._provider);
    const own = typeof options === 'object' && options !== null && 'cpuArchitecture' in options && options.cpuArchitecture !== undefined;
    return factoryInput(options, own || architecture === undefined ? known : { ...known, cpuArchitecture: architecture });
  }
}

import type { ClusterOptions } from './cluster';
import { Cluster } from './cluster';
import type { DeploymentParts, UpdateOptions } from '../../../programs/emulator/deployment/deployment';
import { launchOf, obstacle } from './deployment/ecs/launch';
import { taskRuns } from './deployment/ecs/task-runs';
import { ecsServices } from './deployment/ecs/services';
import type { LiveResource } from '../../../programs/emulator/deployment/live';
import type { StackEvent } from '../../../programs/emulator/deployment/operation';
import { attribute } from '../../../programs/emulator/deployment/provider';
import type { Provider, Providers } from '../../../programs/emulator/deployment/provider';
import type { Template } from '../../../programs/emulator/template/intrinsics';

export interface StackOptions extends ClusterOptions {
  /** How long a second takes for which a state machine waits. @default 10 */
  readonly secondMs?: number;
}

/**
 * A stack that is deployed resource by resource into an account with nothing in it: names, security groups, roles and tasks are
 * there from when CloudFormation has made them until it deletes them, and services of ECS come to a steady state before what depends
 * on them goes on.
 */
export class Stack {
  private constructor(readonly cluster: Cluster) {}

  /** @param template one of those that will be deployed: its VPC has the addresses */
  static async open(template: Template, { secondMs = SECOND_MS, ...options }: StackOptions): Promise<Stack> {
    const cluster = await Cluster.empty(template, options, (itself) => partsOf(itself, secondMs));
    cluster.aws.tasks.host = taskRuns(cluster);
    cluster.names.remember();
    return new Stack(cluster);
  }

  /** @throws Error if it fails, when everything is as it was before */
  async deploy(template: Template, options: UpdateOptions = {}): Promise<readonly StackEvent[]> {
    const { events } = this.cluster.deployment;
    const before = events.length;
    await this.cluster.deployment.deploy(template, options);
    return events.slice(before);
  }

  /** Deletes everything. */
  async destroy(options: Pick<UpdateOptions, 'order'> = {}): Promise<void> {
    await this.deploy({}, options);
  }

  /** Types and keys of the resources that exist. */
  get resources(): readonly string[] {
    return Object.entries(this.cluster.template.Resources ?? {}).map(([key, { Type: type }]) => `${type} ${key}`);
  }

  /** What there is of resources that are deleted. */
  get remains(): readonly string[] {
    return this.cluster.deployment.remains;
  }
}

/** Custom resources are asked every ten seconds whether they are done: tasks start faster here than on AWS. */
const SECOND_MS = 10;

function partsOf(cluster: () => Cluster, secondMs: number): DeploymentParts {
  const services = ecsServices({
    model: (key) => {
      const found = cluster().system.services.find(({ logicalId }) => logicalId === key);
      if (found === undefined) throw new Error(`bug: there is no service ${key}`);
      return found;
    },
    run: async (service) => {
      const { live } = cluster().deployment;
      const missing = obstacle(live, launchOf(live, service.logicalId), cluster().system.account);
      if (missing !== undefined) throw new Error(`ResourceInitializationError: ${missing}`);
      return cluster().startTask(service);
    },
  });
  return {
    secondMs,
    changed: async () => cluster().adopt(),
    providers: { 'AWS::ECS::Service': services, ...refusals(cluster) },
  };
}

/** What AWS does not delete while it is in use. */
function refusals(cluster: () => Cluster): Providers {
  const unless = (inUse: (resource: LiveResource) => readonly string[]): Provider => ({
    delete: (resource) => {
      const users = inUse(resource);
      return users.length === 0
        ? Promise.resolve()
        : Promise.reject(new Error(`${resource.definition.Type} ${resource.key} is in use by ${users.join(', ')}`));
    },
  });
  const others = (property: string, type: string, of: (resource: LiveResource) => string | undefined) =>
    unless((resource) =>
      cluster()
        .deployment.live.ofType(type)
        .filter(({ properties }) => properties[property] === of(resource))
        .map(({ key }) => key),
    );
  return {
    'AWS::EC2::SecurityGroup': unless(({ key }) => cluster().vpc.membersOf(key)),
    'AWS::ServiceDiscovery::Service': unless(({ key }) =>
      cluster()
        .cloudMap.registered(key)
        .map(({ id }) => id),
    ),
    'AWS::ServiceDiscovery::PrivateDnsNamespace': others('NamespaceId', 'AWS::ServiceDiscovery::Service', (namespace) =>
      attribute(namespace, 'Id'),
    ),
    'AWS::Route53::HostedZone': others('HostedZoneId', 'AWS::Route53::RecordSet', ({ key, values }) => values[key]),
    'AWS::ECS::Cluster': others('Cluster', 'AWS::ECS::Service', ({ key, values }) => values[key]),
  };
}

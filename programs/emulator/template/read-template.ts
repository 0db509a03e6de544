import { readTaskDefinition } from './containers';
import { Fields } from './fields';
import type { Json, JsonObject, KnownValues, Template } from './intrinsics';
import { isObject, Resolver } from './intrinsics';
import type {
  AccessPointModel,
  DiscoveryModel,
  RecordModel,
  RegistryModel,
  RuleModel,
  SecurityGroupModel,
  ServiceModel,
  System,
  TaskModel,
  ZoneModel,
} from './system';

/** Route 53 answers "no such name" with a TTL of 900 s by default; Cloud Map's zones say 15 s unless their SOA says otherwise. */
const ZONE_NEGATIVE_TTL = 900;
const NAMESPACE_NEGATIVE_TTL = 15;
const EVERYONE: RuleModel = { protocol: 'all', peer: { cidr: '0.0.0.0/0' } };

/** Reads a synthesized CloudFormation template into the model that the runner starts from. */
export function readTemplate(template: Template, values: KnownValues = {}): System {
  return new TemplateReader(template, values).read();
}

/** A task of no service, as RunTask names it: keys of resources. */
export interface RunModel {
  readonly taskDefinition: string;
  readonly securityGroups: readonly string[];
}

export function readRun(template: Template, values: KnownValues, run: RunModel): ServiceModel {
  return new TemplateReader(template, values).run(run);
}

class TemplateReader {
  private readonly resolver: Resolver;

  constructor(
    private readonly template: Template,
    values: KnownValues,
  ) {
    this.resolver = new Resolver(template, values);
  }

  read(): System {
    const discovery = this.all('AWS::ServiceDiscovery::Service').map(([id]) => this.discovery(id));
    const [vpc] = this.all('AWS::EC2::VPC');
    return {
      cidr: vpc?.[1].optionalText('CidrBlock') ?? '10.0.0.0/16',
      region: this.resolver.text({ Ref: 'AWS::Region' }),
      account: this.resolver.text({ Ref: 'AWS::AccountId' }),
      stack: this.resolver.text({ Ref: 'AWS::StackName' }),
      services: this.services(discovery),
      scheduled: this.scheduled(),
      discovery,
      zones: this.zones(),
      securityGroups: this.securityGroups(),
      accessPoints: this.accessPoints(),
    };
  }

  run({ taskDefinition, securityGroups }: RunModel): ServiceModel {
    const task = this.taskOf({ Ref: taskDefinition }, taskDefinition);
    const name = task.logPrefix ?? task.family;
    return { name, logicalId: taskDefinition, aliases: [name], desiredCount: 0, securityGroups, registries: [], task };
  }

  /** Every resource of a type, resolved, with its logical ID. */
  private all(type: string): readonly (readonly [string, Fields])[] {
    return Object.entries(this.template.Resources ?? {})
      .filter(([, resource]) => resource.Type === type)
      .map(([id]) => [id, this.resource(id)] as const);
  }

  private resource(id: string): Fields {
    return Fields.of(this.resolver.resolve(this.raw(id)) ?? {}, id);
  }

  private raw(id: string): JsonObject {
    return this.template.Resources?.[id]?.Properties ?? {};
  }

  /** What a property points to: a logical ID of this template, or the literal ID of something outside it. */
  private target(value: Json | undefined, path: string): string {
    const id = this.resolver.referenced(value) ?? this.resolver.resolve(value);
    if (typeof id !== 'string') throw new Error(`${path}: expected a reference, got ${JSON.stringify(value)}`);
    return id;
  }

  private services(discovery: readonly DiscoveryModel[]): readonly ServiceModel[] {
    const services = this.all('AWS::ECS::Service').map(([id, service]) => {
      const task = this.task(id);
      const registries = this.registries(id, task);
      const names = registries.map((registry) => discovery.find((known) => known.logicalId === registry.discovery)?.name.split('.')[0]);
      const aliases = [service.optionalText('ServiceName'), ...names, task.logPrefix, task.family, id].filter((name) => name !== undefined);
      return {
        name: aliases[0] ?? id,
        logicalId: id,
        aliases,
        // Without a count CloudFormation starts one task.
        desiredCount: service.number('DesiredCount', 1),
        securityGroups: this.groupsOf(id),
        registries,
        task,
      };
    });
    const names = services.map((service) => service.name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new Error(`two ECS services are called "${twice}"`);
    return services;
  }

  private scheduled(): readonly ServiceModel[] {
    return this.all('AWS::Scheduler::Schedule').map(([id]) => {
      const { Target: target } = this.raw(id);
      const parameters = isObject(target) ? target['EcsParameters'] : undefined;
      if (!isObject(parameters)) throw new Error(`${id}.Target: the runner knows schedules of Amazon ECS only`);
      const task = this.taskOf(parameters['TaskDefinitionArn'], `${id}.TaskDefinitionArn`);
      const securityGroups = this.groupsIn(parameters['NetworkConfiguration'], id);
      return { name: id, logicalId: id, aliases: [id, task.family], desiredCount: 0, securityGroups, registries: [], task };
    });
  }

  private task(serviceId: string): TaskModel {
    return this.taskOf(this.raw(serviceId)['TaskDefinition'], `${serviceId}.TaskDefinition`);
  }

  private taskOf(definition: Json | undefined, path: string): TaskModel {
    const id = this.target(definition, path);
    if (this.template.Resources?.[id]?.Type !== 'AWS::ECS::TaskDefinition')
      throw new Error(`${path}: "${id}" is no task definition of the template`);
    const role = this.raw(id)['TaskRoleArn'];
    return { ...readTaskDefinition(this.resource(id)), ...(role !== undefined && { role: this.target(role, `${id}.TaskRoleArn`) }) };
  }

  private groupsOf(serviceId: string): readonly string[] {
    return this.groupsIn(this.raw(serviceId)['NetworkConfiguration'], serviceId);
  }

  private groupsIn(network: Json | undefined, serviceId: string): readonly string[] {
    const awsvpc = isObject(network) ? network['AwsvpcConfiguration'] : undefined;
    const groups = isObject(awsvpc) ? awsvpc['SecurityGroups'] : undefined;
    if (!Array.isArray(groups)) throw new Error(`${serviceId}: a service needs NetworkConfiguration.AwsvpcConfiguration.SecurityGroups`);
    return (groups as readonly Json[]).map((group) => this.target(group, `${serviceId}.SecurityGroups`));
  }

  private registries(serviceId: string, task: TaskModel): readonly RegistryModel[] {
    const list = this.raw(serviceId)['ServiceRegistries'] ?? [];
    return (list as readonly Json[]).map((raw, index) => {
      const path = `${serviceId}.ServiceRegistries[${index}]`;
      const registry = Fields.of(this.resolver.resolve(raw), path);
      const discovery = this.target(isObject(raw) ? raw['RegistryArn'] : undefined, `${path}.RegistryArn`);
      const container = registry.optionalText('ContainerName');
      if (container !== undefined && !task.containers.some((known) => known.name === container)) {
        throw new Error(`${path}.ContainerName: the task has no container "${container}"`);
      }
      const key = registry.has('Port') ? 'Port' : 'ContainerPort';
      return registry.has(key) ? { discovery, port: registry.number(key) } : { discovery };
    });
  }

  private discovery(id: string): DiscoveryModel {
    const service = this.resource(id);
    const config = service.child('DnsConfig');
    const reference = this.raw(id)['NamespaceId'] ?? (this.raw(id)['DnsConfig'] as JsonObject | undefined)?.['NamespaceId'];
    const target = this.target(reference, `${id}.NamespaceId`);
    const made = this.template.Resources?.[target] !== undefined;
    const namespace = normal(made ? this.resource(target).text('Name') : this.resolver.text({ Ref: target }));
    const namespaceId = made ? this.resolver.text(reference) : target;
    const records = (config?.objects('DnsRecords') ?? []).map((record) => {
      const type = record.text('Type');
      if (type !== 'A' && type !== 'SRV') throw new Error(`${record.path}.Type: the runner registers A and SRV records, not ${type}`);
      return { type, ttl: record.number('TTL') } as const;
    });
    const attribute = (name: string): string => this.resolver.text({ 'Fn::GetAtt': [id, name] });
    return {
      logicalId: id,
      id: attribute('Id'),
      arn: attribute('Arn'),
      name: `${service.text('Name').toLowerCase()}.${namespace}`,
      namespace,
      namespaceId,
      records,
      customHealth: service.has('HealthCheckCustomConfig'),
    };
  }

  private zones(): readonly ZoneModel[] {
    const namespaces = this.all('AWS::ServiceDiscovery::PrivateDnsNamespace').map(([, namespace]) => ({
      name: normal(namespace.text('Name')),
      negativeTtl:
        namespace.child('Properties')?.child('DnsProperties')?.child('SOA')?.number('TTL', NAMESPACE_NEGATIVE_TTL) ??
        NAMESPACE_NEGATIVE_TTL,
      records: [],
    }));
    const records = this.records();
    const hosted = this.all('AWS::Route53::HostedZone').map(([id, zone]) => {
      const name = normal(zone.text('Name'));
      return {
        name,
        negativeTtl: ZONE_NEGATIVE_TTL,
        records: records.filter((record) => record.zone === id || record.zone === name).map((record) => record.record),
      };
    });
    return [...namespaces, ...hosted];
  }

  private records(): readonly { readonly zone: string; readonly record: RecordModel }[] {
    const single = this.all('AWS::Route53::RecordSet').map(([id, record]) => this.record(record, this.raw(id)));
    const grouped = this.all('AWS::Route53::RecordSetGroup').flatMap(([id, group]) =>
      group.objects('RecordSets').map((record) => this.record(record, this.raw(id))),
    );
    return [...single, ...grouped].filter((entry) => entry !== undefined);
  }

  private record(record: Fields, owner: JsonObject): { readonly zone: string; readonly record: RecordModel } | undefined {
    const type = record.text('Type');
    // Records of other types and aliases belong to the edge (load balancers); the mesh has none.
    if ((type !== 'A' && type !== 'CNAME') || record.has('AliasTarget')) return undefined;
    const byName = owner['HostedZoneName'];
    const zone =
      byName === undefined ? this.target(owner['HostedZoneId'], `${record.path}.HostedZoneId`) : normal(this.resolver.text(byName));
    return {
      zone,
      record: { name: normal(record.text('Name')), type, ttl: record.number('TTL', 300), values: record.texts('ResourceRecords') },
    };
  }

  private accessPoints(): readonly AccessPointModel[] {
    const place = ['AWS::Region', 'AWS::AccountId'].map((name) => this.resolver.text({ Ref: name })).join(':');
    return this.all('AWS::EFS::AccessPoint').map(([id, accessPoint]) => {
      const root = accessPoint.child('RootDirectory');
      const creation = root?.child('CreationInfo');
      const uid = accessPoint.child('PosixUser')?.number('Uid');
      return {
        id: this.resolver.text({ Ref: id }),
        arn: `arn:aws:elasticfilesystem:${place}:access-point/${this.resolver.text({ Ref: id })}`,
        fileSystem: accessPoint.text('FileSystemId'),
        directory: root?.optionalText('Path') ?? '/',
        ...(creation === undefined
          ? {}
          : {
              creation: {
                uid: creation.number('OwnerUid'),
                gid: creation.number('OwnerGid'),
                mode: Number.parseInt(creation.text('Permissions'), 8),
              },
            }),
        ...(uid === undefined ? {} : { uid }),
      };
    });
  }

  private securityGroups(): readonly SecurityGroupModel[] {
    const separate = (type: string, group: string, peer: string): readonly RuleModel[] =>
      this.all(type)
        .filter(([id]) => this.target(this.raw(id)['GroupId'], `${id}.GroupId`) === group)
        .map(([id, rule]) => this.rule(rule, this.raw(id), peer));
    return this.all('AWS::EC2::SecurityGroup').map(([id, group]) => {
      const inline = (key: string, peer: string): readonly RuleModel[] => {
        const raw = (this.raw(id)[key] ?? []) as readonly JsonObject[];
        return group.objects(key).map((rule, index) => this.rule(rule, raw[index] ?? {}, peer));
      };
      const egress = [
        ...inline('SecurityGroupEgress', 'DestinationSecurityGroupId'),
        ...separate('AWS::EC2::SecurityGroupEgress', id, 'DestinationSecurityGroupId'),
      ];
      return {
        id,
        ingress: [
          ...inline('SecurityGroupIngress', 'SourceSecurityGroupId'),
          ...separate('AWS::EC2::SecurityGroupIngress', id, 'SourceSecurityGroupId'),
        ],
        // A group made without any egress rule gets AWS's default: everything may leave.
        egress: egress.length === 0 ? [EVERYONE] : egress,
      };
    });
  }

  private rule(rule: Fields, raw: JsonObject, peerKey: string): RuleModel {
    const protocols: Readonly<Record<string, RuleModel['protocol']>> = {
      '-1': 'all',
      tcp: 'tcp',
      '6': 'tcp',
      udp: 'udp',
      '17': 'udp',
      icmp: 'icmp',
      '1': 'icmp',
    };
    const protocol = protocols[rule.text('IpProtocol').toLowerCase()];
    if (protocol === undefined) throw new Error(`${rule.path}.IpProtocol: the runner does not know "${rule.text('IpProtocol')}"`);
    const peer = rule.has('CidrIp') ? { cidr: rule.text('CidrIp') } : { group: this.target(raw[peerKey], `${rule.path}.${peerKey}`) };
    if (protocol === 'all' || protocol === 'icmp') return { protocol, peer };
    return { protocol, peer, ports: { from: rule.number('FromPort', 0), to: rule.number('ToPort', 65535) } };
  }
}

/** Names are compared in lower case and without the root's dot. */
function normal(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

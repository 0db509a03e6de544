import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import type { PrivateDns } from './dns';
import { DnsServer } from './dns';
import type { Drop } from './firewall';
import { listDrops, membershipUpdate, METADATA_ADDRESS, parseDrops, referencedGroups, replacedRuleset, ruleset } from './firewall';
import type { Finished, RunOptions } from './run-process';
import { must, PLAIN_ENVIRONMENT, quote, run } from './run-process';
import { openSockets } from './sockets';
import type { RuleModel, SecurityGroupModel, System } from '../../../programs/emulator/template/system';
import type { Workspace } from './workspace';
import { NETNS_CONFIG, NETNS_MOUNTS } from './workspace';

export interface JoinOptions {
  /** Shows in the namespace's name. */
  readonly name: string;
  /** IDs of the template's security groups; `outside`: no part of the VPC, but of the internet, which has none. */
  readonly securityGroups: readonly string[] | 'outside';
  readonly sysctls?: Readonly<Record<string, string>>;
}

export interface AwsSockets {
  readonly api: Server;
  readonly metadata: Server;
}

/** Plain HTTP, but on the port of HTTPS, since it is this that security groups let through. */
export const AWS_PORT = 443;

const EVERYBODY: RuleModel = { protocol: 'all', peer: { cidr: '0.0.0.0/0' } };
const INTERNET: SecurityGroupModel = { id: 'internet', ingress: [EVERYBODY], egress: [EVERYBODY] };

/**
 * A VPC: a bridge in a namespace of its own, so that nothing of it shows on the host, and one namespace with an
 * address for everything that joins. Security groups are enforced in each of those.
 */
export class Vpc {
  private readonly endpoints = new Set<Endpoint>();
  private groups: ReadonlyMap<string, SecurityGroupModel>;
  private dns: DnsServer | undefined;
  private sockets: AwsSockets | undefined;
  private joined = 0;
  private updates: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly workspace: Workspace,
    private readonly system: System,
    private readonly names: PrivateDns,
  ) {
    this.groups = new Map(system.securityGroups.map((group) => [group.id, group]));
  }

  static async open(workspace: Workspace, system: System, names: PrivateDns): Promise<Vpc> {
    const vpc = new Vpc(workspace, system, names);
    const bits = vpc.prefixLength;
    await must([
      'sh',
      '-euc',
      [
        `ip netns add ${vpc.namespace}`,
        `ip -n ${vpc.namespace} link set lo up`,
        // An address of its own: else it takes the lowest one of its ports, and changes when an endpoint joins.
        `ip -n ${vpc.namespace} link add br0 address 02:00:00:00:00:01 type bridge`,
        `ip -n ${vpc.namespace} addr add ${vpc.address(1)}/${bits} dev br0`,
        `ip -n ${vpc.namespace} addr add ${vpc.resolver}/${bits} dev br0`,
        `ip -n ${vpc.namespace} addr add ${vpc.awsAddress}/${bits} dev br0`,
        // Tasks come here by their default route.
        `ip -n ${vpc.namespace} addr add ${METADATA_ADDRESS}/32 dev br0`,
        `ip -n ${vpc.namespace} link set br0 up`,
      ].join('\n'),
    ]);
    await vpc.serve();
    return vpc;
  }

  /** Where AWS answers inside the VPC: nobody does, until somebody listens. */
  get aws(): AwsSockets {
    if (this.sockets === undefined) throw new Error('the VPC is not open');
    return this.sockets;
  }

  /** The API of AWS: an address that AWS keeps for itself in every subnet. */
  get awsAddress(): string {
    return this.address(3);
  }

  get awsUrl(): string {
    return `http://${this.awsAddress}:${AWS_PORT}`;
  }

  /** The VPC's own resolver: the network's address plus two. */
  get resolver(): string {
    return this.address(2);
  }

  /** A new member of the VPC, with an address that nobody had before. */
  async join(options: JoinOptions): Promise<Endpoint> {
    const groups =
      options.securityGroups === 'outside'
        ? [INTERNET]
        : options.securityGroups.map((id) => {
            const group = this.groups.get(id);
            if (group === undefined)
              throw new Error(`the template has no security group "${id}"; it has ${[...this.groups.keys()].join(', ')}`);
            return group;
          });
    this.joined += 1;
    const number = this.joined;
    const label = options.name
      .toLowerCase()
      .replace(/[^a-z0-9-]/g, '-')
      .slice(0, 40);
    const endpoint = new Endpoint(this, {
      namespace: `${this.workspace.prefix}${label}`.replace(/-$/, '') + `-n${number}`,
      // The first addresses of a subnet belong to AWS.
      address: this.address(9 + number),
      link: `v${number}`,
      groups,
    });
    try {
      await this.connect(endpoint, options.sysctls ?? {});
      await this.changeMembers(endpoint, () => this.endpoints.add(endpoint));
    } catch (error) {
      await this.remove(endpoint);
      throw error;
    }
    return endpoint;
  }

  /** A machine of the internet, under these names of the public DNS. */
  async joinInternet(name: string, hosts: readonly string[]): Promise<Endpoint> {
    const endpoint = await this.join({ name, securityGroups: 'outside' });
    for (const host of hosts) this.names.publish(host, endpoint.address);
    return endpoint;
  }

  /** Other rules of security groups, or other groups: for the endpoints that there are, too. */
  async enforce(securityGroups: readonly SecurityGroupModel[]): Promise<void> {
    const update = this.updates.then(async () => {
      this.groups = new Map(securityGroups.map((group) => [group.id, group]));
      const concerned = [...this.endpoints].flatMap((endpoint) => {
        const groups = endpoint.groups.map((group) => this.groups.get(group.id) ?? group);
        return JSON.stringify(groups) === JSON.stringify(endpoint.groups) ? [] : [{ endpoint, groups }];
      });
      for (const { endpoint, groups } of concerned) endpoint.groups = groups;
      await Promise.all(
        concerned.map(async ({ endpoint, groups }) =>
          must(['nsenter', `--net=${endpoint.path}`, 'nft', '-f', '-'], {
            input: replacedRuleset(groups, this.members(groups), this.resolver),
          }),
        ),
      );
    });
    this.updates = update.catch(() => undefined);
    await update;
  }

  /** Addresses of endpoints in a security group. */
  membersOf(group: string): readonly string[] {
    return [...this.endpoints].filter(({ groups }) => groups.some(({ id }) => id === group)).map(({ address }) => address);
  }

  /** Called by an endpoint that leaves. */
  async forget(endpoint: Endpoint): Promise<void> {
    if (!this.endpoints.has(endpoint)) return;
    await this.changeMembers(endpoint, () => this.endpoints.delete(endpoint));
    await this.remove(endpoint);
  }

  /** Cuts the cable, as when a machine vanishes: nobody gets a FIN or RST. */
  async cut(endpoint: Endpoint): Promise<void> {
    await must(['ip', '-n', this.namespace, 'link', 'delete', endpoint.link]);
  }

  async close(): Promise<void> {
    await Promise.all([...this.endpoints].map(async (endpoint) => endpoint.leave()));
    this.dns?.close();
    await run(['ip', 'netns', 'delete', this.namespace]);
  }

  get namespace(): string {
    return `${this.workspace.prefix}vpc`;
  }

  private get prefixLength(): number {
    return Number(this.system.cidr.split('/')[1]);
  }

  private address(offset: number): string {
    const base =
      (this.system.cidr.split('/')[0] ?? '')
        .split('.')
        .map(Number)
        .reduce((sum, part) => sum * 256 + part, 0) + offset;
    return [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.');
  }

  private async connect(endpoint: Endpoint, sysctls: Readonly<Record<string, string>>): Promise<void> {
    const { namespace, link, address } = endpoint;
    const config = join(NETNS_CONFIG, namespace);
    mkdirSync(config, { recursive: true });
    // `ip netns exec` puts this over /etc/resolv.conf; containers get the same file.
    writeFileSync(endpoint.resolvConf, `nameserver ${this.resolver}\nsearch ${this.system.region}.compute.internal\n`);
    await must([
      'sh',
      '-euc',
      [
        `ip netns add ${namespace}`,
        `ip -n ${this.namespace} link add ${link} type veth peer name eth0 netns ${namespace}`,
        `ip -n ${this.namespace} link set ${link} master br0 up`,
        `ip -n ${namespace} link set lo up`,
        `ip -n ${namespace} addr add ${address}/${this.prefixLength} dev eth0`,
        `ip -n ${namespace} link set eth0 up`,
        `ip -n ${namespace} route add default via ${this.address(1)}`,
        ...Object.entries(sysctls).map(([key, value]) => `nsenter --net=${endpoint.path} sysctl -q -w ${quote(`${key}=${value}`)}`),
      ].join('\n'),
    ]);
  }

  private async remove(endpoint: Endpoint): Promise<void> {
    rmSync(join(NETNS_CONFIG, endpoint.namespace), { recursive: true, force: true });
    await run(['sh', '-c', `ip -n ${this.namespace} link delete ${endpoint.link} 2>/dev/null; ip netns delete ${endpoint.namespace}`]);
  }

  private members(groups: readonly SecurityGroupModel[]): ReadonlyMap<string, readonly string[]> {
    const addresses = (id: string): string[] =>
      [...this.endpoints].filter((endpoint) => endpoint.groups.some((group) => group.id === id)).map((endpoint) => endpoint.address);
    return new Map(referencedGroups(groups).map((id) => [id, addresses(id)]));
  }

  /**
   * An endpoint comes or goes: it gets its rules before it is used, and everybody whose rules name a group of its
   * gets their new members. One change after the other, so that no list of members is out of date.
   */
  private async changeMembers(endpoint: Endpoint, change: () => void): Promise<void> {
    const update = this.updates.then(async () => {
      change();
      const enter = (member: Endpoint): readonly string[] => ['nsenter', `--net=${member.path}`, 'nft', '-f', '-'];
      if (this.endpoints.has(endpoint))
        await must(enter(endpoint), { input: ruleset(endpoint.groups, this.members(endpoint.groups), this.resolver) });
      const concerned = [...this.endpoints].filter(
        (other) => other !== endpoint && referencedGroups(other.groups).some((id) => endpoint.groups.some((group) => group.id === id)),
      );
      await Promise.all(
        concerned.map(async (other) => must(enter(other), { input: membershipUpdate(other.groups, this.members(other.groups)) })),
      );
    });
    this.updates = update.catch(() => undefined);
    await update;
  }

  private async serve(): Promise<void> {
    const { udp, tcp, api, metadata } = await openSockets(join(NETNS_MOUNTS, this.namespace), {
      udp: `udp:${this.resolver}:53`,
      tcp: `tcp:${this.resolver}:53`,
      api: `tcp:${this.awsAddress}:${AWS_PORT}`,
      metadata: `tcp:${METADATA_ADDRESS}:80`,
    });
    this.dns = new DnsServer(this.names, udp, tcp);
    this.sockets = { api, metadata };
  }
}

interface EndpointIdentity {
  readonly namespace: string;
  readonly address: string;
  readonly link: string;
  readonly groups: readonly SecurityGroupModel[];
}

/** One network namespace in the VPC: a task's, or that of a client. */
export class Endpoint implements EndpointIdentity {
  readonly namespace: string;
  readonly address: string;
  readonly link: string;
  groups: readonly SecurityGroupModel[];

  constructor(
    private readonly vpc: Vpc,
    identity: EndpointIdentity,
  ) {
    this.namespace = identity.namespace;
    this.address = identity.address;
    this.link = identity.link;
    this.groups = identity.groups;
  }

  get path(): string {
    return join(NETNS_MOUNTS, this.namespace);
  }

  get resolvConf(): string {
    return join(NETNS_CONFIG, this.namespace, 'resolv.conf');
  }

  /** As EC2 names hosts by default. */
  get hostname(): string {
    return `ip-${this.address.replaceAll('.', '-')}`;
  }

  /** Runs a command inside the namespace, as root and with the VPC's resolver, outside of any container. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return run(['setpriv', '--pdeathsig', 'KILL', 'ip', 'netns', 'exec', this.namespace, ...argv], options);
  }

  /** Starts a Node program inside the namespace with a message channel to us. It dies with this process. */
  fork(file: string): ChildProcess {
    return spawn('setpriv', ['--pdeathsig', 'KILL', 'ip', 'netns', 'exec', this.namespace, process.execPath, file], {
      env: PLAIN_ENVIRONMENT,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  /** The TCP connections that the security groups dropped here, by who tried which port. */
  async drops(): Promise<readonly Drop[]> {
    return parseDrops(await must(['nsenter', `--net=${this.path}`, ...listDrops('dropped')]));
  }

  /** The TCP connections that the security groups did not let out, by where to. */
  async notLetOut(): Promise<readonly Drop[]> {
    return parseDrops(await must(['nsenter', `--net=${this.path}`, ...listDrops('not_let_out')]));
  }

  async cut(): Promise<void> {
    await this.vpc.cut(this);
  }

  async leave(): Promise<void> {
    await this.vpc.forget(this);
  }
}

/** Security groups as an nftables ruleset for one network namespace. Pure: text in, text out. */
import type { RuleModel, SecurityGroupModel } from '../../../programs/emulator/template/system';

/** Metadata and credentials of a task. */
export const METADATA_ADDRESS = '169.254.170.2';

const TABLE = 'inet security_groups';

/** Addresses of the members of each security group, by its ID. */
export type Membership = ReadonlyMap<string, readonly string[]>;

export interface Drop {
  /** Who wanted to connect; of what was not let out, where to. */
  readonly address: string;
  readonly port: number;
}

/** The groups whose members a namespace has to know. */
export function referencedGroups(groups: readonly SecurityGroupModel[]): readonly string[] {
  const peers = groups.flatMap((group) => [...group.ingress, ...group.egress]).flatMap(({ peer }) => ('group' in peer ? [peer.group] : []));
  return [...new Set(peers)].sort();
}

/**
 * Like AWS: stateful, everything that no rule allows is dropped without an answer, traffic of a task with itself
 * is not looked at, and the VPC's resolver and the metadata can always be asked. Dropped TCP connections are remembered, so that
 * a test can wait for "was dropped" and not for a silence.
 */
export function ruleset(groups: readonly SecurityGroupModel[], members: Membership, resolver: string): string {
  const lines = (direction: 'ingress' | 'egress'): string[] => [
    ...new Set(groups.flatMap((group) => group[direction]).map((rule) => ruleLine(rule, direction === 'ingress' ? 'saddr' : 'daddr'))),
  ];
  return [
    `table ${TABLE} {`,
    ...referencedGroups(groups).map((group) => `  set ${setName(group)} { type ipv4_addr; ${elements(members.get(group) ?? [])} }`),
    ...['dropped', 'not_let_out'].map((set) => `  set ${set} { type ipv4_addr . inet_service; size 65535; flags dynamic; }`),
    '  chain input {',
    '    type filter hook input priority 0; policy drop;',
    '    iif "lo" accept',
    '    ct state established,related accept',
    ...lines('ingress').map((line) => `    ${line}`),
    '    meta l4proto tcp add @dropped { ip saddr . tcp dport }',
    '  }',
    '  chain output {',
    '    type filter hook output priority 0; policy drop;',
    '    oif "lo" accept',
    '    ct state established,related accept',
    `    ip daddr ${resolver} meta l4proto { tcp, udp } th dport 53 accept`,
    `    ip daddr ${METADATA_ADDRESS} tcp dport 80 accept`,
    ...lines('egress').map((line) => `    ${line}`),
    '    meta l4proto tcp add @not_let_out { ip daddr . tcp dport }',
    '  }',
    '}',
    '',
  ].join('\n');
}

/** The rules in place of those that a namespace has, in one transaction. Connections that were let in stay. */
export function replacedRuleset(groups: readonly SecurityGroupModel[], members: Membership, resolver: string): string {
  return `delete table ${TABLE}\n${ruleset(groups, members, resolver)}`;
}

/** Replaces the members of the groups that a namespace knows, in one transaction. */
export function membershipUpdate(groups: readonly SecurityGroupModel[], members: Membership): string {
  return referencedGroups(groups)
    .flatMap((group) => {
      const addresses = members.get(group) ?? [];
      const add = addresses.length === 0 ? [] : [`add element ${TABLE} ${setName(group)} { ${addresses.join(', ')} }`];
      return [`flush set ${TABLE} ${setName(group)}`, ...add];
    })
    .join('\n');
}

/** Lists what came here and was dropped, or what was not let out. */
export function listDrops(set: 'dropped' | 'not_let_out'): readonly string[] {
  return ['nft', '-j', 'list', 'set', ...TABLE.split(' '), set];
}

/** Reads what `listDrops` printed. */
export function parseDrops(json: string): readonly Drop[] {
  interface Listing {
    readonly nftables: readonly { readonly set?: { readonly elem?: readonly unknown[] } }[];
  }
  const sets = (JSON.parse(json) as Listing).nftables.flatMap((entry) => entry.set?.elem ?? []);
  return sets.map((element) => {
    const inner = (element as { readonly elem?: { readonly val: unknown } }).elem?.val ?? element;
    const [address, port] = (inner as { readonly concat: readonly [string, number] }).concat;
    return { address, port };
  });
}

function ruleLine({ protocol, ports, peer }: RuleModel, side: 'saddr' | 'daddr'): string {
  const address =
    'group' in peer ? `ip ${side} @${setName(peer.group)}` : peer.cidr === '0.0.0.0/0' ? 'meta nfproto ipv4' : `ip ${side} ${peer.cidr}`;
  if (protocol === 'all') return `${address} accept`;
  if (protocol === 'icmp') return `${address} meta l4proto icmp accept`;
  const range = ports === undefined ? '0-65535' : ports.from === ports.to ? String(ports.from) : `${ports.from}-${ports.to}`;
  return `${address} ${protocol} dport ${range} accept`;
}

const setName = (group: string): string => `members_${group.replace(/[^A-Za-z0-9]/g, '_')}`;
const elements = (addresses: readonly string[]): string => (addresses.length === 0 ? '' : `elements = { ${addresses.join(', ')} }`);

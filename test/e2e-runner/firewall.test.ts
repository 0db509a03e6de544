import { membershipUpdate, parseDrops, replacedRuleset, ruleset } from '../e2e/runner/firewall';
import type { SecurityGroupModel } from '../../programs/emulator/template/system';

const GROUP: SecurityGroupModel = {
  id: 'Catalog',
  ingress: [
    { protocol: 'tcp', ports: { from: 15006, to: 15006 }, peer: { group: 'Ui' } },
    { protocol: 'udp', ports: { from: 1, to: 9 }, peer: { cidr: '10.1.0.0/16' } },
  ],
  egress: [{ protocol: 'all', peer: { cidr: '0.0.0.0/0' } }],
};

describe('a security group as a ruleset', () => {
  const rules = ruleset([GROUP], new Map([['Ui', ['10.0.0.7']]]), '10.0.0.2')
    .split('\n')
    .map((line) => line.trim());

  test('drops what no rule allows', () => {
    expect(rules.filter((line) => line.includes('policy drop'))).toHaveLength(2);
  });

  test('lets in the members of another group, and addresses', () => {
    expect(rules).toEqual(
      expect.arrayContaining([
        'set members_Ui { type ipv4_addr; elements = { 10.0.0.7 } }',
        'ip saddr @members_Ui tcp dport 15006 accept',
        'ip saddr 10.1.0.0/16 udp dport 1-9 accept',
      ]),
    );
  });

  test('lets answers and the resolver through, whatever the rules', () => {
    expect(rules.filter((line) => line === 'ct state established,related accept')).toHaveLength(2);
    expect(rules).toContain('ip daddr 10.0.0.2 meta l4proto { tcp, udp } th dport 53 accept');
  });

  test('takes the place of the rules before in one transaction', () => {
    const members = new Map([['Ui', ['10.0.0.7']]]);
    expect(replacedRuleset([GROUP], members, '10.0.0.2')).toBe(
      `delete table inet security_groups\n${ruleset([GROUP], members, '10.0.0.2')}`,
    );
  });

  test('forgets members that left', () => {
    expect(membershipUpdate([GROUP], new Map())).toBe('flush set inet security_groups members_Ui');
  });

  test('tells what was dropped', () => {
    expect(
      parseDrops(
        '{"nftables":[{"metainfo":{}},{"set":{"elem":[{"concat":["10.0.0.9",8080]},{"elem":{"val":{"concat":["10.0.0.8",15006]}}}]}}]}',
      ),
    ).toEqual([
      { address: '10.0.0.9', port: 8080 },
      { address: '10.0.0.8', port: 15006 },
    ]);
  });
});

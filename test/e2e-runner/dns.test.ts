import { decode, encode } from 'dns-packet';
import type { Packet, RecordType } from 'dns-packet';
import { CloudMap } from '../../programs/emulator/aws/cloud-map';
import { PrivateDns, respond } from '../e2e/runner/dns';
import type { DiscoveryModel, ZoneModel } from '../../programs/emulator/template/system';

const ZONES: readonly ZoneModel[] = [
  {
    name: 'shop.internal',
    negativeTtl: 900,
    records: [
      { name: 'catalog.shop.internal', type: 'A', ttl: 60, values: ['127.80.0.2'] },
      { name: 'ghost.tasks.shop.internal', type: 'A', ttl: 60, values: ['127.80.0.9'] },
    ],
  },
  { name: 'tasks.shop.internal', negativeTtl: 5, records: [] },
];
const discovery = (name: string, type: 'A' | 'SRV'): DiscoveryModel => ({
  logicalId: name,
  id: `srv-${name}`,
  arn: `arn:${name}`,
  name: `${name}.tasks.shop.internal`,
  namespace: 'tasks.shop.internal',
  namespaceId: 'ns-1',
  records: [{ type, ttl: 5 }],
  customHealth: true,
});

describe('the resolver of the VPC', () => {
  const cloudMap = new CloudMap([discovery('catalog', 'A'), discovery('gateway', 'SRV'), discovery('empty', 'A')]);
  for (let number = 1; number <= 12; number += 1)
    cloudMap.register('catalog', { id: `catalog-${number}`, address: `10.0.0.${number}`, healthy: number !== 12 });
  cloudMap.register('gateway', { id: 'gateway-1', address: '10.0.0.40', port: 8080, healthy: true });
  const dns = new PrivateDns(ZONES, cloudMap);

  function ask(name: string, type: RecordType = 'A'): Packet {
    const answer = respond(dns, encode({ type: 'query', id: 7, questions: [{ name, type }] }), true);
    return decode(answer ?? Buffer.alloc(0));
  }
  const rcode = (packet: Packet): number => (packet.flags ?? 0) & 15;

  test('a virtual name is its loopback address', () => {
    expect(ask('Catalog.shop.internal').answers).toMatchObject([{ name: 'Catalog.shop.internal', type: 'A', ttl: 60, data: '127.80.0.2' }]);
  });

  test('a service of Cloud Map is at most eight of its healthy tasks, others each time', () => {
    const seen = new Set<unknown>();
    for (let round = 0; round < 50; round += 1) {
      const answers = ask('catalog.tasks.shop.internal').answers ?? [];
      expect(answers).toHaveLength(8);
      for (const answer of answers) seen.add((answer as { readonly data: unknown }).data);
    }
    expect([...seen].sort()).toEqual(Array.from({ length: 11 }, (_, index) => `10.0.0.${index + 1}`).sort());
  });

  test('a task that is registered with its port has an SRV record, and an address of its own', () => {
    expect(ask('gateway.tasks.shop.internal', 'SRV').answers).toMatchObject([
      { type: 'SRV', data: { port: 8080, target: 'gateway-1.gateway.tasks.shop.internal' } },
    ]);
    expect(ask('gateway-1.gateway.tasks.shop.internal').answers).toMatchObject([{ data: '10.0.0.40' }]);
  });

  test('the most specific zone decides alone', () => {
    expect(rcode(ask('ghost.tasks.shop.internal'))).toBe(3);
  });

  test('a name that does not exist comes with how long that may be believed', () => {
    for (const [name, ttl] of [
      ['missing.shop.internal', 900],
      ['empty.tasks.shop.internal', 5],
    ] as const) {
      const answer = ask(name);
      expect(rcode(answer)).toBe(3);
      expect(answer.authorities).toMatchObject([{ type: 'SOA', ttl, data: { minimum: ttl } }]);
    }
  });

  test('a name without the type that was asked for exists, with no data', () => {
    const answer = ask('catalog.shop.internal', 'AAAA');
    expect([rcode(answer), answer.answers, answer.authorities?.length]).toEqual([0, [], 1]);
  });

  test('what is no query gets no answer', () => {
    expect(respond(dns, Buffer.from('nonsense'), true)).toBeUndefined();
  });
});

describe('Cloud Map', () => {
  test('shows a change only when it has propagated', () => {
    jest.useFakeTimers();
    const cloudMap = new CloudMap([discovery('catalog', 'A')], 2000);
    cloudMap.register('catalog', { id: 'one', address: '10.0.0.1', healthy: true });
    expect(cloudMap.registered('catalog')).toHaveLength(1);
    expect(cloudMap.discoverable('catalog')).toHaveLength(0);
    jest.advanceTimersByTime(2000);
    expect(cloudMap.discoverable('catalog')).toHaveLength(1);
    jest.useRealTimers();
  });

  test('hides an instance while ECS reports it unhealthy', () => {
    const cloudMap = new CloudMap([discovery('catalog', 'A')]);
    cloudMap.register('catalog', { id: 'one', address: '10.0.0.1', healthy: false });
    expect(cloudMap.discoverable('catalog')).toHaveLength(0);
    cloudMap.setHealth('catalog', 'one', true);
    expect(cloudMap.discoverable('catalog')).toHaveLength(1);
  });
});

describe('a resolver that remembers', () => {
  const asked = { name: 'catalog.tasks.shop.internal', type: 'A' } as const;
  const opened = (remembers: boolean): { readonly cloudMap: CloudMap; readonly dns: PrivateDns } => {
    const cloudMap = new CloudMap([discovery('catalog', 'A')]);
    const dns = new PrivateDns(ZONES, cloudMap);
    if (remembers) dns.remember();
    return { cloudMap, dns };
  };
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('goes on to say that a name does not exist, for as long as its zone says', () => {
    const { cloudMap, dns } = opened(true);
    const { authorities } = dns.answer(asked);
    cloudMap.register('catalog', { id: 'a', address: '10.0.0.10', healthy: true });
    expect([dns.answer(asked).answers, dns.forgotten]).toEqual([[], [asked.name]]);
    const [{ ttl = 0 } = {}] = authorities as readonly { readonly ttl?: number }[];
    jest.advanceTimersByTime(ttl * 1000);
    expect(dns.answer(asked).answers).toHaveLength(1);
    expect(dns.forgotten).toEqual([]);
  });

  test('only if it is told to', () => {
    const { cloudMap, dns } = opened(false);
    expect(dns.answer(asked).answers).toEqual([]);
    cloudMap.register('catalog', { id: 'a', address: '10.0.0.10', healthy: true });
    expect(dns.answer(asked).answers).toHaveLength(1);
  });
});

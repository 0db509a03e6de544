import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server } from 'node:net';
import type { Answer, OptAnswer, Packet, Question, SoaAnswer } from 'dns-packet';
import * as codec from 'dns-packet';
import type { CloudMap } from '../../../programs/emulator/aws/cloud-map';
import type { ZoneModel } from '../../../programs/emulator/template/system';

/** Route 53 answers a multivalue name with at most this many instances. */
const MAX_ANSWERS = 8;
const PLAIN_UDP_BYTES = 512;
const PUBLIC_TTL = 60;
const RCODE = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4 } as const;
const AUTHORITATIVE = 1 << 10;
const RECURSION_AVAILABLE = 1 << 7;
const TRUNCATED = 1 << 9;

export interface Reply {
  readonly rcode: number;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
}

/**
 * What Route 53 Resolver answers inside a VPC: the most specific private zone that holds the name decides alone.
 * A name that this zone lacks is NXDOMAIN, even if a zone above has it; a name without the asked type is NODATA.
 */
export class PrivateDns {
  private readonly published = new Map<string, string>();

  /** What the resolver remembers of names that there were not, and until when; undefined if it is to remember nothing. */
  private negative: Map<string, { readonly reply: Reply; readonly until: number }> | undefined;

  constructor(
    public zones: readonly ZoneModel[],
    private readonly cloudMap: CloudMap,
    private readonly random: () => number = Math.random,
  ) {}

  /** From now on, the resolver remembers names that there are not, for as long as their zone says. */
  remember(): void {
    this.negative ??= new Map();
  }

  /** Names that have records by now, of which the resolver still says that there are none. */
  get forgotten(): readonly string[] {
    return [...(this.negative ?? [])]
      .filter(([, { until }]) => until > Date.now())
      .map(([key]) => key.split(' '))
      .filter(([name = '', type = '']) => this.fresh({ name, type: type as Question['type'] }).answers.length > 0)
      .map(([name = '']) => name);
  }

  answer(question: Pick<Question, 'name' | 'type'>): Reply {
    const key = `${question.name.toLowerCase().replace(/\.$/, '')} ${question.type ?? 'A'}`;
    const remembered = this.negative?.get(key);
    if (remembered !== undefined && remembered.until > Date.now()) return remembered.reply;
    const reply = this.fresh(question);
    const [authority] = reply.authorities;
    if (authority !== undefined && 'ttl' in authority) this.negative?.set(key, { reply, until: Date.now() + Number(authority.ttl) * 1000 });
    return reply;
  }

  private fresh(question: Pick<Question, 'name' | 'type'>): Reply {
    const asked = question.name.toLowerCase().replace(/\.$/, '');
    const zone = this.zones
      .filter(({ name }) => asked === name || asked.endsWith(`.${name}`))
      .sort((a, b) => b.name.length - a.name.length)[0];
    const known = this.published.get(asked);
    if (zone === undefined && known !== undefined)
      return {
        rcode: RCODE.NOERROR,
        answers: question.type === 'A' ? [{ type: 'A', name: question.name, ttl: PUBLIC_TTL, data: known }] : [],
        authorities: [],
      };
    // The internet is what a test has put there: all else does not exist.
    if (zone === undefined) return { rcode: RCODE.NXDOMAIN, answers: [], authorities: [] };
    const { answers, exists } = this.lookup(zone, asked, question.name, question.type);
    const [first] = answers;
    // A resolver goes on to what an alias stands for, also in another private zone of the VPC.
    const followed =
      first?.type === 'CNAME' && question.type !== 'CNAME' ? this.fresh({ name: first.data, type: question.type }).answers : [];
    if (answers.length > 0) return { rcode: RCODE.NOERROR, answers: [...answers, ...followed], authorities: [] };
    return { rcode: exists ? RCODE.NOERROR : RCODE.NXDOMAIN, answers: [], authorities: [soa(zone)] };
  }

  /** A name of the public DNS, which private zones hide. */
  publish(name: string, address: string): void {
    this.published.set(name, address);
  }

  private lookup(
    zone: ZoneModel,
    asked: string,
    spelled: string,
    type: string,
  ): { readonly answers: readonly Answer[]; readonly exists: boolean } {
    const all = [
      ...zone.records.map(({ name, ttl, ...record }) => ({
        name,
        answers: record.values.map((data) => ({ type: record.type, ttl, data })),
      })),
      ...this.discovered(zone),
    ];
    const exact = all.filter(({ name }) => name === asked);
    // A wildcard is for names that there are not. https://www.rfc-editor.org/rfc/rfc4592
    const isThere = exact.length > 0 || all.some(({ name }) => name.endsWith(`.${asked}`));
    const named = (isThere ? exact : all.filter(({ name }) => name === `*${asked.slice(asked.indexOf('.'))}`)).flatMap(
      ({ answers }) => answers,
    );
    const matching = named.filter((record) => record.type === type || record.type === 'CNAME');
    // Random order for all: Route 53 shuffles multivalue answers, and nobody may rely on an order.
    const answers = this.shuffle(matching)
      .slice(0, MAX_ANSWERS)
      .map((record) => ({ ...record, name: spelled }) as Answer);
    // A name that only has names below it exists too, with no data.
    return { answers, exists: named.length > 0 || asked === zone.name || all.some(({ name }) => name.endsWith(`.${asked}`)) };
  }

  /** The records that Cloud Map keeps in its zone: none for a service without instances. */
  private discovered(zone: ZoneModel): readonly {
    readonly name: string;
    readonly answers: readonly { readonly type: string; readonly ttl: number; readonly data: unknown }[];
  }[] {
    return this.cloudMap.services
      .filter((service) => service.namespace === zone.name)
      .flatMap((service) =>
        this.cloudMap.discoverable(service.logicalId).flatMap((instance) =>
          service.records.flatMap(({ type, ttl }) => {
            if (type === 'A') return [{ name: service.name, answers: [{ type, ttl, data: instance.address }] }];
            // SRV points to a name per instance, which has an A record of its own.
            const host = `${instance.id}.${service.name}`;
            return [
              { name: service.name, answers: [{ type, ttl, data: { priority: 1, weight: 1, port: instance.port ?? 0, target: host } }] },
              { name: host, answers: [{ type: 'A', ttl, data: instance.address }] },
            ];
          }),
        ),
      );
  }

  private shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let index = shuffled.length - 1; index > 0; index -= 1) {
      const other = Math.floor(this.random() * (index + 1));
      [shuffled[index], shuffled[other]] = [shuffled[other], shuffled[index]];
    }
    return shuffled;
  }
}

/** The answer to one query in wire format, cut to what fits when `limited` (UDP). Undefined for what is no query. */
export function respond(dns: PrivateDns, query: Buffer, limited: boolean): Buffer | undefined {
  let packet: Packet;
  try {
    packet = codec.decode(query);
  } catch {
    return undefined;
  }
  const question = packet.questions?.[0];
  if (packet.type !== 'query' || question === undefined) return undefined;
  const options = packet.additionals?.find((record): record is OptAnswer => record.type === 'OPT');
  const reply = dns.answer(question);
  const encode = (answers: readonly Answer[], flags: number): Buffer =>
    codec.encode({
      type: 'response',
      id: packet.id ?? 0,
      flags: ((packet.flags ?? 0) & codec.RECURSION_DESIRED) | AUTHORITATIVE | RECURSION_AVAILABLE | flags | reply.rcode,
      questions: [question],
      answers: [...answers],
      authorities: [...reply.authorities],
      additionals: options
        ? [{ type: 'OPT', name: '.', udpPayloadSize: 4096, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] }]
        : [],
    });
  const whole = encode(reply.answers, 0);
  const room = options ? Math.max(options.udpPayloadSize, PLAIN_UDP_BYTES) : PLAIN_UDP_BYTES;
  return limited && whole.length > room ? encode([], TRUNCATED) : whole;
}

/** Serves the VPC's names on sockets that live in the VPC's namespace. */
export class DnsServer {
  constructor(
    dns: PrivateDns,
    private readonly udp: DatagramSocket,
    private readonly tcp: Server,
  ) {
    udp.on('message', (query, peer) => {
      const response = respond(dns, query, true);
      // The asker may be gone by now, namespace and all.
      if (response) udp.send(response, peer.port, peer.address, () => undefined);
    });
    udp.on('error', () => undefined);
    tcp.on('connection', (socket) => {
      let buffered = Buffer.alloc(0);
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk: Buffer) => {
        buffered = Buffer.concat([buffered, chunk]);
        while (buffered.length >= 2 && buffered.length >= 2 + buffered.readUInt16BE(0)) {
          const size = buffered.readUInt16BE(0);
          const response = respond(dns, buffered.subarray(2, 2 + size), false);
          buffered = buffered.subarray(2 + size);
          if (response) socket.write(Buffer.concat([Buffer.from([response.length >> 8, response.length & 0xff]), response]));
        }
      });
    });
  }

  close(): void {
    this.udp.close();
    this.tcp.close();
  }
}

function soa(zone: ZoneModel): SoaAnswer {
  return {
    type: 'SOA',
    name: zone.name,
    ttl: zone.negativeTtl,
    data: {
      mname: 'ns-1536.awsdns-00.co.uk',
      rname: 'awsdns-hostmaster.amazon.com',
      serial: 1,
      refresh: 7200,
      retry: 900,
      expire: 1209600,
      minimum: zone.negativeTtl,
    },
  };
}

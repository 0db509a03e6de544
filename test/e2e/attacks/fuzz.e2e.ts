/**
 * Generated attacks on the inbound port of a service and on the edge, of which whatever arrives must obey the rules. A
 * failure prints the seed and the index of its case: ATTACK_SEED=7 ATTACK_CASE=123 sends that one alone.
 */
import { GATEWAY_NAME } from '../../../lib/core/model/constants';
import { until } from '../runner';
import { e2e } from '../suite';
import type { AttackedMesh, Attacker } from './attacked-mesh';
import { attacked, CALLER, idOf } from './attacked-mesh';
import { attackedSystem } from './attacked-system';
import type { Conversation } from './conversation';
import type { Written } from './fuzz-http1';
import { brokenHttp1, framedHttp1, plainHttp1 } from './fuzz-http1';
import { oddHttp2, plainHttp2 } from './fuzz-http2';
import { Random } from './fuzz-random';
import { edgeRequest, inboundRequest } from './fuzz-requests';
import { answersIn } from './http1-answers';
import type { Http2Client } from './http2-client';
import type { Sender } from './rules';
import { brokenRules } from './rules';
import type { Arrival } from './witness';

/** Another one: ATTACK_SEED=7 npx jest --selectProjects e2e --testPathPatterns attacks/fuzz */
const seed = Number(process.env['ATTACK_SEED'] ?? 20261128);
const only = process.env['ATTACK_CASE'];
/** On a developer's machine a part of them. */
const REQUESTS = process.env['CI'] === 'true' ? 20_000 : 4_000;
const LANES = 12;
/** For an answer that may well not come. */
const PATIENCE_MS = 150;

interface Way {
  readonly name: string;
  readonly to: string;
  readonly by: Attacker;
  readonly sender: Sender;
  readonly share: number;
}

const WAYS: readonly Way[] = [
  { name: 'a declared caller', to: 'web', by: CALLER, sender: { caller: idOf('caller') }, share: 0.45 },
  { name: 'a caller of a service of HTTP/2', to: 'two', by: CALLER, sender: { caller: idOf('caller') }, share: 0.1 },
  { name: 'an undeclared caller', to: 'web', by: { from: 'stray' }, sender: { caller: idOf('stray') }, share: 0.1 },
  { name: 'the internet', to: GATEWAY_NAME, by: CALLER, sender: { caller: idOf(GATEWAY_NAME) }, share: 0.35 },
];

interface Sent {
  readonly index: number;
  readonly way: Way;
  readonly route?: string;
  readonly input: string;
  mayArrive: boolean;
}

/** Sends cases, and judges what arrives of them. */
class Fuzzer {
  readonly broken: string[] = [];
  readonly counts = new Map<string, number>();
  private readonly sent = new Map<string, Sent>();
  private readonly seen = new Set<string>();
  private next = 0;
  /** Heads that were sent with changes, of the number as well. */
  private cut = 0;

  constructor(private readonly mesh: AttackedMesh) {
    mesh.witness.onArrival((arrival) => {
      this.judge(arrival);
    });
  }

  async run(): Promise<void> {
    if (only !== undefined) {
      await new Lane(this, this.mesh).send(Number(only));
      return;
    }
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        const lane = new Lane(this, this.mesh);
        while (this.next < REQUESTS && this.broken.length < 50) {
          this.next += 1;
          await lane.send(this.next - 1);
        }
        lane.close();
      }),
    );
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  noteCut(): void {
    this.cut += 1;
  }

  note(number: string, sent: Sent): void {
    this.sent.set(number, sent);
  }

  private judge(arrival: Arrival): void {
    this.count(`${arrival.method === 'NONE' ? `nonsense (${arrival.path})` : 'arrived'} at ${arrival.to}`);
    const number = numberOf(arrival);
    const sent = this.sent.get(number);
    // A server that cannot read the path has not been asked for anything.
    if (arrival.method === 'NONE' && arrival.path === 'HPE_INVALID_URL') return;
    if (sent === undefined && this.cut > 0) {
      this.cut -= 1;
      return;
    }
    if (sent === undefined) {
      this.report(`a request arrives that nobody has sent, with the number ${number}`, arrival, sent);
      return;
    }
    const { way, route, mayArrive } = sent;
    const problems = [
      ...(mayArrive ? [] : ['it stood in the body of another']),
      ...(this.seen.has(number) ? ['it has arrived before'] : []),
      ...(way.name === 'an undeclared caller' ? ['its caller is not declared'] : []),
      ...brokenRules(arrival, route === undefined ? way.sender : { ...way.sender, route }),
    ];
    this.seen.add(number);
    if (problems.length > 0) this.report(problems.join('; '), arrival, sent);
  }

  /** Trailers are known only at the end. */
  judgeTrailers(): void {
    for (const arrival of this.mesh.witness.arrivals.filter(({ trailers }) => trailers.length > 0)) {
      const sent = this.sent.get(numberOf(arrival));
      const problems = brokenRules({ ...arrival, lines: [] }, sent?.way.sender ?? { caller: '' }).filter((problem) =>
        problem.startsWith('the trailer'),
      );
      if (problems.length > 0) this.report(problems.join('; '), arrival, sent);
    }
  }

  private report(problem: string, { method, path, lines }: Arrival, sent: Sent | undefined): void {
    const how =
      sent === undefined
        ? 'unknown'
        : `ATTACK_SEED=${seed} ATTACK_CASE=${sent.index}, by ${sent.way.name}: ${JSON.stringify(sent.input).slice(0, 1500)}`;
    this.broken.push(`${problem}\n  arrived: ${method} ${JSON.stringify(path)} ${JSON.stringify(lines).slice(0, 800)}\n  sent: ${how}`);
  }
}

/** One request after the other, on connections that it keeps for as long as they last. */
class Lane {
  private readonly http1 = new Map<Way, Conversation>();
  private readonly http2 = new Map<Way, Http2Client>();

  constructor(
    private readonly fuzzer: Fuzzer,
    private readonly mesh: AttackedMesh,
  ) {}

  async send(index: number): Promise<void> {
    const random = new Random(seed, index);
    const way = chosen(random);
    const kind = random.next();
    const generate = way.to === GATEWAY_NAME ? edgeRequest : inboundRequest;
    const generated = generate(random);
    const number = `c${index}`;
    const hidden = `h${index}`;
    const note = (input: string, mayArrive: readonly string[]): void => {
      for (const each of [number, hidden]) {
        this.fuzzer.note(each, {
          index,
          way,
          input,
          mayArrive: mayArrive.includes(each),
          ...(generated.route === undefined ? {} : { route: generated.route }),
        });
      }
    };
    if (kind < 0.45) {
      await this.sendHttp1(way, plainHttp1(random, generated, number), note);
    } else if (kind < 0.6) {
      const inside = generate(random);
      // The rules of a route are those of one request.
      await this.sendHttp1(way, framedHttp1(random, generated, generated.route === undefined ? inside : generated, number, hidden), note);
    } else if (kind < 0.65) {
      this.fuzzer.noteCut();
      await this.sendHttp1(way, brokenHttp1(random, generated, number), note);
    } else {
      const odd = kind > 0.96;
      const client = await this.client(way);
      const stream = client.nextStream();
      const frames = (odd ? oddHttp2 : plainHttp2)(random, generated, number, stream);
      note(Buffer.concat(frames).toString('latin1'), [number]);
      if (odd) this.fuzzer.noteCut();
      client.send(...frames);
      // An Envoy takes a second to close a connection that breaks the protocol, and says nothing before.
      await patiently(client.until(() => client.isOver(stream)));
      if (odd || !client.isOver(stream)) client.close();
      this.fuzzer.count(`by HTTP/2: ${client.endOf(stream)}`);
    }
  }

  close(): void {
    for (const conversation of this.http1.values()) conversation.socket.destroy();
    for (const client of this.http2.values()) client.close();
  }

  private async sendHttp1(
    way: Way,
    { bytes, mayArrive, answers, clean }: Written,
    note: (input: string, mayArrive: readonly string[]) => void,
  ): Promise<void> {
    note(bytes, mayArrive);
    let conversation = this.http1.get(way);
    if (conversation === undefined || conversation.closed) conversation = await this.mesh.byHttp1(way.to, way.by);
    this.http1.delete(way);
    const from = conversation.received.length;
    const come = (): number => answersIn(conversation.received.slice(from)).length;
    conversation.say(bytes);
    if (clean) await conversation.until(() => come() >= answers);
    else await patiently(conversation.until(() => come() >= answers));
    for (const { status } of answersIn(conversation.received.slice(from))) this.fuzzer.count(`by HTTP/1.1: ${status}`);
    if (clean && !conversation.closed && conversation.received.length < 100_000) this.http1.set(way, conversation);
    else conversation.socket.destroy();
  }

  private async client(way: Way): Promise<Http2Client> {
    const known = this.http2.get(way);
    if (known !== undefined && !known.ending && !known.socket.destroyed) return known;
    const client = await this.mesh.byHttp2(way.to, way.by);
    this.http2.set(way, client);
    return client;
  }
}

/** Other texts may stand around it, such as a line that was folded into it. */
function numberOf({ lines }: Arrival): string {
  return /\b[ch]\d+\b/.exec(lines.filter(([name]) => name === 'case-number').at(-1)?.[1] ?? '')?.[0] ?? 'none';
}

async function patiently(wait: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    wait.catch(() => undefined),
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    }),
  ]);
  clearTimeout(timer);
}

function chosen(random: Random): Way {
  let rest = random.next();
  return WAYS.find(({ share }) => (rest -= share) < 0) ?? WAYS[0];
}

e2e(`generated attacks, with ATTACK_SEED=${seed}`, () => {
  const mesh = attacked(() => attackedSystem());

  test(`whatever arrives of ${only === undefined ? REQUESTS : `case ${only}`} obeys the rules`, async () => {
    const fuzzer = new Fuzzer(mesh());
    const began = Date.now();
    await fuzzer.run();
    for (const task of ['web', GATEWAY_NAME, 'plain'])
      await until(async () => mesh().isReady(task), { what: `the Envoy of ${task} to be ready` });
    // Nothing is on its way any more.
    await until(async () => (await mesh().statistic('web', 'http.inbound_web.downstream_rq_active')) === 0, {
      what: 'the last request to end',
    });
    fuzzer.judgeTrailers();
    console.log(
      `ATTACK_SEED=${seed}: ${only === undefined ? REQUESTS : 1} requests in ${Math.round((Date.now() - began) / 1000)} s` +
        `${process.env['CI'] === 'true' ? '' : ' (20000 with CI=true)'}\n` +
        [...fuzzer.counts]
          .sort()
          .map(([what, count]) => `${what}: ${count}`)
          .join('\n'),
    );
    expect(fuzzer.broken.slice(0, 5).join('\n')).toBe('');
    if (only === undefined) expect(fuzzer.counts.get('arrived at web')).toBeGreaterThan(REQUESTS / 40);
    for (const task of ['web', GATEWAY_NAME, 'plain']) expect(await mesh().isReady(task)).toBe(true);
  });
});

import { fewAtOnce } from '../few-at-once';
import type { Expected, Http1Attack, Http2Attack } from './attack';
import type { AttackedMesh, Attacker } from './attacked-mesh';
import { CALLER, idOf } from './attacked-mesh';
import { answersIn } from './http1-answers';
import type { StreamEnd } from './http2-client';
import { data, headers } from './http2-frames';
import type { Sender } from './rules';
import { brokenRules } from './rules';
import type { Arrival, Line } from './witness';

/** One test for each attack by HTTP/1.1. */
export function http1Tests(mesh: () => AttackedMesh, attacks: readonly Http1Attack[]): void {
  test.each(attacks.map((attack) => [attack.name, attack] as const))('%s', async (_, attack) => {
    const { to = 'web', by = CALLER, bytes, answers, givesUp = false, arrives = [], perhaps = false } = attack;
    const number = mesh().nextNumber();
    const conversation = await mesh().byHttp1(to, by);
    const text = bytes.replaceAll('{n}', number);
    if (givesUp) {
      conversation.say(text);
      conversation.socket.end();
      await conversation.until(() => false);
    }
    const all = givesUp
      ? answersIn(conversation.received)
      : await conversation.exchange(text, answers.length === 0 ? Number.POSITIVE_INFINITY : answers.length);
    expectArrivals(mesh(), number, perhaps && mesh().witness.with(number).length === 0 ? [] : arrives, by);
    expect(all.map(({ status }) => status)).toEqual(answers);
  });
}

/** One test for each attack by HTTP/2. They are sent side by side: Envoy takes a second to close a connection that breaks the protocol. */
export function http2Tests(mesh: () => AttackedMesh, attacks: readonly Http2Attack[]): void {
  const ends = new Map<Http2Attack, { readonly number: string; readonly end: StreamEnd }>();
  beforeAll(async () => {
    await fewAtOnce(attacks, async (attack) => {
      const number = mesh().nextNumber();
      ends.set(attack, { number, end: await sendByHttp2(mesh(), attack, number) });
    });
  });

  test.each(attacks.map((attack) => [attack.name, attack] as const))('%s', (_, attack) => {
    const { by = CALLER, end, arrives = [], perhaps = false } = attack;
    const ended = ends.get(attack)!;
    expectArrivals(mesh(), ended.number, perhaps && mesh().witness.with(ended.number).length === 0 ? [] : arrives, by);
    expect(ended.end).toBe(end);
  });
}

export async function sendByHttp2(
  mesh: AttackedMesh,
  { to = 'web', by = CALLER, head, body, trailers }: Omit<Http2Attack, 'name' | 'end'>,
  number: string,
): Promise<StreamEnd> {
  const filled = (lines: readonly Line[]): readonly Line[] =>
    lines.map(([name, value]) => [name, value.replaceAll('{n}', number)] as const);
  const client = await mesh.byHttp2(to, by);
  const stream = client.nextStream();
  client.send(
    headers(stream, [...filled(head), ['case-number', number]], body === undefined && trailers === undefined),
    ...(body === undefined ? [] : [data(stream, body, trailers === undefined)]),
    ...(trailers === undefined ? [] : [headers(stream, filled(trailers), true)]),
  );
  const end = await client.end(stream);
  client.close();
  return end;
}

export function senderOf({ from, identity }: Attacker): Sender {
  return { caller: idOf(typeof identity === 'string' ? identity : from) };
}

/** What has arrived of an attack is what may arrive, and keeps all rules. */
export function expectArrivals(mesh: AttackedMesh, number: string, expected: readonly Expected[], by: Attacker | Sender = CALLER): void {
  const arrivals = mesh.witness.with(number);
  const sender = 'caller' in by ? by : senderOf(by);
  expect(arrivals.flatMap((arrival) => brokenRules(arrival, sender))).toEqual([]);
  expect(arrivals.map(({ method, path }) => `${method} ${path}`)).toHaveLength(expected.length);
  for (const [index, { has = {}, lacks = [], trailers, body, path, ...whole }] of expected.entries()) {
    const arrival = arrivals[index];
    expect(arrival).toMatchObject({ ...whole, ...(path === undefined ? {} : { path: path.replaceAll('{n}', number) }) });
    if (body !== undefined) expect(arrival.body).toContain(body);
    expect(Object.fromEntries(Object.keys(has).map((name) => [name, valuesOf(arrival, name).join(' and ')]))).toEqual(has);
    expect(lacks.filter((name) => valuesOf(arrival, name).length > 0)).toEqual([]);
    if (trailers !== undefined) expect(Object.fromEntries(arrival.trailers)).toEqual(trailers);
  }
}

function valuesOf({ lines }: Arrival, name: string): readonly string[] {
  return lines.filter(([each]) => each === name.toLowerCase()).map(([, value]) => value);
}

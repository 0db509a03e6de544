import type { Duplex } from 'node:stream';
import type { SecureContext, TLSSocket } from 'node:tls';
import { connect, createSecureContext } from 'node:tls';
import { ADMIN_PORT } from '../../../lib/core/contract/ports';
import { GATEWAY_NAME, GATEWAY_PORT, INBOUND_PORT } from '../../../lib/core/model/constants';
import type { HttpClient } from '../runner';
import { until } from '../runner';
import type { Planned } from '../../simulator/planned';
import { memoryOf } from '../memory';
import type { Identity } from '../peers';
import { PlannedMesh } from '../planned-mesh';
import { Conversation } from './conversation';
import type { Http2Options } from './http2-client';
import { Http2Client } from './http2-client';
import { Witness } from './witness';

/** Who attacks. */
export interface Attacker {
  /** The task, or `stranger`, from whose network it connects. */
  readonly from: string;
  /** What it presents: the certificate of that service, one of its own, or none. @default that of `from` */
  readonly identity?: string | Identity | null;
}

export const CALLER: Attacker = { from: 'caller' };

export const idOf = (service: string): string => `spiffe://shop.internal/${service}`;

const HANDSHAKES = 5;
const CUT_OFF = /disconnected before secure TLS connection|closed during the handshake|ECONNRESET/;

/** Real Envoys that are attacked, and applications that keep what arrives at them. */
export class AttackedMesh {
  readonly witness: Witness;
  private sent = 0;
  /** A handshake is dear enough without reading a key each time. */
  private readonly contexts = new Map<string, SecureContext>();

  private constructor(
    private readonly mesh: PlannedMesh,
    witness: Witness,
    readonly tasks: readonly string[],
  ) {
    this.witness = witness;
  }

  static async start(planned: Planned): Promise<AttackedMesh> {
    const witness = new Witness();
    return new AttackedMesh(
      await PlannedMesh.start(planned, witness),
      witness,
      planned.plan.workloads.map(({ name }) => name),
    );
  }

  /** Marks what belongs to one attack; always as long. */
  nextNumber(): string {
    this.sent += 1;
    return `n${String(this.sent).padStart(5, '0')}n`;
  }

  /** Through the handshake: rejects if the other side refuses it before. */
  async connect(to: string, { from, identity = from }: Attacker = CALLER, alpn?: string): Promise<TLSSocket> {
    const presented = identity === null ? undefined : typeof identity === 'string' ? await this.mesh.certificate(idOf(identity)) : identity;
    const secureContext = presented === undefined ? undefined : this.context(presented);
    const socket = connect({
      socket: await this.mesh.dial(from, to, INBOUND_PORT),
      rejectUnauthorized: false,
      ...(secureContext === undefined ? {} : { secureContext }),
      ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
      socket.once('close', () => {
        reject(new Error('closed during the handshake'));
      });
    });
    return socket;
  }

  private context({ certificateChain, privateKey }: NonNullable<Identity>): SecureContext {
    const context = this.contexts.get(certificateChain) ?? createSecureContext({ cert: certificateChain, key: privateKey });
    this.contexts.set(certificateChain, context);
    return context;
  }

  /** To a task's inbound port, or to the gateway, where API Gateway comes from. */
  private async open(to: string, by: Attacker, alpn?: string): Promise<Duplex> {
    if (to === GATEWAY_NAME) return this.mesh.dial('stranger', GATEWAY_NAME, GATEWAY_PORT);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.connect(to, by, alpn);
      } catch (error) {
        // Envoy cuts off who has not finished the handshake after two seconds, as can happen to anybody on a busy machine.
        if (attempt === HANDSHAKES || !CUT_OFF.test(String(error))) throw error;
      }
    }
  }

  async byHttp1(to: string, by: Attacker = CALLER): Promise<Conversation> {
    return new Conversation(await this.open(to, by));
  }

  async byHttp2(to: string, by: Attacker = CALLER, options: Http2Options = {}): Promise<Http2Client> {
    return new Http2Client(await this.open(to, by, 'h2'), options);
  }

  /** Plain bytes, without TLS. */
  async inTheClear(to: string, port: number, from = 'caller'): Promise<Conversation> {
    return new Conversation(await this.mesh.dial(from, to, port));
  }

  /** Whoever is in the task itself: the application, or a container beside it. */
  async fromInside(task: string, port = ADMIN_PORT): Promise<Conversation> {
    return new Conversation(await this.mesh.dial(task, '127.0.0.1', port));
  }

  client(task: string): HttpClient {
    return this.mesh.client(task);
  }

  virtual(task: string, to: string): ReturnType<PlannedMesh['virtual']> {
    return this.mesh.virtual(task, to);
  }

  async issue(...options: Parameters<PlannedMesh['issue']>): ReturnType<PlannedMesh['issue']> {
    return this.mesh.issue(...options);
  }

  async admin(task: string, path: string): Promise<string> {
    return (await this.client(task).get(`http://127.0.0.1:${ADMIN_PORT}${path}`)).body;
  }

  async isReady(task: string): Promise<boolean> {
    const answer = await this.client(task).attempt({ url: `http://127.0.0.1:${ADMIN_PORT}/ready` });
    return !this.mesh.envoy(task).ended && answer.kind === 'response' && answer.status === 200;
  }

  /** The value of a statistic of a task's Envoy; undefined if there is none of that name. */
  async statistic(task: string, name: string): Promise<number | undefined> {
    const body = await this.admin(task, `/stats?filter=^${name.replaceAll('.', '\\.')}$`);
    const [, value] = /: (\d+)$/m.exec(body) ?? [];
    return value === undefined ? undefined : Number(value);
  }

  /** What a task's Envoy has had resident at most, in MiB. */
  peak(task: string): number {
    return Math.round(memoryOf(this.mesh.envoy(task))?.peak ?? Number.NaN);
  }

  /** The access log of a task, once it has a line with this text. */
  async logWith(task: string, text: string): Promise<readonly string[]> {
    return until(
      () => {
        const lines = this.mesh.accessLog(task);
        return lines.some((line) => line.includes(text)) && lines;
      },
      { what: `a line with ${text} in the log of ${task}` },
    );
  }

  async close(): Promise<void> {
    await this.mesh.close();
    expect(await this.mesh.leftovers()).toEqual([]);
  }
}

/** One for the tests of a file. */
export function attacked(plan: () => Planned): () => AttackedMesh {
  let started: AttackedMesh | undefined;
  beforeAll(async () => {
    started = await AttackedMesh.start(plan());
  });
  afterAll(async () => {
    await started?.close();
  });
  return () => {
    if (started === undefined) throw new Error('the mesh did not start');
    return started;
  };
}

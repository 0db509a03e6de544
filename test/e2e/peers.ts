/** Peers that are not Envoys of this mesh, and what they may present. */
import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { INBOUND_PORT } from '../../lib/core/model/constants';
import { kmsSigner } from '../../programs/functions/x509/kms-signer';
import { issueLeafCertificate } from '../../programs/functions/x509/leaf-certificate';
import type { Connected, Connection, Done, Order } from './programs/tls-client';
import type { Heard, Presentation } from './programs/tls-server';
import { program } from './programs';
import type { Cluster, Endpoint, ImageRule } from './runner';
import { until } from './runner';

const DAY_MS = 86_400_000;

export type { Connected, Connection, RawRequest } from './programs/tls-client';

/** What a peer presents. */
export type Identity = Presentation['identity'];

/** Somebody in the VPC who connects as it likes: see programs/tls-client.ts. */
export class Peer {
  private readonly process: ChildProcess;
  private readonly waiting = new Map<
    number,
    { readonly resolve: (connected: Connected) => void; readonly reject: (error: Error) => void }
  >();
  private sent = 0;

  /** @param endpoint where it connects from, with what the security groups there allow */
  constructor(readonly endpoint: Endpoint) {
    this.process = endpoint.fork(program('tls-client'));
    this.process.on('message', (message) => {
      const { id, connected } = message as Done;
      this.waiting.get(id)?.resolve(connected);
      this.waiting.delete(id);
    });
    this.process.once('exit', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('the client ended'));
    });
  }

  /** Makes one connection, and tells what became of it. */
  async connect(connection: Omit<Connection, 'port'>): Promise<Connected> {
    this.sent += 1;
    const id = this.sent;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.process.send({ id, connection: { ...connection, port: INBOUND_PORT } } satisfies Order);
    });
  }

  close(): void {
    this.process.kill('SIGKILL');
  }
}

/** A certificate of the mesh's own authority that the issuing function would never make: whoever gets at the key in KMS could. */
export async function issuedByTheMesh(cluster: Cluster, identity: string, expiredDaysAgo?: number): Promise<Identity> {
  const [service = ''] = cluster.system.services.map(({ name }) => name);
  const { trustBundle } = await cluster.certificates.issue(service);
  const [signed] = cluster.aws.keys.signed;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const certificate = await issueLeafCertificate(
    {
      identity,
      dnsName: 'callee.shop.internal',
      publicKey: publicKey.export({ format: 'der', type: 'spki' }),
      ...(expiredDaysAgo === undefined
        ? { issuedAt: new Date() }
        : { issuedAt: new Date(Date.now() - (expiredDaysAgo + 1) * DAY_MS), lifetimeMs: DAY_MS }),
    },
    { certificate: new X509Certificate(trustBundle), signer: kmsSigner(cluster.aws.keys.client(), String(signed?.['KeyId'])) },
  );
  return { certificateChain: certificate.toString(), privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}

/** A machine that discovery shows as a task of a service, whoever it is: see programs/tls-server.ts. */
export class Impostor {
  private readonly process: ChildProcess;
  private heard: string[] = [];
  private listening = false;

  private constructor(readonly endpoint: Endpoint) {
    this.process = endpoint.fork(program('tls-server'));
    this.process.on('message', (message) => {
      const { kind, text } = message as Heard;
      if (kind === 'told') {
        this.heard.push(text);
      } else {
        this.heard = [];
        this.listening = true;
      }
    });
  }

  static async join(cluster: Cluster, service: string): Promise<Impostor> {
    const { securityGroups, registries } = cluster.service(service);
    const id = `impostor-of-${service}`;
    const endpoint = await cluster.vpc.join({ name: id, securityGroups });
    for (const { discovery } of registries) cluster.cloudMap.register(discovery, { id, address: endpoint.address, healthy: true });
    return new Impostor(endpoint);
  }

  /** Takes calls from now on, in this way and no other. */
  async present(presentation: Omit<Presentation, 'port'>): Promise<void> {
    this.listening = false;
    this.process.send({ ...presentation, port: INBOUND_PORT } satisfies Presentation);
    await until(() => this.listening, { what: 'the impostor to listen' });
  }

  /** All that it was told since it presents itself so. */
  get told(): readonly string[] {
    return this.heard;
  }

  close(): void {
    this.process.kill('SIGKILL');
  }
}

/** A TCP application that speaks first: see programs/greeter.ts. */
export function greeter(image: string, port: number): ImageRule {
  return { image, run: () => ({ argv: [process.execPath, program('greeter')], environment: { PORT: String(port) }, user: '1000' }) };
}

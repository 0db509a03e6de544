import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { GATEWAY_PORT } from '../../../lib/core/model/constants';
import { DEFAULT_EDGE } from '../../../lib/core/model/edge-names';
import { listenerOf } from '../../../programs/emulator/load-balancer/listener';
import { readTemplate } from '../../../programs/emulator/template/read-template';
import type { ServiceModel } from '../../../programs/emulator/template/system';
import type { Template } from '../../../programs/emulator/template/template';
import type { Answer, Asked } from './local-world';
import { ask, freePort, listening, LocalWorld, systemOf, tasksOf, until } from './local-world';
import type { Credentials, Signed } from './signing';
import { signedHeaders } from './signing';

/** A request as the gateway service has it. */
export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Where it came in. */
  readonly port: number;
}

let started = 0;
/** Two processes have no address in common either. */
const LOOPBACK = `127.${process.env['JEST_WORKER_ID'] ?? 0}`;

/** A system with edges, of which the gateway services are servers of a test. */
export class EdgeWorld {
  readonly received: Received[] = [];
  private tasks = 0;
  /** What the gateway service answers. */
  answer: (received: Received, response: ServerResponse) => void = (_, response) => response.end('hello');

  private constructor(
    readonly world: LocalWorld,
    readonly ports: ReadonlyMap<string, number>,
  ) {}

  /** @param edges their names */
  static async start(template: Template, edges: readonly string[]): Promise<EdgeWorld> {
    const ports = new Map<string, number>();
    for (const name of edges) ports.set(name, await freePort());
    const world = await LocalWorld.start(
      systemOf(
        template,
        tasksOf(template),
        [...ports].map(([name, port]) => ({ name, port })),
      ),
    );
    const made = new EdgeWorld(world, ports);
    try {
      await world.deployed();
      // Two systems of one process have no address in common.
      started += 1;
      for (const [index, { name, registries }] of gatewaysOf(template).entries())
        await made.gateway(
          `${name}-1`,
          `${LOOPBACK}.${started}.${index + 1}`,
          portsBehind(template, name) ?? [registries[0]?.port ?? GATEWAY_PORT],
        );
    } catch (error) {
      await world.close();
      throw error;
    }
    return made;
  }

  async send(edge: string, path: string, asked: Asked = {}): Promise<Answer> {
    return ask(`http://127.0.0.1:${this.ports.get(edge)}${path}`, asked);
  }

  /** The headers of a request that is signed with the local credentials. */
  async signed(edge: string, request: Omit<Signed, 'host'>, by: Partial<Credentials> = {}): Promise<Record<string, string>> {
    const { edges } = (await this.world.status()) as { readonly edges: readonly { readonly credentials?: Credentials }[] };
    const local = edges.flatMap(({ credentials }) => credentials ?? [])[0];
    if (local === undefined) throw new Error('no edge names credentials');
    return signedHeaders({ ...local, ...by }, { ...request, host: `127.0.0.1:${this.ports.get(edge)}` });
  }

  async token(request: Readonly<Record<string, unknown>>): Promise<string> {
    const { text } = await this.world.control('/tokens', { method: 'POST', body: JSON.stringify(request) });
    return (JSON.parse(text) as { readonly token: string }).token;
  }

  /** A task of a service, from now on; its address. */
  async task(id: string): Promise<string> {
    this.tasks += 1;
    const address = `${LOOPBACK}.${started}.${100 + this.tasks}`;
    this.world.hold(id, address).say('healthy');
    await until(id, async () => JSON.stringify(await this.world.tasks()).includes(id));
    return address;
  }

  private async gateway(task: string, address: string, ports: readonly number[]): Promise<void> {
    for (const port of ports) {
      const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { method, url: path, headers } = request;
          const received = { method, path, headers, body: Buffer.concat(chunks), port };
          this.received.push(received);
          this.answer(received, response);
        });
      });
      new WebSocketServer({ server }).on('connection', (socket, { url, headers }) => {
        socket.on('message', (data: Buffer) => {
          socket.send(`${url} ${String(headers['x-forwarded-for'])} ${data.toString()}`);
        });
      });
      await listening(server, port, address);
      this.world.atEnd(() => {
        server.close();
        server.closeAllConnections();
      });
    }
    const lease = this.world.hold(task, address);
    lease.say('healthy');
    await until(task, async () => JSON.stringify(await this.world.tasks()).includes(task));
  }
}

/** Of target groups, where a load balancer is an edge. */
function portsBehind(template: Template, name: string): readonly number[] | undefined {
  const listener = listenerOf(template, DEFAULT_EDGE);
  return listener !== undefined && readTemplate(template).services.some((each) => each.name === name && each.logicalId === listener.gateway)
    ? [...listener.ports.values()]
    : undefined;
}

function gatewaysOf(template: Template): readonly ServiceModel[] {
  return readTemplate(template).services.filter(({ name }) => name.startsWith('gateway'));
}

import type { ClientRequest, IncomingMessage, Server } from 'node:http';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Template } from '../../../programs/emulator/template/template';
import { readTemplate } from '../../../programs/emulator/template/read-template';
import type { LocalAwsOptions } from '../../../programs/local/aws/local-aws';
import { LocalAws } from '../../../programs/local/aws/local-aws';
import type { LocalEdge, LocalSystem, LocalTask } from '../../../programs/local/local-system';
import { LEASES_PATH, SYSTEM_FILE, TASK_HEADER } from '../../../programs/local/local-system';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** From which it comes. */
  readonly localAddress?: string;
}

/** A request on loopback, with all that `fetch` would not send. */
export async function ask(url: string, { method = 'GET', headers = {}, body, localAddress }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: headers as Record<string, string | string[]>, agent: false, localAddress };
    const sent = send(url, options, (response) => {
      response.setEncoding('latin1');
      let text = '';
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export async function freePort(): Promise<number> {
  const server = await listening(createServer());
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function listening(server: Server, port = 0, host = '127.0.0.1'): Promise<Server> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}

export function systemOf(template: Template, tasks: readonly LocalTask[], edges: readonly LocalEdge[] = []): LocalSystem {
  return { template, values: { 'AWS::Region': 'eu-west-1', 'AWS::AccountId': '123456789012' }, tasks, edges };
}

/** The tasks of a template, one of each service, as the command `local` calls them. */
export function tasksOf(template: Template): readonly LocalTask[] {
  return readTemplate(template).services.map(({ name, logicalId }) => ({ id: `${name}-1`, service: logicalId, workload: name }));
}

/** The container `aws`, in this process. */
export class LocalWorld {
  readonly lines: string[] = [];
  private started: LocalAws | undefined;
  private readonly closing: (() => unknown)[] = [];

  private constructor(
    private readonly directory: string,
    readonly awsPort: number,
    readonly controlPort: number,
    readonly adminPort: number,
    readonly issuerPort: number,
  ) {}

  get aws(): LocalAws {
    if (this.started === undefined) throw new Error('it has not started');
    return this.started;
  }

  static async start(system: LocalSystem | string, options: Partial<LocalAwsOptions> = {}): Promise<LocalWorld> {
    const directory = mkdtempSync(join(tmpdir(), 'local-aws-'));
    const world = new LocalWorld(directory, await freePort(), await freePort(), await freePort(), await freePort());
    world.write(system);
    const aws = await LocalAws.start({
      systemFile: join(directory, SYSTEM_FILE),
      awsPort: world.awsPort,
      controlPort: world.controlPort,
      issuerPort: world.issuerPort,
      adminPort: world.adminPort,
      address: '127.0.0.1',
      log: (line) => world.lines.push(line),
      ...options,
    });
    world.started = aws;
    world.atEnd(async () => aws.close());
    return world;
  }

  /** Puts a file in the place of the one that is there. */
  write(system: LocalSystem | string): void {
    const path = join(this.directory, `${SYSTEM_FILE}.next`);
    writeFileSync(path, typeof system === 'string' ? system : JSON.stringify(system));
    renameSync(path, join(this.directory, SYSTEM_FILE));
  }

  atEnd(end: () => unknown): void {
    this.closing.unshift(end);
  }

  async close(): Promise<void> {
    for (const end of this.closing) await Promise.resolve(end());
    rmSync(this.directory, { recursive: true });
  }

  async control(path: string, asked: Asked = {}): Promise<Answer> {
    return ask(`http://127.0.0.1:${this.controlPort}${path}`, asked);
  }

  async status(): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse((await this.control('/status')).text) as Readonly<Record<string, unknown>>;
  }

  async tasks(): Promise<unknown> {
    return JSON.parse((await this.control('/tasks')).text) as unknown;
  }

  async deployed(): Promise<void> {
    await until('a deployment', async () => (await this.status())['deployed'] !== null);
  }

  /** The lease of a task, from an address of its own. */
  hold(task: string, address = '127.0.0.1'): Lease {
    const lease = new Lease(
      send({
        port: this.awsPort,
        host: '127.0.0.1',
        localAddress: address,
        method: 'POST',
        path: `${LEASES_PATH}/${task}`,
        agent: false,
      }),
    );
    this.atEnd(() => {
      lease.end();
    });
    return lease;
  }

  /** What a task has on loopback: requests of it get its name. Its URL. */
  async proxy(task: string): Promise<string> {
    const server = await listening(
      createServer((request, response) => {
        const headers = { ...request.headers, [TASK_HEADER]: task };
        const { method, url: path } = request;
        const sent = send({ port: this.awsPort, host: '127.0.0.1', method, path, headers, agent: false }, (answer) => {
          response.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.pipe(response);
        });
        sent.on('error', () => response.destroy());
        request.pipe(sent);
      }),
    );
    this.atEnd(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
}

export class Lease {
  /** Of the answer, as soon as it is there. */
  status: number | undefined;
  text = '';
  ended = false;

  constructor(private readonly request: ClientRequest) {
    request.on('response', (response) => {
      this.status = response.statusCode;
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        this.text += text;
      });
      response.on('close', () => {
        this.ended = true;
      });
    });
    request.on('error', () => {
      this.ended = true;
    });
    request.flushHeaders();
  }

  say(health: 'healthy' | 'unhealthy'): void {
    this.request.write(`${health}\n`);
  }

  end(): void {
    this.request.destroy();
  }
}

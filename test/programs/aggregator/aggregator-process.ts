import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AGGREGATIONS_FILE,
  AGGREGATOR_ENTRY_POINT,
  COMPLETE_HEADER,
  ROUTE_HEADER,
  type Aggregations,
} from '../../../lib/core/contract/aggregation';
import { until } from '../../e2e/runner/wait';

export interface LogLine {
  readonly level?: string;
  readonly message?: string;
  readonly [field: string]: unknown;
}

export interface ClientResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: () => unknown;
  readonly complete: string | undefined;
}

export interface ClientOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

/** The bundled program as a process of its own, as its container starts it. */
export class AggregatorProcess {
  readonly lines: LogLine[] = [];
  readonly exited: Promise<number>;
  readonly directory: string;
  output = '';
  private readonly child: ChildProcess;

  constructor(program: string, aggregations: Aggregations | string, partsPort: number) {
    this.directory = mkdtempSync(join(tmpdir(), 'aggregator-'));
    const text = typeof aggregations === 'string' ? aggregations : JSON.stringify(aggregations);
    writeFileSync(join(this.directory, AGGREGATIONS_FILE), text);
    this.child = spawn(process.execPath, [...AGGREGATOR_ENTRY_POINT.slice(1, -1), program], {
      env: {
        PATH: process.env['PATH'],
        MALLOC_ARENA_MAX: '1',
        MESH_DIRECTORY: this.directory,
        AGGREGATOR_PORT: '0',
        AGGREGATOR_PARTS_PORT: String(partsPort),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let rest = '';
    this.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.output += chunk;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.lines.push(JSON.parse(line) as LogLine);
    });
    this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.output += chunk;
    });
    this.exited = new Promise((resolve) => {
      this.child.once('close', (code) => {
        resolve(code ?? -1);
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async message(message: string): Promise<LogLine> {
    return until(() => this.lines.find((line) => line.message === message), {
      what: `"${message}"`,
      timeoutMs: 20_000,
      detail: () => this.output,
    });
  }

  async port(): Promise<number> {
    return Number((await this.message('the aggregator runs'))['port']);
  }

  /** As Envoy sends a request of that route. */
  async get(route: string, path: string, options: ClientOptions = {}): Promise<ClientResponse> {
    return send(await this.port(), path, { ...options, headers: { [ROUTE_HEADER]: route, ...options.headers } });
  }

  async stop(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export async function send(port: number, path: string, { method = 'GET', headers, body, signal }: ClientOptions): Promise<ClientResponse> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        headers: { ...headers } as Record<string, string | string[]>,
        agent: false,
        ...(signal === undefined ? {} : { signal }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const complete = response.headers[COMPLETE_HEADER];
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: () => JSON.parse(text) as unknown,
            complete: typeof complete === 'string' ? complete : undefined,
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

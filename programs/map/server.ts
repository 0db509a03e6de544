import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SystemDescription } from '../../lib/core/description/system-description';
import { documentOf } from './document';
import { drawingOf, mapSystemOf } from './drawing';
import { factsOfBox, factsOfCall } from './facts';
import { figuresOf } from './figures';
import { LastRequests } from './requests';
import { Sampler, type SamplerOptions } from './sampler';
import type { MapSource } from './source';
import { SystemIndex } from './system';
import type { Details, Drawing, MapState } from './view';

export interface MapOptions extends SamplerOptions {
  readonly system: SystemDescription;
  readonly source: MapSource;
  /** The script of the page, as esbuild bundles it. */
  readonly script: string;
  /** On 127.0.0.1; 0: any that is free. */
  readonly port: number;
  /** The Envoy configuration of a workload, as `config` prints it; undefined: there is none. */
  readonly configuration?: (workload: string) => string | undefined;
}

export interface LiveMap {
  readonly url: string;
  /** How it looks at the moment: as the page gets it. */
  state(): MapState;
  close(): Promise<void>;
}

/** Drawings that are kept: each takes up to seconds of a large system. */
const DRAWINGS = 50;

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Serves the map until it is closed. Resolves when each task has answered, or has not in its time.
 *
 * @throws what Node.js throws where the port is taken
 */
export async function startMap(options: MapOptions): Promise<LiveMap> {
  const site = new Site(options);
  const server = createServer((request, response) => {
    site.answer(request, response);
  });
  const port = await listen(server, options.port);
  await site.begin();
  return {
    url: `http://127.0.0.1:${port}/`,
    state: () => site.state(),
    close: async () => {
      site.end();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

class Site {
  private readonly index: SystemIndex;
  private readonly sampler: Sampler;
  private readonly requests: LastRequests;
  private readonly page;
  private readonly drawings = new Map<string, Promise<Drawing>>();
  private readonly ended = new AbortController();

  constructor(private readonly options: MapOptions) {
    const { system, source, script } = options;
    this.index = new SystemIndex(system);
    this.sampler = new Sampler(source, options);
    this.requests = new LastRequests(this.index, (id) => this.sampler.tasks.find(({ task }) => task.id === id)?.task.workload);
    this.page = documentOf(system.name, script);
  }

  async begin(): Promise<void> {
    await this.sampler.start();
    // Lines of tasks that are not known yet belong nowhere.
    void this.readLogs();
  }

  end(): void {
    this.sampler.stop();
    this.ended.abort();
  }

  state(): MapState {
    const now = Date.now();
    const { problem, startedAt, windowMs } = this.sampler;
    return {
      ...{ at: now, since: startedAt, windowSeconds: windowMs / 1000 },
      ...(problem === undefined ? {} : { problem }),
      ...figuresOf(this.sampler, this.index, now),
    };
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    // A page of somebody else's, whose name leads here, has that name in its requests.
    if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? ''))
      send(response, 421, 'The map is for this computer alone.');
    else if (request.method !== 'GET' && request.method !== 'HEAD')
      send(response, 405, 'The map can only be read.', { allow: 'GET, HEAD' });
    else this.route(new URL(request.url ?? '/', 'http://map'), response);
  }

  private route({ pathname, searchParams: query }: URL, response: ServerResponse): void {
    const { system, configuration } = this.options;
    switch (pathname) {
      case '/':
        send(response, 200, this.page.html, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': this.page.policy });
        break;
      case '/system':
        sendJson(response, mapSystemOf(system));
        break;
      case '/state':
        sendJson(response, this.state());
        break;
      case '/events':
        this.stream(response);
        break;
      case '/details': {
        const details = this.details(query.get('id') ?? '');
        if (details === undefined) send(response, 404, 'There is no such service or call.');
        else sendJson(response, details);
        break;
      }
      case '/configuration': {
        const text = configuration?.(query.get('workload') ?? '');
        send(response, text === undefined ? 404 : 200, text ?? 'The output of cdk synth has no such configuration.');
        break;
      }
      case '/drawing':
        this.draw(query, response);
        break;
      default:
        send(response, 404, 'There is nothing here.');
    }
  }

  private draw(query: URLSearchParams, response: ServerResponse): void {
    const { system } = this.options;
    const focus = query.get('focus') ?? undefined;
    if (focus !== undefined && this.index.calleeBox(focus) === undefined) {
      send(response, 404, 'There is no such service.');
      return;
    }
    const direction = query.get('direction') === 'DOWN' ? 'DOWN' : 'RIGHT';
    const key = `${direction} ${focus ?? ''}`;
    if (this.drawings.size > DRAWINGS) this.drawings.clear();
    const drawing = this.drawings.get(key) ?? drawingOf(system, { direction, ...(focus === undefined ? {} : { focus }) });
    this.drawings.set(key, drawing);
    drawing.then(
      (drawn) => {
        sendJson(response, drawn);
      },
      (error: unknown) => {
        send(response, 500, String(error));
      },
    );
  }

  /** https://html.spec.whatwg.org/multipage/server-sent-events.html */
  private stream(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    const next = (): void => {
      // Who reads too slowly gets the next one.
      if (!response.writableNeedDrain) response.write(`data: ${JSON.stringify(this.state())}\n\n`);
    };
    next();
    const timer = setInterval(next, this.options.intervalMs ?? 1000);
    const stop = (): void => {
      clearInterval(timer);
    };
    response.once('close', stop);
    this.ended.signal.addEventListener('abort', stop, { once: true });
  }

  private details(id: string): Details | undefined {
    const { system, source, configuration } = this.options;
    const all = mapSystemOf(system);
    const box = all.boxes.find((each) => each.id === id);
    const call = all.calls.find(({ key }) => key === id);
    const logs = source.accessLog === undefined ? {} : { requests: this.requests.of(id) };
    if (call !== undefined) {
      const [from, to] = [call.from, call.to].map((end) => all.boxes.find((each) => each.id === end)?.name ?? end);
      const workloads = configuration === undefined ? [] : this.index.workloadsOf(call.from).map(({ name }) => name);
      return { title: `${from ?? ''} → ${to ?? ''}`, facts: factsOfCall(this.index, call.from, call.to), ...logs, workloads };
    }
    if (box === undefined) return undefined;
    const workloads = configuration === undefined ? [] : this.index.workloadsOf(id).map(({ name }) => name);
    return { title: `${box.name}, ${box.caption}`, facts: factsOfBox(this.index, id), ...logs, workloads };
  }

  private async readLogs(): Promise<void> {
    const { accessLog } = this.options.source;
    if (accessLog === undefined) return;
    try {
      for await (const line of accessLog(this.ended.signal)) this.requests.note(line);
    } catch {
      // Figures go on without them.
    }
  }
}

function sendJson(response: ServerResponse, content: unknown): void {
  send(response, 200, JSON.stringify(content), { 'content-type': 'application/json' });
}

function send(response: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...HEADERS, ...headers });
  response.end(body);
}

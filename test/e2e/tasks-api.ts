/** The HTTP API by which `map --from` reads a local system, over the tasks of a cluster. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { PROXY_CONTAINER } from '../../lib/core/model/constants';
import type { Cluster, Task } from './runner';

export class TasksApi {
  private constructor(
    private readonly server: Server,
    /** Tasks that are not listed, as ECS lists none that it has stopped. */
    private readonly forgotten: Set<string>,
  ) {}

  static async open(cluster: Cluster): Promise<TasksApi> {
    const forgotten = new Set<string>();
    const all = new Map<string, Task>();
    const listed = (): readonly Task[] => {
      for (const task of cluster.tasks()) all.set(task.id, task);
      return [...all.values()].filter(({ id }) => !forgotten.has(id));
    };
    const server = createServer((request, response) => {
      answer(request, response, listed()).catch((error: unknown) => {
        response.writeHead(502).end(String(error));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TasksApi(server, forgotten);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  forget(task: Task): void {
    this.forgotten.add(task.id);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function answer({ url = '/', method }: IncomingMessage, response: ServerResponse, tasks: readonly Task[]): Promise<void> {
  if (url === '/tasks') {
    const healthy = ({ story }: { readonly story: readonly string[] }): boolean =>
      story.lastIndexOf('task UNHEALTHY') <= story.lastIndexOf('task HEALTHY');
    response.end(
      JSON.stringify(tasks.map((task) => ({ id: task.id, workload: task.service.name, healthy: healthy({ story: task.story() }) }))),
    );
    return;
  }
  if (url === '/access-log') {
    response.writeHead(200);
    if (method === 'HEAD') response.end();
    else follow(tasks, response);
    return;
  }
  const [, id, path] = /^\/tasks\/([^/]+)\/envoy(\/.+)$/.exec(url) ?? [];
  const task = tasks.find((each) => each.id === id);
  if (task === undefined || path === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { status, body } = await task.client.get(`http://127.0.0.1:${ADMIN_PORT}${path}`);
  response.writeHead(status).end(body);
}

function follow(tasks: readonly Task[], response: ServerResponse): void {
  const ends = tasks.map((task) =>
    task.container(PROXY_CONTAINER).log.onLine(({ text }) => {
      response.write(`${JSON.stringify({ task: task.id, line: text })}\n`);
    }),
  );
  response.flushHeaders();
  response.once('close', () => {
    for (const end of ends) end();
  });
}

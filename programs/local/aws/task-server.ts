import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { TaskAnswers } from '../../emulator/aws/endpoint';
import { LEASES_PATH, TASK_HEADER } from '../local-system';
import type { DeployedSystem } from './deployed-system';
import type { Leases } from './leases';

/** What tasks are answered: AWS's API, task metadata, and their leases. Who calls is what the task's holder says. */
export function taskServer(system: DeployedSystem, leases: Leases): Server {
  const caller = ({ headers }: IncomingMessage): ReturnType<DeployedSystem['identity']> => system.identity(String(headers[TASK_HEADER]));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://aws');
    if (pathname.startsWith(`${LEASES_PATH}/`)) {
      if (request.method === 'POST') leases.take(decodeURIComponent(pathname.slice(LEASES_PATH.length + 1)), request, response);
      else response.writeHead(405, { allow: 'POST' }).end('A lease is a POST.\n');
      return;
    }
    answer(system, caller, request, response);
  });
  // A lease is a request that does not end.
  server.requestTimeout = 0;
  // Those who keep connections longer than this find them closed when they send.
  server.keepAliveTimeout = 60_000;
  return server;
}

function answer(
  system: DeployedSystem,
  caller: (request: IncomingMessage) => ReturnType<DeployedSystem['identity']>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { aws } = system;
  if (aws === undefined) {
    response.writeHead(503).end(`The system is not deployed yet: ${system.status.error ?? 'wait a little'}.\n`);
    return;
  }
  const answers = new TaskAnswers(aws, caller);
  if (/^\/(v4|v2\/credentials)\//.test(request.url ?? '')) answers.metadata(request, response);
  else void answers.api(request, response);
}

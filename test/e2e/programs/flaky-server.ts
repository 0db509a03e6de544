/**
 * An HTTP application that misbehaves as its own task sets:
 *
 *   POST /mode/<mode>        `well`; `status-<code>` answers with that status; `slow-<ms>` answers after that long;
 *                            `once-<code>` answers every second request with that status when it comes for the first time;
 *                            `silent` never answers; `reset` closes the connection at each request; `garbage` answers with
 *                            what is no HTTP; `half` breaks off within the answer; `sick` says on /health that it is not well
 *
 * In every mode it answers `/health` with 200 (503 if `sick`), and does what these paths ask for:
 *
 *   /drip/<count>/<ms>       that many lines, one after each pause
 *   /wait/<ms>               answers after that long
 *   /status/<code>           answers with that status
 *
 * Answers are JSON and name the host; each request is logged. SIGTERM ends it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { hostname } from 'node:os';

let mode = 'well';

/** Requests that came before, by their ids: Envoy keeps those of what it tries again. */
const seen = new Set<string>();

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ host: hostname() }));
}

function drip(response: ServerResponse, count: number, ms: number): void {
  response.writeHead(200, { 'content-type': 'text/plain' });
  let sent = 0;
  const next = (): void => {
    sent += 1;
    response.write(`${sent}\n`);
    if (sent < count) timer = setTimeout(next, ms);
    else response.end();
  };
  let timer = setTimeout(next, 0);
  response.once('close', () => {
    clearTimeout(timer);
  });
}

function whileFlaky({ socket, headers }: IncomingMessage, response: ServerResponse): void {
  const [, how, amount = ''] = /^([a-z]+)-?(\d*)$/.exec(mode) ?? [];
  switch (how) {
    case 'status':
      answer(response, Number(amount));
      break;
    case 'once': {
      const id = String(headers['x-request-id']);
      const again = seen.has(id);
      seen.add(id);
      answer(response, !again && seen.size % 2 === 0 ? Number(amount) : 200);
      break;
    }
    case 'slow':
      setTimeout(() => {
        answer(response, 200);
      }, Number(amount));
      break;
    case 'silent':
      break;
    case 'reset':
      socket.resetAndDestroy();
      break;
    case 'garbage':
      socket.end('\u0000\u0001 this is not HTTP \u0007\r\n\r\n');
      break;
    case 'half':
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf of it', () => socket.resetAndDestroy());
      break;
    default:
      answer(response, 200);
  }
}

const server = createServer((request, response) => {
  const { method = '', url = '/' } = request;
  console.log(JSON.stringify({ method, path: url }));
  request.resume();
  const [, action = '', first = '', second = ''] =
    /^\/(mode|health|drip|wait|status)(?:\/([^/?]*))?(?:\/([^/?]*))?(?:\?.*)?$/.exec(url) ?? [];
  request.once('end', () => {
    switch (action) {
      case 'mode':
        mode = first;
        answer(response, 200);
        break;
      case 'health':
        answer(response, mode === 'sick' ? 503 : 200);
        break;
      case 'drip':
        drip(response, Number(first), Number(second));
        break;
      case 'wait':
        setTimeout(() => {
          answer(response, 200);
        }, Number(first));
        break;
      case 'status':
        answer(response, Number(first));
        break;
      default:
        whileFlaky(request, response);
    }
  });
});
server.listen(Number(process.env['PORT'] ?? 8080), '0.0.0.0', () => {
  console.log('listening');
});
process.once('SIGTERM', () => process.exit(0));

/** An application that speaks HTTP/2 only, without TLS: answers `/delay/<ms>` after that long, and everything else at once. */
import type { ServerHttp2Session } from 'node:http2';
import { createServer } from 'node:http2';
import { hostname } from 'node:os';

const sessions = new Set<ServerHttp2Session>();
const server = createServer();
server.on('session', (session) => {
  sessions.add(session);
  session.once('close', () => sessions.delete(session));
});
server.on('request', (request, response) => {
  console.log(JSON.stringify({ method: request.method, path: request.url }));
  setTimeout(
    () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ host: hostname(), path: request.url }));
    },
    Number(/^\/delay\/(\d+)$/.exec(request.url)?.[1] ?? 0),
  );
});
server.listen(Number(process.env['PORT'] ?? 8080), '0.0.0.0', () => {
  console.log('listening');
});
process.once('SIGTERM', () => {
  console.log('SIGTERM');
  server.close(() => process.exit(0));
  for (const session of sessions) session.close();
});

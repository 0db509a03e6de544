/** A TCP application that speaks first: greets everybody, and logs who came. What it is told, it says again. */
import { createServer } from 'node:net';

const server = createServer((socket) => {
  console.log(JSON.stringify({ greeted: socket.remotePort }));
  socket.on('error', () => undefined);
  socket.write('welcome\n');
  socket.pipe(socket);
});
server.listen(Number(process.env['PORT'] ?? 7000), '0.0.0.0', () => {
  console.log('listening');
});
process.once('SIGTERM', () => process.exit(0));

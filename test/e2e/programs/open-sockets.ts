/**
 * Opens UDP and TCP sockets in the network namespace that it is started in, hands them to its parent process, and ends.
 * The parent then serves inside that namespace without being in it. Arguments: `udp:<address>:<port>` or `tcp:…`; each
 * socket is sent with its argument.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

async function open(what: string): Promise<void> {
  const [kind, address = '', port = ''] = what.split(':');
  const socket = await (kind === 'udp' ? openUdp(address, Number(port)) : openTcp(address, Number(port)));
  await new Promise<void>((sent) =>
    process.send?.(what, socket, undefined, () => {
      sent();
    }),
  );
}

async function openUdp(address: string, port: number): Promise<ReturnType<typeof createSocket>> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.bind(port, address, () => {
      resolve(socket);
    });
  });
}

async function openTcp(address: string, port: number): Promise<ReturnType<typeof createServer>> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(port, address, () => {
      resolve(server);
    });
  });
}

void (async () => {
  for (const what of process.argv.slice(2)) await open(what);
})();
// The parent ends the channel when it has all.
process.once('disconnect', () => process.exit(0));

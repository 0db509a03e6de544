/**
 * Opens a UDP and a TCP socket on an address and port of the network namespace that it is started in, hands them to
 * its parent process, and ends. The parent then serves inside that namespace without being in it.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const [address = '', port = ''] = process.argv.slice(2);

const udp = createSocket('udp4');
udp.bind(Number(port), address, () => {
  process.send?.('udp', udp, undefined, () => {
    const tcp = createServer();
    tcp.listen(Number(port), address, () => {
      process.send?.('tcp', tcp);
    });
  });
});
// The parent ends the channel when it has both.
process.once('disconnect', () => process.exit(0));

/** A DNS server for 127.0.0.1:53 that knows no name, and says so at once. https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1 */
import { createSocket } from 'node:dgram';

const RESPONSE = 0x80;
const RECURSION_DESIRED = 0x01;
const NO_SUCH_NAME = 0x83; // with "recursion available"

const server = createSocket('udp4');
server.on('message', (question, { address, port }) => {
  const answer = Buffer.from(question);
  answer[2] = RESPONSE | ((question[2] ?? 0) & RECURSION_DESIRED);
  answer[3] = NO_SUCH_NAME;
  server.send(answer, port, address);
});
server.bind(53, '127.0.0.1', () => {
  process.stdout.write('ready\n');
});

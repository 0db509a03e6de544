/**
 * Stands in for the tracing collector of a task: listens where it does and prints every X-Ray segment as one line of
 * JSON. A packet is a header line, `{"format":"json","version":1}`, and the segment. Before that it writes what the
 * CloudWatch agent writes at its start, in the same places, and ends if it may not.
 */
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';

const DIRECTORY = '/opt/aws/amazon-cloudwatch-agent';
const FILES = [
  'etc/amazon-cloudwatch-agent.toml',
  'etc/amazon-cloudwatch-agent.yaml',
  'etc/env-config.json',
  'var/amazon-cloudwatch-agent.pid',
];
for (const file of FILES) {
  writeFileSync(`${DIRECTORY}/${file}`, `${process.pid}\n`);
}

const socket = createSocket('udp4');
socket.on('message', (packet) => {
  const text = packet.toString();
  const [header = '', ...rest] = text.split('\n');
  try {
    const { format } = JSON.parse(header) as { readonly format?: string };
    if (format !== 'json') throw new Error(`format ${String(format)}`);
    console.log(JSON.stringify({ xray_segment: JSON.parse(rest.join('\n')) as unknown }));
  } catch (error) {
    console.log(JSON.stringify({ xray_malformed: text, error: String(error) }));
  }
});
socket.bind(2000, '127.0.0.1', () => {
  console.log('listening on UDP 2000');
});
process.once('SIGTERM', () => process.exit(0));

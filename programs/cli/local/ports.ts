import { createServer } from 'node:net';
import { AWS_PORT, CONTROL_PORT, ISSUER_PORT } from '../../local/local-system';
import { portNumber } from '../port-number';
import { suggestion, Trouble } from '../trouble';

const FIRST_EDGE = 8080;
/** Those of the container in which edges listen. */
const INSIDE: readonly number[] = [AWS_PORT, CONTROL_PORT, ISSUER_PORT];

/**
 * The port of each edge on this machine.
 *
 * @param options such as `default=8080`, or `8080` alone for an only edge
 */
export function edgePorts(edges: readonly string[], options: readonly string[]): ReadonlyMap<string, number> {
  const given = new Map(options.map((text) => portOption(text, edges)));
  let next = FIRST_EDGE;
  return new Map(
    edges.map((name) => {
      const port = given.get(name) ?? next;
      next = Math.max(next, port) + 1;
      return [name, port];
    }),
  );
}

function portOption(text: string, edges: readonly string[]): readonly [edge: string, port: number] {
  const [, name = edges.length === 1 ? edges[0] : undefined, port = ''] = /^(?:([^=]+)=)?(.*)$/.exec(text) ?? [];
  if (name === undefined)
    throw new Trouble(`--port "${text}" names no edge, of which there are ${edges.length}`, { allowed: edges, fix: 'write <edge>=<port>' });
  if (INSIDE.includes(Number(port)))
    throw new Trouble(`--port ${name}: port ${port} is taken inside of the local system`, { fix: 'choose another one' });
  if (!edges.includes(name))
    throw new Trouble(`--port names the edge "${name}", which there is not`, { allowed: edges, fix: suggestion(name, edges) });
  return [name, portNumber(port, `--port ${name}`)];
}

/** @throws Trouble if somebody has one of these ports of this machine */
export async function checkPorts(ports: readonly (readonly [port: number, option: string | undefined])[]): Promise<void> {
  const twice = ports.find(([port], index) => ports.findIndex(([other]) => other === port) !== index);
  if (twice !== undefined)
    throw new Trouble(`port ${twice[0]} is for two things at once`, { fix: `choose another one with ${twice[1] ?? '--port'}` });
  for (const [port, option] of ports)
    if (!(await isFree(port)))
      throw new Trouble(`port ${port} of this machine is taken`, {
        fix: option === undefined ? 'stop what has it' : `stop what has it, or choose another one with ${option}`,
      });
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}

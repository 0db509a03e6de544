import type { BoxKind, Diagram } from './diagram';

const PLURALS: Readonly<Record<BoxKind, readonly [one: string, many: string]>> = {
  client: ['client outside of the mesh', 'clients outside of the mesh'],
  edge: ['edge', 'edges'],
  gateway: ['gateway', 'gateways'],
  service: ['service', 'services'],
  worker: ['worker', 'workers'],
  job: ['job', 'jobs'],
  port: ['other port', 'other ports'],
  external: ['external service', 'external services'],
};

/** Such as `2 edges, 5 services and 9 calls.` */
export function summaryOf({ boxes, calls }: Diagram): string {
  const kinds = (Object.keys(PLURALS) as readonly BoxKind[]).flatMap((kind) => {
    const count = boxes.filter((box) => box.kind === kind).length;
    const [one, many] = PLURALS[kind];
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  });
  const count = calls.filter(({ protocol }) => protocol !== undefined).length;
  return `${kinds.join(', ')} and ${count} ${count === 1 ? 'call' : 'calls'}.`;
}

/** A sentence for each caller. */
export function callsInWords({ boxes, calls }: Diagram): readonly string[] {
  const names = new Map(boxes.map(({ id, name }) => [id, name]));
  const titles = new Map(boxes.map(({ id, kind, name }) => [id, kind === 'edge' ? `Edge ${name}` : name]));
  return boxes.flatMap(({ id }) => {
    const called = calls.filter(({ from, protocol }) => from === id && protocol !== undefined).map(({ to }) => names.get(to) ?? to);
    return called.length === 0 ? [] : [`${titles.get(id) ?? id} calls ${called.join(', ')}.`];
  });
}

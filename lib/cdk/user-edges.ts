import type { Edge } from '../props/edge/edge';
import type { MicroservicesProps } from '../props/microservices-props';

/** What the user chose for an edge of the plan: `edge` is the short form of `edges: { default: … }`. */
export function edgeOf({ edge, edges }: Pick<MicroservicesProps, 'edge' | 'edges'>, name: string): Edge | undefined {
  return edges?.[name] ?? edge;
}

/** Where calls come from or go to: other tasks' calls of this one, its own, or calls from API Gateway. */
export type Direction = 'inbound' | 'outbound' | 'edge';

/** What the statistics of our Envoys begin with; the agent counts those of what arrives. */
export function statPrefix(direction: Direction, peer: string): string {
  return `${direction}_${peer}`;
}

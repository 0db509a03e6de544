import type { MapSystem } from '../view';

/** What a box is called in sentences: an edge may have the name of a service. */
export function nameOf({ boxes }: MapSystem, id: string): string {
  const box = boxes.find((each) => each.id === id);
  return box === undefined ? id : box.kind === 'edge' ? `edge ${box.name}` : box.name;
}

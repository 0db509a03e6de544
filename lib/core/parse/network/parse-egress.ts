import type { Topology } from '../../model/topology';
import type { Reader } from '../../reading/reader';

export function parseEgress(at: Reader): Topology['egress'] {
  if (!at.checkFactory('Egress', 'Egress.declared() or Egress.open()') || !at.checkFields(['kind'])) return 'declared';
  return (
    at.field('kind').required('the kind of egress', 'use Egress.declared() or Egress.open()').oneOf(['declared', 'open'], 'an Egress') ??
    'declared'
  );
}

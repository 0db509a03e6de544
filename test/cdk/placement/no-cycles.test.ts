import * as fc from 'fast-check';
import { cyclesIn } from '../../support/assembly/cycles';
import type { PlacedSystem } from '../../support/placed-system';
import { REFERENCES, synthesize } from '../../support/placed-system';
import { systems } from '../../support/random-systems';
import { runs } from '../../support/runs';

const two = (
  services: PlacedSystem['services'],
  groups: PlacedSystem['groups'] = { a: 'nestedStack', b: 'nestedStack' },
): PlacedSystem => ({
  groups,
  services,
});

test.each<readonly [string, PlacedSystem]>([
  [
    'two nested stacks whose services call each other, though no two services do',
    two({
      a1: { group: 'a', calls: ['b1'] },
      b1: { group: 'b', calls: [] },
      b2: { group: 'b', calls: ['a2'] },
      a2: { group: 'a', calls: [] },
    }),
  ],
  [
    'a nested stack between services of the stack of the system',
    two({ first: { calls: ['a1'] }, a1: { group: 'a', calls: [] }, a2: { group: 'a', calls: ['last'] }, last: { calls: [] } }),
  ],
  [
    'a nested stack that waits for itself by way of the stack of the system',
    two({ a1: { group: 'a', calls: ['middle'] }, middle: { calls: ['a2'] }, a2: { group: 'a', calls: [] } }),
  ],
  [
    'two stacks of the user that call each other and the system',
    two(
      {
        x1: { group: 'x', calls: ['y1', 'own'] },
        y1: { group: 'y', calls: ['x1', 'x2'], versions: true },
        x2: { group: 'x', calls: [], versions: true },
        own: { calls: ['x2', 'y1'] },
      },
      { x: 'stack', y: 'stack' },
    ),
  ],
])('%s: nothing waits for itself', (_name, system) => {
  for (const references of REFERENCES) expect(cyclesIn(synthesize(system, undefined, references))).toEqual([]);
});

test.each(REFERENCES)('whatever services call, in whatever stacks, no resource and no stack waits for itself: %s', (references) => {
  fc.assert(
    fc.property(systems(7), (system) => {
      expect(cyclesIn(synthesize(system, undefined, references))).toEqual([]);
    }),
    { numRuns: runs(60) },
  );
});

import * as fc from 'fast-check';
import type { PlacedService, PlacedSystem } from './placed-system';

/** Groups of all kinds; not every system uses each. */
export const GROUPS = { a: 'nestedStack', b: 'nestedStack', c: 'nestedStack', x: 'stack', y: 'stack' } as const;
export const GROUP_NAMES = Object.keys(GROUPS);

/** Any call graph over so many services, in any groups, with circles and versions. */
export function systems(most: number): fc.Arbitrary<PlacedSystem> {
  return fc.integer({ min: 2, max: most }).chain((count) => {
    const names = Array.from({ length: count }, (_, index) => `s${index}`);
    const group = fc.option(fc.constantFrom(...GROUP_NAMES), { nil: undefined });
    const service = (name: string): fc.Arbitrary<PlacedService> =>
      fc.record({
        group,
        calls: fc.uniqueArray(fc.constantFrom(...names.filter((other) => other !== name)), { maxLength: 4 }),
        versions: fc.boolean().map((few) => few && name.endsWith('1')),
      });
    return fc
      .record({
        services: fc.tuple(...names.map(service)),
        edge: fc.option(fc.record({ service: fc.constantFrom(...names), group }), { nil: undefined }),
      })
      .map(({ services, edge }) => ({
        groups: GROUPS,
        services: Object.fromEntries(names.map((name, index) => [name, withoutUndefined(services[index])])),
        ...(edge === undefined ? {} : { edge: withoutUndefined(edge) }),
      }));
  });
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}

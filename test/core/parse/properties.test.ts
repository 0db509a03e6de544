import fc from 'fast-check';
import { planSystem } from '../../../lib/core/plan-system';
import { readProps } from '../../../lib/props/read-props';
import type { Issue } from '../../../lib/core/reading/issues';
import { IssueList } from '../../../lib/core/reading/issues';
import { build, mutatedProps, reorder, validProps } from '../../props/generated-props';
import { parse } from '../../support/parsing';
import { runs } from '../../support/runs';

const read = (tree: Parameters<typeof build>[0]) => parse(readProps(build(tree)));

/** Paths of what is not frozen, or not plain: one `expect` for all, since thousands would take seconds. */
function notPlain(value: unknown, path = 'topology'): string[] {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') return [path];
  if (typeof value !== 'object' || value === null) return [];
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = Object.isFrozen(value) && (prototype === Object.prototype || prototype === Array.prototype);
  return [...(plain ? [] : [path]), ...Object.entries(value).flatMap(([key, child]) => notPlain(child, `${path}.${key}`))];
}

/** Issues that a user could not read. */
function unreadable(issues: readonly Issue[]): Issue[] {
  return issues.filter(
    ({ path, message, fix = '', allowed = '' }) =>
      path === '' || message === '' || /undefined|\[object/.test(`${message} ${fix} ${allowed}`),
  );
}

test('valid props are accepted, and give frozen, plain data', () => {
  fc.assert(
    fc.property(validProps, (props) => {
      const { topology, issues } = read(props);
      expect(issues).toEqual([]);
      expect(notPlain(topology)).toEqual([]);
    }),
    { numRuns: runs(40) },
  );
});

test('props in another order give the same topology, byte for byte', () => {
  fc.assert(
    fc.property(validProps, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (props, stream) => {
      const random = (): number => stream.next().value as number;
      expect(JSON.stringify(read(reorder(props, random)).topology)).toBe(JSON.stringify(read(props).topology));
    }),
    { numRuns: runs(40) },
  );
});

test('wrong props in another order give the same issues', () => {
  fc.assert(
    fc.property(mutatedProps, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (props, stream) => {
      const random = (): number => stream.next().value as number;
      const codes = (tree: typeof props): string[] =>
        read(tree)
          .issues.map((issue) => `${issue.code} ${issue.path.replace(/\[\d+\]/, '[]')}`)
          .sort();
      expect(codes(reorder(props, random))).toEqual(codes(props));
    }),
    { numRuns: runs(40) },
  );
});

test('adding a service changes nothing of the others', () => {
  fc.assert(
    fc.property(validProps, (props) => {
      const { services, ...rest } = props as Record<string, Record<string, never>>;
      const before = read(props).topology.services;
      const after = read({ ...rest, services: { ...services, newcomer: { image: { $: 'image' }, port: 8080 } } }).topology.services;
      expect(after.filter((service) => service.name !== 'newcomer')).toEqual(before);
    }),
    { numRuns: runs(40) },
  );
});

// A change of what is valid may need a longer hunt: FUZZ_RUNS=5000 npx jest test/core/parse/properties
test('whatever the props are, reading and planning them throws nothing, and each issue is complete', () => {
  fc.assert(
    fc.property(mutatedProps, (props) => {
      const { topology, issues } = read(props);
      expect(unreadable(issues)).toEqual([]);
      expect(notPlain(topology)).toEqual([]);
      if (issues.length === 0) planSystem(topology, new IssueList());
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? runs(200)) },
  );
}, 3_600_000);

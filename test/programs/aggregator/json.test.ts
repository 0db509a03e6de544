import fc from 'fast-check';
import { MAX_DEPTH, readJson } from '../../../programs/aggregator/json/read-json';
import { reshape, shapeOf } from '../../../programs/aggregator/json/shape';
import { eachItem, eachMember, firstItems, kindOf, textOf, valueAt } from '../../../programs/aggregator/json/slices';
import type { AggregatedPart } from '../../../lib/core/contract/aggregation';
import { runs } from '../../support/runs';
import { part } from './plans';

const json = (text: string): Buffer => Buffer.from(text);

/** As JSON.parse reads it, where it need not be exact. */
const parsed = (bytes: Buffer | undefined): unknown => (bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8')));

/** Keys that are short are likely to be equal, and to be asked for. */
const keys = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor', '0', ''), fc.string({ unit: 'binary' }));
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const written = fc.tuple(values, fc.constantFrom(undefined, 1, '\t')).map(([value, indent]) => JSON.stringify(value, undefined, indent));

test('values, members and items are those that JSON.parse finds', () => {
  fc.assert(
    fc.property(written, fc.array(keys, { maxLength: 3 }), (text, fields) => {
      const whole = json(text);
      const value: unknown = JSON.parse(text);
      const wanted = fields.reduce<unknown>(
        (found, key) =>
          typeof found === 'object' && found !== null && Object.hasOwn(found, key) && !(Array.isArray(found) && key === 'length')
            ? (found as Record<string, unknown>)[key]
            : undefined,
        value,
      );
      expect(parsed(valueAt(whole, fields))).toEqual(wanted);
      if (Array.isArray(value)) {
        const items: unknown[] = [];
        eachItem(whole, (start, end) => items.push(parsed(whole.subarray(start, end))) > 0);
        expect(items).toEqual(value);
        const { items: first, others } = firstItems(whole, 2);
        expect([first.map(parsed), others]).toEqual([value.slice(0, 2), Math.max(0, value.length - 2)]);
      } else if (kindOf(whole) === 'object') {
        const members: [string, unknown][] = [];
        eachMember(whole, (key, { start, end }) => {
          members.push([key, parsed(whole.subarray(start, end))]);
        });
        expect(Object.fromEntries(members)).toEqual(value);
      }
    }),
    { numRuns: runs(2000) },
  );
});

test('whatever bytes come: JSON as JSON.parse takes it, and nothing else', () => {
  const bytes = fc.oneof(
    written.map(json),
    fc.tuple(written, fc.nat(), fc.constantFrom('"', '\\', ',', '{', ']', '\u0000', 'é')).map(([text, at, odd]) => {
      const index = text.length === 0 ? 0 : at % text.length;
      return json(`${text.slice(0, index)}${odd}${text.slice(index + 1)}`);
    }),
    // What JSON is made of, in any order.
    fc
      .array(
        fc.constantFrom(
          '{',
          '}',
          '[',
          ']',
          ',',
          ':',
          '"a"',
          '"',
          '\\u00',
          'e9',
          '\\n',
          '\\x',
          '-',
          '0',
          '1',
          '.5',
          'e',
          'E+',
          '+',
          ' ',
          '\t',
          '\f',
          'true',
          'null',
          'nul',
        ),
        { maxLength: 9 },
      )
      .map((pieces) => json(pieces.join(''))),
    fc.uint8Array().map((array) => Buffer.from(array)),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      const text = given.toString('utf8');
      let wanted: { readonly value: unknown } | undefined;
      try {
        wanted = Buffer.from(text).equals(given) ? { value: JSON.parse(text) as unknown } : undefined;
      } catch {
        wanted = undefined;
      }
      const read = readJson(given);
      expect(read.ok).toBe(wanted !== undefined);
      if (read.ok) expect(parsed(read.json)).toEqual(wanted?.value);
    }),
    { numRuns: runs(10_000) },
  );
});

test.each([
  ['a byte order mark', Buffer.from('\uFEFF{}'), 'not-json'],
  ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not-json'],
  ['UTF-16', Buffer.from('{}', 'utf16le'), 'not-json'],
  ['nothing', Buffer.alloc(0), 'not-json'],
  ['a comment', json('{}//'), 'not-json'],
  ['two values', json('{}{}'), 'not-json'],
  ['a comma too many', json('[1,]'), 'not-json'],
  ['NaN', json('NaN'), 'not-json'],
  ['half of a string', json('"abc'), 'not-json'],
  ['arrays that are too deep', json('['.repeat(MAX_DEPTH + 1) + ']'.repeat(MAX_DEPTH + 1)), 'too-deep'],
  ['a million brackets', json('['.repeat(1_000_000)), 'too-deep'],
])('fails if it is %s', (_what, bytes, code) => {
  expect(readJson(bytes)).toMatchObject({ ok: false, code });
});

test('brackets in strings are no depth, and what is as deep as may be is let in', () => {
  const deep = '['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH);
  expect([readJson(json(deep)).ok, readJson(json(JSON.stringify('[\\"'.repeat(500)))).ok]).toEqual([true, true]);
});

test('numbers stay what they are', () => {
  const text = '{"big":9007199254740993,"huge":1e400,"exact":0.10000000000000000001}';
  expect(valueAt(json(text), ['big'])?.toString()).toBe('9007199254740993');
  expect(textOf(valueAt(json(text), ['huge']) ?? json('0'))).toBe('1e400');
  const shape = shapeOf(part('a', ['/a'], { drop: ['huge'] }));
  expect(shape === undefined ? '' : reshape(json(text), shape)?.toString()).toBe('{"big":9007199254740993,"exact":0.10000000000000000001}');
});

test('of equal keys the last counts, also if one is written with escapes', () => {
  expect(valueAt(json('{"a":1,"\\u0061":2}'), ['a'])?.toString()).toBe('2');
  expect(valueAt(json('{"a":{"b":1},"a":{"c":2}}'), ['a', 'b'])).toBeUndefined();
});

function shaped(text: string, shape: Partial<AggregatedPart>): string | undefined {
  const found = shapeOf(part('a', ['/a'], shape));
  return found === undefined ? text : reshape(json(text), found)?.toString();
}

test.each<[string, Partial<AggregatedPart>, string | undefined]>([
  ['{"a":1,"b":2}', { pick: ['b'] }, '{"b":2}'],
  ['{"a":1,"b":2}', { pick: ['nothing'] }, '{}'],
  ['{"a":1,"b":2}', { drop: ['b'] }, '{"a":1}'],
  ['{"a":1,"b":2,"c":3}', { pick: ['a', 'b'], drop: ['b'], rename: { a: 'z' } }, '{"z":1}'],
  ['[ {"a":1} , null , {"b":2} ]', { drop: ['b'] }, '[{"a":1},null,{}]'],
  ['{ "a" : { "b" : [ 1 , 2 ] } }', { pick: ['a'] }, '{"a":{ "b" : [ 1 , 2 ] }}'],
  ['{"a":1,"b":2}', { rename: { a: 'b' } }, '{"b":1}'],
  ['{"b":2,"a":1}', { rename: { a: 'b' } }, '{"b":1}'],
  ['{"a":1,"b":2}', { rename: { a: 'b', b: 'a' } }, '{"b":1,"a":2}'],
  ['{"a":1,"a":2}', { pick: ['a'] }, '{"a":2}'],
  // As without a shape: nobody could remember all keys that there are.
  ['{"a":1,"a":2}', { drop: ['c'] }, '{"a":1,"a":2}'],
  ['{"a":1,"a":2}', { drop: ['a'] }, '{}'],
  ['{"a":1,"b":2,"a":3,"b":4}', { rename: { a: 'b' } }, '{"b":3}'],
  ['{"a":1,"b":2}', { drop: ['a'], rename: { a: 'b' } }, '{"b":2}'],
  ['{"\\u0061b" : 1,"c":2}', { drop: ['c'] }, '{"\\u0061b":1}'],
  ['{"__proto__":{"x":1},"a":1}', { pick: ['__proto__'], rename: { ['__proto__x']: 'y' } }, '{"__proto__":{"x":1}}'],
  ['{"\\u0061":1}', { rename: { a: '"\\' } }, '{"\\"\\\\":1}'],
  ['null', { pick: ['a'] }, 'null'],
  ['[]', { pick: ['a'] }, '[]'],
  ['{}', { pick: ['a'] }, '{}'],
  // What is not of the shape would pass whole.
  ['"secret"', { pick: ['a'] }, undefined],
  ['[[{"secret":1}]]', { pick: ['a'] }, undefined],
  ['[{"a":1},7]', { drop: ['b'] }, undefined],
])('%s with %j is %s', (text, shape, wanted) => {
  expect(shaped(text, shape)).toBe(wanted);
});

test('fields stay, go and get names as an object of JavaScript would have it', () => {
  const names = fc.constantFrom<string>('a', 'b', 'c', 'é', '"');
  const objects = fc.dictionary(names, values, { noNullPrototype: true });
  const shapes = fc.record({ pick: fc.uniqueArray(names), drop: fc.uniqueArray(names) }, { requiredKeys: [] });
  fc.assert(
    fc.property(objects, shapes, (object, { pick, drop }) => {
      const wanted = Object.entries(object).filter(([key]) => pick?.includes(key) !== false && drop?.includes(key) !== true);
      const shape = { ...(pick === undefined ? {} : { pick }), ...(drop === undefined ? {} : { drop }) };
      expect(JSON.parse(shaped(JSON.stringify(object), shape) ?? '')).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(wanted))));
    }),
    { numRuns: runs(1000) },
  );
});

test('no key of an answer reaches a prototype', () => {
  shaped('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}', { rename: { constructor: 'toString' } });
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

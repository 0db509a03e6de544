import { CfnParameter, Duration, Lazy, Size, Stack, Token } from 'aws-cdk-lib';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { Edge, Protocol, Timeout } from '../../lib';
import { readProps } from '../../lib/props/read-props';
import { Bytes, Choice, Opaque, Seconds, Unreadable, Unresolved, factoryTypeOf, originOf } from '../../lib/core/reading/input';

const broken = (): never => {
  throw new Error('boom');
};

describe('what the user wrote becomes plain data', () => {
  test.each([undefined, null, 0, -1.5, true, 'x', 10n, Symbol.iterator])('%p stays as it is', (value) => {
    expect(readProps(value)).toBe(value);
  });

  test('objects and lists are copied', () => {
    const props = { a: [1, { b: 'c' }], d: Object.assign(Object.create(null) as object, { e: 1 }) };
    const data = readProps(props);
    expect(data).toEqual({ a: [1, { b: 'c' }], d: { e: 1 } });
    expect(data).not.toBe(props);
    expect(originOf(data)).toBe(props);
  });

  test('a hole in a list is a missing value', () => {
    expect(readProps(new Array(2))).toEqual([undefined, undefined]);
  });

  test('an own "__proto__" stays a property and changes no prototype', () => {
    const data = readProps(JSON.parse('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.keys(data)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test("instances of this library's classes tell their content and what they are", () => {
    const options = { routes: {} };
    const edge = readProps(Edge.restApi(options));
    expect(edge).toEqual({ kind: 'rest', routes: {} });
    expect(factoryTypeOf(edge)).toBe('Edge');
    expect(readProps(Protocol.GRPC)).toEqual(new Choice('Protocol', 'grpc'));
    expect(readProps(CpuArchitecture.ARM64)).toEqual(new Choice('CpuArchitecture', 'ARM64'));
    expect(readProps(Timeout.perRequest(Duration.minutes(1)))).toEqual({ perRequest: new Seconds(60) });
  });

  test('options cannot make one kind of edge into another', () => {
    expect(readProps(Edge.httpApi({ routes: {}, kind: 'rest' } as never))).toMatchObject({ kind: 'http' });
  });

  test('other objects are kept for render', () => {
    class Person {}
    const person = new Person();
    expect(readProps(person)).toEqual(new Opaque(person));
    expect(readProps(new Map())).toBeInstanceOf(Opaque);
  });
});

describe('durations', () => {
  test.each([
    [Duration.seconds(0), 0],
    [Duration.minutes(1), 60],
    [Duration.millis(1), 0.001],
    [Duration.millis(1.5), 0.0015],
    [Duration.seconds(0.0001), 0.0001],
    [Duration.days(1), 86_400],
  ])('%s is %d seconds', (duration, seconds) => {
    expect((readProps(duration) as Seconds).value).toBeCloseTo(seconds, 9);
  });

  test('of another copy of aws-cdk-lib are durations too', () => {
    const other = new (class Duration {
      toMilliseconds(): number {
        return 2000;
      }
      isUnresolved(): boolean {
        return false;
      }
    })();
    expect(readProps(other)).toEqual(new Seconds(2));
  });

  test('of a token are tokens, but no text', () => {
    expect(readProps(Duration.seconds(Token.asNumber({ Ref: 'X' })))).toMatchObject({ isText: false });
  });
});

describe('tokens', () => {
  test('of a text keep the text', () => {
    const text = `a${Token.asString({ Ref: 'X' })}b`;
    expect(readProps(text)).toEqual(new Unresolved(text));
  });

  test('of a list keep the list', () => {
    const list = Token.asList({ Ref: 'X' });
    expect(readProps(list)).toEqual(new Unresolved(list[0], list));
  });

  test.each([
    ['a number', Token.asNumber({ Ref: 'X' })],
    ['an object', Token.asAny({ Ref: 'X' })],
    ['a lazy value', Lazy.string({ produce: () => 'x' })],
    ['a parameter', new CfnParameter(new Stack(), 'P')],
  ])('of %s are known', (_, token) => {
    const data = readProps(token);
    expect(data).toBeInstanceOf(Unresolved);
    expect(Token.isUnresolved((data as Unresolved).text)).toBe(true);
  });

  test('a stack is none, although it can resolve', () => {
    expect(readProps(new Stack())).toBeInstanceOf(Opaque);
  });
});

describe('what cannot be read is named, and does not throw', () => {
  test('a getter that throws, beside what can be read', () => {
    expect(
      readProps({
        a: 1,
        get b() {
          return broken();
        },
      }),
    ).toEqual({ a: 1, b: new Unreadable('a value that cannot be read (boom)') });
  });

  test('an object that contains itself', () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle['self'] = [cycle];
    expect(readProps(cycle)).toEqual({ a: 1, self: [new Unreadable('an object that contains itself')] });
  });

  test('an object in many places is read once, so that no tree explodes', () => {
    let bomb: object = {};
    for (let level = 0; level < 15; level += 1) bomb = Object.fromEntries('a b c d e f g h'.split(' ').map((key) => [key, bomb]));
    const started = performance.now();
    readProps(bomb);
    expect(performance.now() - started).toBeLessThan(500);
  });

  test('an object that is nested too deep', () => {
    let deep: object = {};
    for (let level = 0; level < 10_000; level += 1) deep = { deep };
    expect(JSON.stringify(readProps(deep))).toContain('an object nested more than 16 deep');
  });

  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  test.each<[string, unknown]>([
    ['a revoked proxy', revoked.proxy],
    ['a proxy that throws when it is listed', new Proxy({}, { ownKeys: broken })],
    ['a proxy that throws when it is read', new Proxy({ a: 1 }, { get: broken })],
    ['an object with a _input that throws', { _input: broken, _type: 'Edge' }],
    [
      'a Duration that throws',
      new (class Duration {
        toMilliseconds(): number {
          return broken();
        }
        isUnresolved(): boolean {
          return false;
        }
      })(),
    ],
  ])('%s', (_, value) => {
    expect(JSON.stringify(readProps({ value }))).toMatch(/cannot be read|\{\}/);
  });

  test('an object with no constructor', () => {
    expect(readProps(Object.create({ constructor: undefined }))).toBeInstanceOf(Opaque);
  });
});

describe('sizes', () => {
  test.each([
    [Size.bytes(1), 1],
    [Size.kibibytes(1), 1024],
    [Size.mebibytes(1.5), 1_572_864],
    [Size.bytes(0.5), 0.5],
  ])('are read in bytes: %s', (size, bytes) => {
    expect(readProps(size)).toEqual(new Bytes(bytes));
  });

  test('are read from another copy of aws-cdk-lib, too', () => {
    expect(
      readProps(
        new (class Size {
          toBytes(): number {
            return 2;
          }
          isUnresolved(): boolean {
            return false;
          }
        })(),
      ),
    ).toEqual(new Bytes(2));
  });

  test('that are tokens are kept as such', () => {
    expect(readProps(Size.mebibytes(Token.asNumber({ Ref: 'X' })))).toMatchObject({ isText: false });
  });

  test.each([[{}], ['5'], [NaN], [undefined]])('of no number are told as such: %s', (amount) => {
    expect(readProps(Size.bytes(amount as never))).toEqual(new Unreadable('a Size of no number'));
  });
});

import fc from 'fast-check';
import { Duration, Lazy, Size, Token } from 'aws-cdk-lib';
import { ContainerImage, CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import {
  ActiveHealthCheck,
  Authorizer,
  Edge,
  HashOn,
  LoadBalancing,
  Mesh,
  OutlierDetection,
  PathMatch,
  PathRewrite,
  Protocol,
  RetryOn,
  Timeout,
  Tracing,
  ValueMatch,
} from '../../lib';
import type { Tree } from './generated-tree';
import { Junk, elsewhere, parameter, userPool } from './generated-tree';
import { validProps } from './generated-valid-props';

const cycle: Record<string, unknown> = {};
cycle['a'] = cycle;
cycle['b'] = { cycle };
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const broken = (): never => {
  throw new RangeError('boom');
};

/** Whatever JavaScript can pass. */
const JUNK: readonly unknown[] = [
  undefined,
  null,
  '',
  'x',
  ' ',
  '\n',
  '__proto__',
  'constructor',
  'ui',
  'GET /',
  '${Token[',
  '\ud800',
  'x'.repeat(5000),
  '8080',
  '$default',
  '*',
  0,
  -0,
  -1,
  1,
  1.5,
  256,
  443,
  15006,
  NaN,
  Infinity,
  -Infinity,
  Number.MAX_SAFE_INTEGER,
  1e308,
  10n,
  true,
  false,
  [],
  [[]],
  [undefined],
  [null],
  new Array(3),
  ['x'],
  ['ui', 'ui'],
  [{}],
  {},
  { a: 1 },
  { kind: 'http' },
  { provider: 'envoy' },
  Object.create(null),
  Object.freeze({ constructor: null }),
  JSON.parse('{"__proto__":{"port":1}}'),
  () => 1,
  function constructor() {
    return 1;
  },
  class {},
  Symbol('s'),
  Symbol.iterator,
  new Date(0),
  new Map([['ui', 1]]),
  new Set(),
  /x/,
  new Error('x'),
  Buffer.from('x'),
  Promise.resolve(1),
  new (class Person {
    name = 'Ann';
  })(),
  Object.create({ bind: 1 }),
  Object.create({ constructor: undefined }),
  cycle,
  [cycle],
  {
    get port() {
      return broken();
    },
  },
  {
    bind: 1,
    get image() {
      return broken();
    },
  },
  new Proxy({}, { get: broken }),
  new Proxy({}, { ownKeys: broken }),
  new Proxy({}, { has: broken, getPrototypeOf: broken }),
  new Proxy([], { get: broken }),
  revoked.proxy,
  { _input: broken, _type: 'Edge' },
  { _input: () => cycle, _type: 'Edge' },
  { _input: 7, _type: 7 },
  { toString: broken },
  { valueOf: broken, toJSON: broken },
  Token.asString({ Ref: 'X' }),
  `a${Token.asString({ Ref: 'X' })}b`,
  Token.asNumber({ Ref: 'X' }),
  Token.asList({ Ref: 'X' }),
  Token.asAny({ Ref: 'X' }),
  Lazy.string({ produce: () => 'x' }),
  Lazy.any({ produce: () => 'x' }),
  Duration.seconds(0),
  Duration.days(400),
  Duration.millis(1.5),
  Duration.seconds(0.0001),
  Duration.seconds(NaN),
  Duration.seconds(Token.asNumber({ Ref: 'X' })),
  Duration,
  Size.bytes(0),
  Size.gibibytes(1000),
  Size.mebibytes(Token.asNumber({ Ref: 'X' })),
  Size,
  PathMatch.exact(7 as never),
  PathRewrite.prefix('/'),
  ValueMatch.not(undefined as never),
  ValueMatch.not(ValueMatch.not(ValueMatch.regex('('))),
  ContainerImage,
  Protocol,
  Protocol.HTTP,
  Protocol.TCP,
  Edge,
  Mesh.envoy(),
  Tracing.none(),
  Authorizer.none(),
  Timeout.perRequest('x' as never),
  Timeout.of('x' as never),
  RetryOn.SERVER_ERROR,
  OutlierDetection.none(),
  LoadBalancing.ringHash(HashOn.cookie(7 as never, null as never)),
  HashOn.source(),
  ActiveHealthCheck.of(null as never),
  CpuArchitecture.X86_64,
  CpuArchitecture.of('RISCV'),
  parameter,
  userPool,
  elsewhere,
];

const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  '',
  ' ',
  'a.b',
  'a/b',
  'ui',
  'orders',
  'Resource',
  'Default',
  'envoy',
  'gateway',
  'default',
  'edge',
  'edges',
  'tasks',
  '-a',
  'a-',
  '0',
  'é',
  '😀',
  '\u0000',
  '\ud800',
  '${Token[TOKEN.1]}',
  'x'.repeat(64),
  'x'.repeat(300),
  '$default',
  'GET /',
  'ANY /{proxy+}',
  'port',
  'kind',
  'provider',
  '$',
];

interface Mutation {
  readonly at: number;
  readonly how: 'delete' | 'replace' | 'rename' | 'add' | 'duplicate';
  readonly junk: Junk;
  readonly key: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom<Mutation['how']>('delete', 'replace', 'replace', 'replace', 'rename', 'add', 'duplicate'),
  junk: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...JUNK.map((value, index) => new Junk(value, String(index)))) },
    {
      weight: 1,
      arbitrary: fc
        .anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true })
        .map((value) => new Junk(value, fc.stringify(value))),
    },
  ),
  key: fc.constantFrom(...KEYS),
});

type Parent = Tree[] | Record<string, Tree>;

function isParent(tree: Tree): tree is Parent {
  return typeof tree === 'object' && tree !== null && !(tree instanceof Junk);
}

/** Every place in the tree, as its parent and key. */
function places(tree: Tree, found: (readonly [Parent, string])[] = []): readonly (readonly [Parent, string])[] {
  if (!isParent(tree)) return found;
  for (const key of Object.keys(tree)) {
    found.push([tree, key]);
    places((tree as Record<string, Tree>)[key], found);
  }
  return found;
}

/** Assignment would not make "__proto__" a property. */
function put(parent: Parent, key: string, value: Tree): void {
  if (Array.isArray(parent) && !/^\d+$/.test(key)) parent.push(value);
  else Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function mutate(tree: Tree, { at, how, junk, key }: Mutation): void {
  const all = places(tree);
  const [parent, name] = all[at % all.length];
  const value = (parent as Record<string, Tree>)[name];
  if (how === 'delete' || how === 'rename') Reflect.deleteProperty(parent, name);
  if (how === 'replace') put(parent, name, junk);
  if (how === 'rename' || how === 'duplicate') put(parent, key, value);
  if (how === 'add') put(parent, key, junk);
}

/** Valid props with up to four things wrong; still only a tree, so that a counterexample can be read. */
export const mutatedProps = mutatedUpTo(4);

export function mutatedUpTo(times: number): fc.Arbitrary<Tree> {
  return fc
    .tuple(validProps, fc.array(mutation, { minLength: 1, maxLength: times }))
    .map(([props, mutations]) => mutateAll(props, mutations));
}

function mutateAll(props: Tree, mutations: readonly Mutation[]): Tree {
  // In an object of its own, so that the props as a whole can be replaced too.
  const root: Record<string, Tree> = { props: structuredCloneOf(props) };
  for (const each of mutations) if (places(root).length > 0) mutate(root, each);
  return root['props'];
}

function structuredCloneOf(tree: Tree): Tree {
  if (Array.isArray(tree)) return tree.map(structuredCloneOf);
  return isParent(tree) ? Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, structuredCloneOf(value)])) : tree;
}

/** The same props written in another order: of all keys, and of calls. */
export function reorder(tree: Tree, random: () => number): Tree {
  if (Array.isArray(tree)) return tree.map((item) => reorder(item, random));
  if (!isParent(tree)) return tree;
  const entries = Object.entries(tree).map(([key, value]): [string, Tree] => [
    key,
    key === 'calls' && Array.isArray(value) ? shuffle(value, random) : reorder(value, random),
  ]);
  return Object.fromEntries(shuffle(entries, random));
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

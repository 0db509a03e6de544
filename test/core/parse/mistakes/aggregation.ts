import { Bytes } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { mesh, seconds, service, token } from '../../../support/parsing';
import type { Mistakes } from './mistake';
import { Person } from './mistake';

const get = (more: Raw = {}): Raw => ({ kind: 'get', service: 'ui', path: '/', ...more });
const forEach = (more: Raw = {}): Raw => ({ kind: 'forEach', over: 'list.items', service: 'ui', path: '/x/{item.id}', ...more });
const KEY = 'GET /home/{user}';
const AT = `edge.routes["${KEY}"].aggregate`;

/** A route that aggregates these parts, behind an HTTP API. */
const aggregate = (parts: unknown, more: Raw = {}, key = KEY, route: Raw = {}, kind = 'http'): Raw =>
  mesh(
    { ui: service(), rpc: service({ protocol: 'grpc' }) },
    { edge: { kind, authorizer: { kind: 'none' }, routes: { [key]: { aggregate: { parts, ...more }, ...route } } } },
  );
/** A part beside one that is called list. */
const part = (more: Raw): Raw => aggregate({ list: get(), part: get(more) });
const each = (more: Raw): Raw => aggregate({ list: get(), part: forEach(more) });
const path = (text: unknown): Raw => part({ path: text });

/** Answers of several parts. */
export const AGGREGATION_MISTAKES: Mistakes = {
  MISSING: [
    { did: 'puts an answer together of no parts', props: aggregate({}), path: `${AT}.parts` },
    { did: 'leaves out the parts of an answer', props: aggregate(undefined), path: `${AT}.parts` },
    { did: 'leaves a part out', props: aggregate({ a: undefined }), path: `${AT}.parts.a` },
    { did: 'names no service of a part', props: part({ service: undefined }), path: `${AT}.parts.part.service` },
    { did: 'names no path of a part', props: path(undefined), path: `${AT}.parts.part.path` },
    { did: 'names no array', props: each({ over: undefined }), path: `${AT}.parts.part.over` },
    { did: 'picks no field', props: part({ pick: [] }), path: `${AT}.parts.part.pick` },
  ],
  WRONG_TYPE: [
    { did: 'gives a path as a part', props: aggregate({ a: '/users' }), path: `${AT}.parts.a` },
    { did: 'takes an object of a class as a fallback', props: part({ fallback: new Person() }), path: `${AT}.parts.part.fallback` },
    { did: 'takes a duration as a fallback', props: part({ fallback: { after: seconds(1) } }), path: `${AT}.parts.part.fallback.after` },
  ],
  UNKNOWN_PROPERTY: [
    { did: 'limits a part with one request', props: part({ limit: 3 }), path: `${AT}.parts.part.limit` },
    { did: 'misspells an option of an answer', props: aggregate({ a: get() }, { timeouts: seconds(1) }), path: `${AT}.timeouts` },
  ],
  TOKEN: [
    { did: 'takes the path of a part from a token', props: path(token), path: `${AT}.parts.part.path` },
    { did: 'takes a fallback from a token', props: part({ fallback: { url: token } }), path: `${AT}.parts.part.fallback.url` },
  ],
  CONFLICT: [
    {
      did: 'lets a route lead to a service and to an answer of several',
      props: aggregate({ a: get() }, {}, KEY, { service: 'ui' }),
      path: `edge.routes["${KEY}"]`,
    },
    { did: 'gives a required part a fallback', props: part({ required: true, fallback: null }), path: `${AT}.parts.part.fallback` },
    { did: 'picks fields and drops others', props: part({ pick: ['a'], drop: ['b'] }), path: `${AT}.parts.part.drop` },
    { did: 'reads an item where there is none', props: path('/x/{item.id}'), path: `${AT}.parts.part.path` },
    {
      did: 'reads from a part that is one response for each item',
      props: aggregate({ list: get(), some: forEach(), part: get({ path: '/x/{some.id}' }) }),
      path: `${AT}.parts.part.path`,
    },
    {
      did: 'iterates over a part that is one response for each item',
      props: aggregate({ list: get(), some: forEach(), part: forEach({ over: 'some' }) }),
      path: `${AT}.parts.part.over`,
    },
    {
      did: 'calls a parameter as the item is called',
      props: aggregate({ list: get(), part: forEach() }, {}, 'GET /home/{item}'),
      path: 'edge.routes["GET /home/{item}"].aggregate.parts.part',
    },
    {
      did: 'calls a parameter as a field of a part',
      props: aggregate({ a: get(), b: get({ path: '/{a.id}' }) }, {}, 'GET /home/{a.id}'),
      path: 'edge.routes["GET /home/{a.id}"].aggregate.parts.b.path',
    },
  ],
  UNKNOWN_SERVICE: [{ did: 'takes a part from an unknown service', props: part({ service: 'iu' }), path: `${AT}.parts.part.service` }],
  ROUTE_PROTOCOL: [{ did: 'takes a part from a gRPC service', props: part({ service: 'rpc' }), path: `${AT}.parts.part.service` }],
  UNKNOWN_PART: [
    { did: 'misspells a parameter of the route', props: path('/x/{usr}'), path: `${AT}.parts.part.path` },
    { did: 'misspells a part', props: path('/x/{lst.id}'), path: `${AT}.parts.part.path` },
    { did: 'iterates over a part that is not there', props: each({ over: 'lists.items' }), path: `${AT}.parts.part.over` },
    {
      did: 'reads a parameter of a route that has none',
      props: aggregate({ a: get({ path: '/{id}' }) }, {}, 'GET /'),
      path: 'edge.routes["GET /"].aggregate.parts.a.path',
    },
  ],
  PART_CYCLE: [
    { did: 'lets a part read from itself', props: path('/x/{part.id}'), path: `${AT}.parts.part` },
    {
      did: 'lets three parts read from each other',
      props: aggregate({
        a: get({ path: '/{b.id}' }),
        b: get({ path: '/?x={c.id}' }),
        c: get({ path: '/{a.id}' }),
        d: get({ path: '/{a.id}' }),
      }),
      path: `${AT}.parts.a`,
    },
  ],
  INVALID_FORMAT: [
    { did: 'begins the path of a part with no slash', props: path('users/{user}'), path: `${AT}.parts.part.path` },
    { did: 'writes a space into the path of a part', props: path('/a b'), path: `${AT}.parts.part.path` },
    { did: 'leaves a brace open', props: path('/a/{user'), path: `${AT}.parts.part.path` },
    { did: 'names nothing in braces', props: path('/a/{}'), path: `${AT}.parts.part.path` },
    { did: 'writes an expression in braces', props: path('/a/{user || 1}'), path: `${AT}.parts.part.path` },
    { did: 'writes two question marks', props: path('/a?b=1?c=2'), path: `${AT}.parts.part.path` },
    { did: 'goes up in a path', props: path('/a/../b'), path: `${AT}.parts.part.path` },
    { did: 'escapes a slash', props: path('/a%2Fb'), path: `${AT}.parts.part.path` },
    { did: 'names no parameter in a query string', props: path('/a?=1'), path: `${AT}.parts.part.path` },
    { did: 'escapes half a character', props: path('/a?b=%E4'), path: `${AT}.parts.part.path` },
    { did: 'takes the whole of a part for text', props: path('/a/{list}'), path: `${AT}.parts.part.path` },
    { did: 'writes an array in braces', props: each({ over: '{list.items}' }), path: `${AT}.parts.part.over` },
    { did: 'writes an array as JSONPath', props: each({ over: '$.list[*]' }), path: `${AT}.parts.part.over` },
  ],
  DUPLICATE: [
    { did: 'writes a parameter twice in a query string', props: path('/a?b=1&b={user}'), path: `${AT}.parts.part.path` },
    { did: 'picks a field twice', props: part({ pick: ['a', 'a'] }), path: `${AT}.parts.part.pick[1]` },
  ],
  NO_EFFECT: [
    { did: 'renames a field that does not stay', props: part({ pick: ['a'], rename: { b: 'c' } }), path: `${AT}.parts.part.rename.b` },
    { did: 'renames a field that goes', props: part({ drop: ['b'], rename: { b: 'c' } }), path: `${AT}.parts.part.rename.b` },
    {
      did: 'forwards what every part gets',
      props: aggregate({ a: get() }, { forwardHeaders: ['X-Forwarded-For'] }),
      path: `${AT}.forwardHeaders[0]`,
    },
    {
      did: 'streams an answer that is put together',
      props: aggregate({ a: get() }, {}, KEY, { responseTransferMode: 'STREAM' }, 'rest'),
      path: `edge.routes["${KEY}"].responseTransferMode`,
    },
  ],
  NAME_CLASH: [
    { did: 'gives two fields one name', props: part({ rename: { a: 'c', b: 'c' } }), path: `${AT}.parts.part.rename.b` },
    {
      did: 'gives a field the name of one that stays',
      props: part({ pick: ['a', 'b'], rename: { a: 'b' } }),
      path: `${AT}.parts.part.rename.a`,
    },
  ],
  INVALID_NAME: [
    { did: 'writes a dot into the name of a part', props: aggregate({ 'a.b': get() }), path: `${AT}.parts["a.b"]` },
    { did: 'forwards what is no header', props: aggregate({ a: get() }, { forwardHeaders: ['a b'] }), path: `${AT}.forwardHeaders[0]` },
  ],
  RESERVED_NAME: [
    { did: 'calls a part as the item is called', props: aggregate({ item: get() }), path: `${AT}.parts.item` },
    { did: 'forwards the host', props: aggregate({ a: get() }, { forwardHeaders: ['Host'] }), path: `${AT}.forwardHeaders[0]` },
    {
      did: 'forwards a word of the mesh',
      props: aggregate({ a: get() }, { forwardHeaders: ['x_mesh_part'] }),
      path: `${AT}.forwardHeaders[0]`,
    },
    {
      did: 'gives a fallback a field that stands for something else',
      props: part({ fallback: { $value: 0 } }),
      path: `${AT}.parts.part.fallback.$value`,
    },
  ],
  INVALID_VALUE: [
    {
      did: 'puts answers to POST together',
      props: aggregate({ a: get() }, {}, 'POST /home'),
      path: 'edge.routes["POST /home"].aggregate',
    },
    { did: 'puts answers to all methods together', props: aggregate({ a: get() }, {}, '$default'), path: 'edge.routes.$default.aggregate' },
    { did: 'takes infinity as a fallback', props: part({ fallback: Infinity }), path: `${AT}.parts.part.fallback` },
  ],
  OUT_OF_RANGE: [
    { did: 'asks for 101 items', props: each({ limit: 101 }), path: `${AT}.parts.part.limit` },
    { did: 'asks for 21 items at a time', props: each({ concurrency: 21 }), path: `${AT}.parts.part.concurrency` },
    {
      did: 'gives a part more time than the whole',
      props: aggregate({ a: get({ timeout: seconds(4) }) }, { timeout: seconds(3) }),
      path: `${AT}.parts.a.timeout`,
    },
    {
      did: 'gives an answer more time than an HTTP API waits',
      props: aggregate({ a: get() }, { timeout: seconds(31) }),
      path: `${AT}.timeout`,
    },
    {
      did: 'gives an answer more time than the route waits',
      props: aggregate({ a: get() }, { timeout: seconds(3) }, KEY, { timeout: seconds(2) }, 'rest'),
      path: `${AT}.timeout`,
    },
    {
      did: 'gives an answer more time than the route of an HTTP API waits',
      props: aggregate({ a: get() }, { timeout: seconds(3) }, KEY, { timeout: seconds(2) }),
      path: `${AT}.timeout`,
    },
    {
      did: 'takes 11 MiB of a part',
      props: part({ maxResponseSize: new Bytes(11 * 1024 * 1024) }),
      path: `${AT}.parts.part.maxResponseSize`,
    },
    {
      did: 'puts 31 parts together',
      props: aggregate(Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`p${index}`, get()]))),
      path: `${AT}.parts`,
    },
  ],
};

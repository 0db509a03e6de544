import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { grpcFilters, translateJson } from '../../lib/core/envoy/edge/grpc';
import { apiOfProtos, methodName } from '../../lib/core/grpc/grpc-api';
import { boundFields } from '../../lib/core/grpc/bound-fields';
import { descriptorOf } from '../../lib/core/grpc/strip';
import type { EdgeTopology, GrpcTarget } from '../../lib/core/model/topology';
import type { JsonObject } from '../support/envoy-json';
import { extension } from '../support/envoy-json';
import { Echo } from './echo';
import { OneEnvoy } from './one-envoy';
import { LAB_PROTO } from './programs';
import { e2e } from './suite';

const JSON_PROTO = join(__dirname, '../core/grpc/protos/json.proto');
const sources = [
  { name: 'json.proto', path: JSON_PROTO },
  { name: 'lab.proto', path: LAB_PROTO },
].map((each) => ({ ...each, text: readFileSync(each.path, 'utf8') }));
const api = apiOfProtos(
  sources,
  sources.map(({ name }) => name),
  ({ message }) => {
    throw new Error(message);
  },
)!;
const [ALL, FIELD, EVERYTHING] = ['json.Json/Get', 'json.Json/GetField', 'lab.v1.Lab/Echo'];
const MAX_BYTES = 3 * 1024 * 1024;

interface Case {
  readonly path: string;
  readonly target: GrpcTarget;
}

/** As the routes of an edge to all methods, and one whose body is a field. */
const cases: readonly Case[] = [
  ...api.services.flatMap(({ methods }) => methods.map((method) => ({ method, path: `/${methodName(method)}`, body: '*' }))),
  { method: api.method(ALL)!, path: `/${FIELD}`, body: 'all' },
].map(({ method, path, body }): Case => {
  const descriptor = descriptorOf(api, method, { method: 'POST', path, body });
  const json = { descriptor, ...boundFields(descriptor, method), maxRequestBytes: MAX_BYTES };
  return { path, target: { kind: 'grpc', service: 'a', method: methodName(method), web: false, json } };
});

/** Answers 204 to what it has translated. */
const manager: JsonObject = {
  stat_prefix: 'json',
  route_config: {
    virtual_hosts: [
      {
        name: 'all',
        domains: ['*'],
        routes: cases.map(({ path, target }) => ({
          match: { path },
          direct_response: { status: 204 },
          typed_per_filter_config: translateJson(target, target.json!),
        })),
      },
    ],
  } as unknown as JsonObject,
  http_filters: [
    ...grpcFilters({ routes: cases.map(({ target }) => ({ target })) } as unknown as EdgeTopology),
    extension('envoy.extensions.filters.http.buffer.v3.Buffer', { max_request_bytes: MAX_BYTES }),
    extension('envoy.extensions.filters.http.router.v3.Router'),
  ] as unknown as readonly JsonObject[],
};

const nested = (depth: number, key: string, innermost: string): string => `{"${key}":`.repeat(depth) + innermost + '}'.repeat(depth);
const no = (path: string): string => `The request has no field ${path}.`;
const BROKEN = 'The body is not JSON.';
const long = 'x'.repeat(1_000_000);

/** What is sent to a method, and what is wrong with it; undefined: nothing. */
const BODIES: ReadonlyArray<readonly [what: string, method: string, body: string, mistake: string | undefined]> = [
  ['an unknown field', ALL, '{"nowhere":1}', no('nowhere')],
  ['one that is null', ALL, '{"nowhere":null}', no('nowhere')],
  ['one in a message', ALL, '{"all":{"text":"a","nowhere":{"text":1}}}', no('all.nowhere')],
  ['one in a message of a list', ALL, '{"alls":[{},{"text":"a"},{"nowhere":[]}]}', no('alls.nowhere')],
  ['one in a message of a map', ALL, '{"allsByNumber":{"7":{"nowhere":1}}}', no('allsByNumber.7.nowhere')],
  ['one in an object where the map has texts', ALL, '{"textsByText":{"a":{"nowhere":1}}}', no('textsByText.a.nowhere')],
  ['one behind others of each kind', ALL, '{"text":"a\\"}{","small":1,"truth":true,"numbers":[1,2],"nowhere":1}', no('nowhere')],
  ['one of the same name in other letters', ALL, '{"Text":"a"}', no('Text')],
  ['one in a time', ALL, '{"at":{"seconds":1,"nowhere":1}}', no('at.nowhere')],
  ['one in an empty message', ALL, '{"empty":{"nowhere":1}}', no('empty.nowhere')],
  ['one in the field that the body is', FIELD, '{"all":{"nowhere":1}}', no('all.nowhere')],
  ['one in a list of all', ALL, '[{"nowhere":1}]', no('nowhere')],
  ['one without a name', ALL, '{"":1}', no('')],
  ['one with a name that is no word', ALL, '{"a\\r\\nx: \\"<b>%REQ(x)%":1}', no('a??x????b??REQ?x??')],
  ['one with a long name', ALL, `{"${long}":1}`, no('x'.repeat(64))],
  ['many in each other', ALL, nested(90, 'all', '{"nowhere":1}'), no(`${'all.'.repeat(90)}nowhere`.slice(0, 256))],
  ['names in JSON and in the file', ALL, '{"aDouble":1,"a_double":2,"textsByText":{},"texts_by_text":{}}', undefined],
  ['a name of its own', ALL, '{"@own":"a","own":"b"}', undefined],
  ['a field twice', ALL, '{"text":"a","text":"b"}', undefined],
  ['one in escapes', ALL, '{"text":"a","\\u0074ex\\u0074s\\u0021":1}', no('texts?')],
  ['one with an escape that JSON has not, which Envoy reads', ALL, '{"te\\xt":"a"}', no('te?xt')],
  ['escapes', ALL, '{"\\u0074e\\u0078t":"a","\\u0061ll":{"\\u0074ext":"b"}}', undefined],
  ['names in a struct, a value and an Any', ALL, '{"struct":{"a":{"b":[{"c":1}]}},"value":[{"a":1}],"list":[{"a":1}]}', undefined],
  ['lists of structs', ALL, '{"structs":[{"a":1}],"values":[{"a":{}}],"valuesByText":{"a":{"b":1}}}', undefined],
  ['keys of maps', ALL, '{"textsByText":{"nowhere":"a"},"allsByNumber":{"7":{"text":"a"}}}', undefined],
  ['messages in each other', ALL, nested(90, 'all', '{"text":"a"}'), undefined],
  ['blanks', ALL, ' \r\n\t{ "text" : "a" ,\n"numbers" : [ 1 , 2 ] , "all" : { } }\n', undefined],
  ['nothing', ALL, '', undefined],
  ['braces and names in texts', ALL, '{"text":"{\\"nowhere\\":1}","texts":["}","]","\\\\"]}', undefined],
  ['the fields of the field that the body is', FIELD, '{"text":"a"}', undefined],
  ['an object that does not end', ALL, '{"text":"a"', BROKEN],
  ['a text that does not end', ALL, '{"text":"a\\"', BROKEN],
  ['a name that does not end', ALL, '{"text', BROKEN],
  ['a name without a value', ALL, '{"text"}', BROKEN],
  ['a name without quotes', ALL, '{nowhere:1}', BROKEN],
  ['a name in single quotes', ALL, "{'nowhere':1}", BROKEN],
  ['a text in single quotes', ALL, `{"text":'a","nowhere":"'}`, BROKEN],
  ['what stands behind the object', ALL, '{"text":"a"}{"nowhere":1}', BROKEN],
  ['a comma too many', ALL, '{"text":"a",}', BROKEN],
  ['a comment', ALL, '{/*"*/"text":"a"}', BROKEN],
  ['a wrong bracket', ALL, '{"numbers":[1}', BROKEN],
  ['a mark of the byte order', ALL, '\ufeff{"text":"a"}', BROKEN],
  ['a blank of another alphabet', ALL, '{\u00a0"text":"a"}', BROKEN],
  ['much too deep messages', ALL, nested(100_000, 'all', '{}'), 'The body is too deep.'],
  ['much too deep lists', ALL, `{"value":${'['.repeat(100_000)}`, 'The body is too deep.'],
];

e2e('the fields of a body of JSON', () => {
  let envoy: OneEnvoy;
  beforeAll(async () => {
    envoy = await OneEnvoy.start(new Echo(), [], [manager]);
  });
  afterAll(() => {
    envoy.close();
  });

  const send = async (method: string, body: string | Buffer): Promise<{ readonly status: number; readonly text: string }> => {
    const { host, port } = envoy.listener(0);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`http://${host}:${port}/${method}`, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  };

  test.each(BODIES)('has %s', async (_what, method, body, mistake) => {
    expect(await send(method, body)).toEqual(mistake === undefined ? { status: 204, text: '' } : { status: 400, text: mistake });
  });

  test('Envoy reads what the check lets through, and tells what else is wrong', async () => {
    for (const body of ['{"text":1}', '{"number":truth}', '{"small":1-2}', 'null', '"x"', '{"numbers":[}'])
      expect([body, (await send(EVERYTHING, body)).status]).toEqual([body, 400]);
  });

  test('are those of the message, in made-up requests to all methods', async () => {
    let [refused, translated] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...cases), value, async ({ path, target }, body) => {
        const message = api.method(target.method)!.input;
        const root = path === `/${FIELD}` ? message.fields.find(({ name }) => name === 'all')!.message! : message;
        const known = isKnown(root, JSON.parse(body));
        const { status, text } = await send(path.slice(1), body);
        expect([body, [204, 400].includes(status)]).toEqual([body, true]);
        if (status === 204) translated += 1;
        if (!known) refused += 1;
        expect([body, text.startsWith('The request has no field')]).toEqual([body, target.json!.anyContentType !== true && !known]);
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(refused, translated)).toBeGreaterThan(100);
  });

  test('fails if the body is no JSON, whatever it is', async () => {
    const valid = fc.tuple(value, fc.nat(), fc.string({ maxLength: 3, unit: 'binary' }));
    await fc.assert(
      fc.asyncProperty(valid, async ([body, at, insertion]) => {
        const broken = body.slice(0, at % body.length) + insertion + body.slice((at % body.length) + 1);
        expect([204, 400]).toContain((await send(ALL, broken)).status);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['a text', `{"text":"${'x'.repeat(MAX_BYTES - 20)}"}`],
    ['numbers', `{"numbers":[${'1,'.repeat(500_000)}1]}`],
    ['objects', `{"alls":[${'{},'.repeat(300_000)}{}]}`],
    ['names', `{${'"text":"",'.repeat(100_000)}"text":""}`],
  ])('may be of megabytes: %s', async (_what, body) => {
    expect((await send(ALL, body)).status).toBe(204);
  });

  test('fails if the body is larger than it may be', async () => {
    expect((await send(ALL, `{"text":"${'x'.repeat(MAX_BYTES)}"}`)).status).toBe(413);
  });
});

const OPEN = ['Any', 'Struct', 'Value', 'ListValue'].map((name) => `google.protobuf.${name}`);

/** Whether all objects have fields of their messages only. */
function isKnown(message: DescMessage | undefined, json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return true;
  if (Array.isArray(json)) return json.every((item) => isKnown(message, item));
  if (message === undefined) return Object.keys(json).length === 0;
  if (OPEN.includes(message.typeName)) return true;
  return Object.entries(json).every(([name, each]) => {
    const field = message.fields.find(({ jsonName }) => jsonName === name) ?? message.fields.find((other) => other.name === name);
    return field !== undefined && isKnownField(field, each);
  });
}

function isKnownField(field: DescField, json: unknown): boolean {
  if (field.fieldKind !== 'map') return isKnown(field.message, json);
  if (Array.isArray(json)) return json.every((item) => isKnownField(field, item));
  return typeof json !== 'object' || json === null || Object.values(json).every((each) => isKnown(field.message, each));
}

const NAMES = [
  ...new Set(api.method(ALL)!.input.fields.flatMap(({ name, jsonName }) => [name, jsonName])),
  ...['a', '1', 'seconds', 'value', 'paths', 'nowhere', 'inner', 'labels', 'anything', 'fields'],
];
const { value } = fc.letrec<{ readonly value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 1, arbitrary: fc.constantFrom('1', '"a"', 'true', 'null', '{}', '[]', '""', '"}"', '"\\""') },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join()}]`) },
    {
      weight: 3,
      arbitrary: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 3 }).map(
        (members) =>
          `{${Object.entries(members)
            .map(([name, each]) => `${JSON.stringify(name)}:${each}`)
            .join()}}`,
      ),
    },
  ),
}));

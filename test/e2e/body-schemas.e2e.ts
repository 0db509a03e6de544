import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import * as draft4 from 'ajv/lib/refs/json-schema-draft-04.json';
import * as fc from 'fast-check';
import { grpcFilters, translateJson } from '../../lib/core/envoy/edge/grpc';
import { acceptedJson } from '../../lib/core/grpc/accepted-json';
import { boundFields } from '../../lib/core/grpc/bound-fields';
import { apiOfProtos, methodName } from '../../lib/core/grpc/grpc-api';
import { descriptorOf } from '../../lib/core/grpc/strip';
import type { EdgeTopology } from '../../lib/core/model/topology';
import type { JsonObject } from '../support/envoy-json';
import { extension } from '../support/envoy-json';
import { Echo } from './echo';
import { OneEnvoy } from './one-envoy';
import { e2e } from './suite';

const FILE = 'json.proto';
const text = readFileSync(join(__dirname, '../core/grpc/protos', FILE), 'utf8');
const api = apiOfProtos([{ name: FILE, path: FILE, text }], [FILE], ({ message }) => {
  throw new Error(message);
})!;
const methods = api.services.flatMap((service) => service.methods);
const ajv = new Ajv({ schemaId: 'id', meta: draft4, logger: false });
const schemas = new Map(methods.map((method) => [methodName(method), ajv.compile(acceptedJson(method.input, 'reject'))]));

const targets = methods.map((method) => {
  const name = methodName(method);
  const descriptor = descriptorOf(api, method, { method: 'POST', path: `/${name}`, body: '*' });
  const json = { descriptor, ...boundFields(descriptor, method), maxRequestBytes: 1_000_000 };
  return { kind: 'grpc' as const, service: 'a', method: name, web: false, json };
});

/** Translates as a gateway service does, and answers 204 once it has; the filter behind it waits for the whole body. */
const manager: JsonObject = {
  stat_prefix: 'json',
  route_config: {
    virtual_hosts: [
      {
        name: 'all',
        domains: ['*'],
        routes: targets.map((target) => ({
          match: { path: `/${target.method}` },
          direct_response: { status: 204 },
          typed_per_filter_config: translateJson(target, target.json),
        })),
      },
    ],
  } as unknown as JsonObject,
  http_filters: [
    ...grpcFilters({ routes: targets.map((target) => ({ target })) } as unknown as EdgeTopology),
    extension('envoy.extensions.filters.http.buffer.v3.Buffer', { max_request_bytes: 1_000_000 }),
    extension('envoy.extensions.filters.http.router.v3.Router'),
  ] as unknown as readonly JsonObject[],
};

/** What readers of numbers, times, bytes, booleans and enums may or may not take. */
// prettier-ignore
const TEXTS = [
  '', 'a', ' ', '0', '1', '-1', '+1', '01', '1.0', '1.5', '1.', '.5', '1e2', '1E+2', '1.5e1', ' 1', '1 ', '\t1', '1\n', '0x10', '0x1p3',
  '-0', '2147483648', '18446744073709551615', '18446744073709551616', 'NaN', 'nan', 'Infinity', '-Infinity', '+Infinity', 'inf', 'true',
  'TRUE', 'True', 't', 'F', 'yes', 'No', 'on', 'KIND_ONE', 'kind_one', 'KindOne', '-5', '7', 'NULL_VALUE', 'null', 'AP8=', 'AP8', '-_8',
  '+_8', 'A', 'AA==', 'AP 8=', 'AP8.', '!!', 'é', '2026-11-29T12:00:00Z', '2026-11-29T12:00:00.123456789+01:00', '2026-1-2T1:0:0Z',
  '2026-11-29T12:00:60Z', '2026-11-29t12:00:00z', '2026-11-29', ' 2026-11-29T12:00:00Z', '2026-11-29T12:00:00.Z',
  '2026-11-29T 12:00:00Z', '1s', '-1.5s', '1.s', ' 1s', '+1s', '1S', '1. 5s', '1.5 s', '1', 'a,b.c', 'a.b c',
];
// prettier-ignore
const NUMBERS = [
  '0', '1', '-1', '1.0', '1.5', '1e2', '-0.0', '7', '-5', '2147483647', '2147483648', '-2147483648', '-2147483649', '4294967295',
  '4294967296', '9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '18446744073709551615',
  '18446744073709551616', '1e18', '1e39', '1e308', '1e-320',
];

/** Texts of JSON, so that numbers stay as they are written. */
const leaf = fc.oneof(
  fc.constantFrom(...TEXTS).map((each) => JSON.stringify(each)),
  fc.string({ maxLength: 6 }).map((each) => JSON.stringify(each)),
  fc.string({ unit: fc.constantFrom(...Array.from('019.-+eExaf TZ:s=/_\t')), maxLength: 8 }).map((each) => JSON.stringify(each)),
  fc.constantFrom(...NUMBERS),
  fc.constantFrom('true', 'false', 'null', '{}', '[]'),
);
const KEYS = ['value', 'seconds', 'nanos', 'paths', 'fields', '@type', 'a', '1', 'true', 'text', 'small', 'kind', 'nothing'];
const { value } = fc.letrec<{ readonly value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join()}]`) },
    { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 2 }).map(objectOf) },
  ),
}));
const [{ fields }] = methods.map(({ input }) => input);
const NAMES = fields.flatMap(({ name, jsonName }) => [...new Set([name, jsonName])]);

function objectOf(members: Readonly<Record<string, string>>): string {
  return `{${Object.entries(members)
    .map(([name, each]) => `${JSON.stringify(name)}:${each}`)
    .join()}}`;
}

e2e('the schema of a message', () => {
  let envoy: OneEnvoy;
  beforeAll(async () => {
    envoy = await OneEnvoy.start(new Echo(), [], [manager]);
  });
  afterAll(() => {
    envoy.close();
  });

  const taken = async (method: string, body: string): Promise<boolean> => {
    const { host, port } = envoy.listener(0);
    const response = await fetch(`http://${host}:${port}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect([204, 400]).toContain(response.status);
    return response.status === 204;
  };
  const accepted = (method: string, body: string): boolean => schemas.get(method)!(JSON.parse(body)) === true;

  test('accepts each value of each field that Envoy translates, and refuses most others', async () => {
    const leaves = [
      ...TEXTS.map((each) => JSON.stringify(each)),
      ...NUMBERS,
      'true',
      'false',
      'null',
      '{}',
      '[]',
      '[null]',
      '[[]]',
      '{"value":1}',
    ];
    const narrower: string[] = [];
    let [refused, both] = [0, 0];
    for (const name of NAMES)
      await Promise.all(
        leaves.map(async (each) => {
          const body = objectOf({ [name]: each });
          const [byEnvoy, bySchema] = [await taken('json.Json/Get', body), accepted('json.Json/Get', body)];
          if (byEnvoy && !bySchema) narrower.push(body);
          if (!byEnvoy) refused += 1;
          if (!byEnvoy && !bySchema) both += 1;
        }),
      );
    expect(narrower).toEqual([]);
    expect(both / refused).toBeGreaterThan(0.9);
  });

  test('accepts all made-up values that Envoy translates', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES), value, value, async (one, other, first, second) => {
        const body = objectOf({ [one]: first, all: objectOf({ [other]: second }) });
        if (await taken('json.Json/Get', body)) expect([body, accepted('json.Json/Get', body)]).toEqual([body, true]);
      }),
      { numRuns: 3000 },
    );
  });

  test.each(methods.map(methodName))('accepts all requests of %s that Envoy translates', async (method) => {
    // A request without a body is an empty object to API Gateway.
    expect(accepted(method, '{}')).toBe(true);
    await fc.assert(
      fc.asyncProperty(value, async (body) => {
        if (await taken(method, body)) expect([body, accepted(method, body)]).toEqual([body, true]);
      }),
      { numRuns: 500 },
    );
  });
});

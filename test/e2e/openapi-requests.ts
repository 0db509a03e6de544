/** Requests made up from the OpenAPI document of an edge, and what the document says of a request. */
import Ajv from 'ajv';
import * as fc from 'fast-check';
import type { ClientRequest } from '../../programs/emulator/api-gateway/client-request';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

interface Operation {
  readonly 'x-route': string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly security: readonly object[];
}

interface Described {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export interface Generated {
  readonly request: ClientRequest;
  /** Of the document, and nothing about the request is odd: such as an encoded slash in a parameter. */
  readonly plain: boolean;
}

export interface Arrived {
  readonly method: string;
  /** With the query. */
  readonly path: string;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

export class OpenApiRequests {
  private readonly operations: readonly Described[];
  private readonly schemas: Readonly<Record<string, Schema>>;
  private readonly validators = new Map<string, (value: unknown) => boolean>();

  constructor(document: string) {
    const { paths, components } = JSON.parse(document) as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
      readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
    };
    this.schemas = components.schemas;
    this.operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
  }

  /** Whether the document allows a request as a client sends it. */
  allows({ request, plain }: Generated): boolean {
    const { path, method = 'GET', body, credentials = [] } = request;
    const described = this.at({ method, path });
    return (
      plain &&
      described !== undefined &&
      this.hasParameters(described, path) &&
      this.hasBody(described, body) &&
      (described.operation.security.length === 0 || credentials.length > 0)
    );
  }

  /**
   * Whether a request that has reached a service is one of the document's. A slash behind the path makes no other route of it, for API
   * Gateway and for the gateway service (edge-shapes.ts), and one that was encoded in a parameter arrives there.
   */
  isDescribed({ method, path }: Arrived, body: string): boolean {
    const arrived = { method, path: path.replace(/\/(?=$|\?)/, '') };
    const described = this.at(arrived);
    return described !== undefined && this.hasParameters(described, arrived.path) && this.hasBody(described, body);
  }

  /** Some as the document says, and more that differ from it in one way or several. */
  generated(): fc.Arbitrary<Generated> {
    return fc.oneof(
      ...this.operations.map((described) => fc.boolean().chain((whole) => (whole ? this.asDescribed(described) : this.changed(described)))),
    );
  }

  private asDescribed({ method, path, operation }: Described): fc.Arbitrary<Generated> {
    return fc
      .record({
        path: pathOf(path, fc.constant(false)),
        query: queryOf(operation, false),
        body: this.bodyOf(operation),
        credentials: fc.constant([operation['x-route']]),
      })
      .map((made) => ({ request: requestOf({ method, type: 'application/json', ...made }), plain: true }));
  }

  private changed({ method, path, operation }: Described): fc.Arbitrary<Generated> {
    return fc
      .record({
        method: fc.oneof({ weight: 5, arbitrary: fc.constant(method) }, fc.constantFrom(...METHODS)),
        path: fc.boolean().chain((odd) => pathOf(path, fc.constant(odd))),
        query: queryOf(operation, true),
        body: fc.oneof(this.bodyOf(operation), this.bodyOf(operation).chain(changedBody)),
        type: fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8'),
        credentials: fc.oneof({ weight: 4, arbitrary: fc.constant([operation['x-route']]) }, fc.constant([])),
      })
      .map((made) => ({ request: requestOf(made), plain: /^[\w/?&=-]*$/.test(made.path) && !/\/\/|\/$/.test(made.path) }));
  }

  private at({ method, path }: Arrived): Described | undefined {
    const parts = pathPart(path).split('/');
    return this.operations.find((each) => {
      const template = each.path.split('/');
      return (
        each.method === method &&
        template.length === parts.length &&
        template.every((part, index) => (part.startsWith('{') ? parts[index] !== '' : part === parts[index]))
      );
    });
  }

  private hasParameters({ operation: { parameters = [] } }: Described, path: string): boolean {
    const query = new URLSearchParams(path.split('?')[1] ?? '');
    return parameters.every(({ name, in: place, required = false, schema: { pattern } }) => {
      const value = query.get(name);
      return place !== 'query' || !required || (value !== null && (pattern === undefined || new RegExp(pattern).test(value)));
    });
  }

  private hasBody({ operation: { requestBody, 'x-route': route } }: Described, body = ''): boolean {
    // The document has one media type. That the schema holds whatever a client calls its body is what the library promises.
    const schema = requestBody?.content['application/json']?.schema;
    if (schema === undefined) return true;
    const validate = this.validators.get(route) ?? new Ajv({ logger: false }).compile(this.resolved(schema));
    this.validators.set(route, (value) => validate(value) === true);
    try {
      return validate(JSON.parse(body)) === true;
    } catch {
      return false;
    }
  }

  private bodyOf({ requestBody }: Operation): fc.Arbitrary<string | undefined> {
    const schema = requestBody?.content['application/json']?.schema;
    return schema === undefined ? fc.constant(undefined) : this.valueOf(schema).map((value) => JSON.stringify(value));
  }

  private resolved(schema: Schema): Schema {
    const name = schema.$ref?.replace('#/components/schemas/', '');
    if (name === undefined) return schema;
    const found = this.schemas[name];
    if (found === undefined) throw new Error(`the document has no schema "${name}"`);
    return found;
  }

  private valueOf(written: Schema): fc.Arbitrary<unknown> {
    const schema = this.resolved(written);
    const { type, properties = {}, required = [], items = {}, minItems = 0, minimum = 0, minLength = 0 } = schema;
    switch (type) {
      case 'object':
        return fc.record(Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, this.valueOf(property)])), {
          requiredKeys: [...required],
        });
      case 'array':
        return fc.array(this.valueOf(items), { minLength: minItems, maxLength: Math.min(schema.maxItems ?? 3, minItems + 2) });
      case 'integer':
        return fc.integer({ min: minimum, max: schema.maximum ?? 2 ** 31 - 1 });
      case 'string':
        return fc.string({ minLength, maxLength: Math.min(schema.maxLength ?? 20, minLength + 20) });
      default:
        throw new Error(`the generator makes no ${JSON.stringify(schema)}`);
    }
  }
}

const pathPart = (path: string): string => path.split('?')[0] ?? '';

function requestOf(made: {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly body: string | undefined;
  readonly type: string;
  readonly credentials: readonly string[];
}): ClientRequest {
  const { method, path, query, body, type, credentials } = made;
  const search = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return {
    method,
    path: search === '' ? path : `${path}?${search}`,
    credentials,
    ...(body === undefined ? {} : { body, headers: { 'content-type': type } }),
  };
}

const PLAIN_PART = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
const ODD_PART = fc.oneof(
  fc.constantFrom('', '.', '..', '%2e%2e', '..%2f..', 'a%2fb', 'a%5Cb', '%00', '%0d%0a', 'a;b=c', '%', '%zz', '%25%32%66', 'ö'.normalize()),
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => encodeURIComponent(text)),
);

function pathOf(template: string, odd: fc.Arbitrary<boolean>): fc.Arbitrary<string> {
  return odd.chain((isOdd) => {
    const parts = template
      .split('/')
      .map((part) => (part.startsWith('{') ? (isOdd ? fc.oneof(PLAIN_PART, ODD_PART) : PLAIN_PART) : fc.constant(part)));
    const path = fc.tuple(...parts).map((made) => made.map((part) => part.replace(/[^\x21-\x7e]/g, encodeURIComponent)).join('/'));
    return isOdd ? path.chain(changedPath) : path;
  });
}

const changedPath = (path: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    path,
    `${path}/`,
    `/${path}`,
    path.toUpperCase(),
    `${path}/more`,
    `/x/..${path}`,
    `/%2e${path}`,
    path.replace(/^\/(.)/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`),
    path.replace('/', '\\'),
    path.slice(0, path.lastIndexOf('/')) || '/',
    `${path};v=1`,
    `${path}%3Fkeyword=x`,
  );

function queryOf({ parameters = [] }: Operation, changed: boolean): fc.Arbitrary<readonly (readonly [string, string])[]> {
  const value = changed ? fc.oneof(fc.string({ maxLength: 10 }), fc.constantFrom('', ' ', '%20')) : fc.stringMatching(/^\w{1,10}$/);
  const own = parameters
    .filter((each) => each.in === 'query')
    .map(({ name, required = false }) =>
      fc.option(
        value.map((text) => [name, text] as const),
        { nil: undefined, freq: required && !changed ? Number.MAX_SAFE_INTEGER : 3 },
      ),
    );
  return fc.tuple(...own).map((made) => made.filter((each) => each !== undefined));
}

/** A body that is wrong, most often in one place. */
function changedBody(body: string | undefined): fc.Arbitrary<string | undefined> {
  if (body === undefined) return fc.constantFrom(undefined, '{}', 'x');
  const value = JSON.parse(body) as Record<string, unknown>;
  const keys = Object.keys(value);
  return fc.oneof(
    fc.constantFrom(undefined, '', '{}', '[]', 'null', '"text"', 'not JSON', `${body},`, `[${body}]`, body.slice(1)),
    fc.constantFrom(...keys).map((key) => JSON.stringify({ ...value, [key]: undefined })),
    fc.tuple(fc.constantFrom(...keys, 'more', '__proto__'), fc.jsonValue()).map(([key, other]) => withProperty(value, key, other)),
  );
}

function withProperty(value: Readonly<Record<string, unknown>>, key: string, other: unknown): string {
  const others = Object.entries(value).filter(([name]) => name !== key);
  // Not by a literal: `__proto__` would set the prototype.
  return `{${[...others, [key, other] as const].map(([name, each]) => `${JSON.stringify(name)}:${JSON.stringify(each)}`).join(',')}}`;
}

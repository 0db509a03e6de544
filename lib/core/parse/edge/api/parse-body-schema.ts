import { REST_API } from '../../../limits/api-gateway';
import type { Json, JsonObject } from '../../../model/json';
import { isJsonObject } from '../../../model/json';
import { bytesText } from '../../../reading/input';
import type { EdgeRoute } from '../../../model/topology';
import type { Reader } from '../../../reading/reader';
import { parseMethodSchema, parseNamedSchema } from './parse-message-schema';
import { DRAFT_4, checkDraft4 } from './draft-4';

const FACTORIES = 'BodySchema.of(), BodySchema.fromFile(), BodySchema.ofMethod() or BodySchema.ofMessage()';

/**
 * @param route whose bodies it is about
 * @returns undefined after an issue, or where there is none
 */
export function parseBodySchema(at: Reader, route: Pick<EdgeRoute, 'target'>): JsonObject | undefined {
  if (!at.checkFactory('BodySchema', FACTORIES)) return undefined;
  if (!at.checkFields(['path', 'text', 'error', 'api', 'message'], 'kind')) return undefined;
  const kind = at.field('kind').value;
  if (kind !== 'method' && kind !== 'message') return parseWritten(at, kind !== 'file');
  const made = kind === 'method' ? parseMethodSchema(at, route) : parseNamedSchema(at);
  return made === undefined ? undefined : checked(at, `the schema of ${made.message}`, made.schema);
}

function parseWritten(at: Reader, inline: boolean): JsonObject | undefined {
  const path = inline ? 'the schema' : at.field('path').required('the path of a file', "such as 'schemas/order.json'").string();
  const error = at.field('error').string();
  if (path === undefined) return undefined;
  if (error !== undefined)
    return at.fail('JSON_SCHEMA', inline ? `the schema is no JSON: ${error}` : `"${path}" cannot be read: ${error}`, {
      got: null,
      fix: inline
        ? 'write it as plain objects'
        : 'correct the path, which begins in the folder in which the app is synthesized, or write path.join(__dirname, …)',
    });
  const text = at.field('text').required('a schema', 'such as BodySchema.of({ type: JsonSchemaType.OBJECT })').string();
  const read = text === undefined ? undefined : parseText(at, path, text);
  return read === undefined ? undefined : checked(at, path, inline ? asWritten(read) : read);
}

function parseText(at: Reader, path: string, text: string): Json | undefined {
  if (text.includes('${Token['))
    return at.fail('TOKEN', `${path} holds a CDK token, and must be known when the app is synthesized`, {
      got: null,
      fix: 'give literal values, not ones that CloudFormation resolves at deployment',
    });
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    return at.fail('JSON_SCHEMA', `${path} is no JSON: something is wrong in line ${lineOf(text, error)}`, {
      got: null,
      fix: 'correct it',
    });
  }
}

/** The messages differ between releases of Node.js; at the end of the text they name no position. */
function lineOf(text: string, error: unknown): number {
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  return text.slice(0, position === undefined ? undefined : Number(position)).split('\n').length;
}

function checked(at: Reader, path: string, schema: Json): JsonObject | undefined {
  let valid = true;
  checkDraft4(schema, ({ place, message, fix }) => {
    valid = false;
    at.fail('JSON_SCHEMA', `${path}, ${place}: ${message}`, { got: null, fix });
  });
  if (!valid || !isJsonObject(schema)) return undefined;
  const whole = { $schema: DRAFT_4, ...schema };
  const bytes = Buffer.byteLength(JSON.stringify(whole));
  if (bytes > REST_API.model.value)
    at.fail('OUT_OF_RANGE', `${path} has ${bytesText(bytes)}`, {
      got: null,
      allowed: `at most ${bytesText(REST_API.model.value)}`,
      fix: 'leave out descriptions, or let the service check the details',
    });
  return whole;
}

/** As the CDK names what begins with a dollar; names of properties and values are the user's own. */
const CDK_NAMES: Readonly<Record<string, string>> = { ref: '$ref', schema: '$schema' };
const OF_NAMES = ['definitions', 'properties', 'patternProperties', 'dependencies'];
const OF_VALUES = ['enum', 'default'];

function asWritten(schema: Json): Json {
  if (Array.isArray(schema)) return (schema as readonly Json[]).map(asWritten);
  if (!isJsonObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      Object.hasOwn(CDK_NAMES, key) ? (CDK_NAMES[key] ?? key) : key,
      OF_VALUES.includes(key) ? value : OF_NAMES.includes(key) ? byNames(value) : asWritten(value),
    ]),
  );
}

function byNames(value: Json): Json {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asWritten(each)]));
}

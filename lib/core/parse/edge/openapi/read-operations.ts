import type { JsonObject } from '../../../model/json';
import { ANY_METHOD, METHOD_FIELDS, OPERATION_FIELDS, PATH_FIELDS, SERVICE, checkExtensions } from './document-fields';
import type { DocumentPart } from './document-part';
import type { NotCarried } from './not-carried';
import type { DocumentBody } from './read-body';
import { readBody } from './read-body';
import type { Parameters } from './read-parameters';
import { readParameters } from './read-parameters';
import type { DocumentSecurity, SecurityContext } from './read-security';
import { readSecurity } from './read-security';
import type { Dialect } from './to-draft-4';

const METHODS = [...METHOD_FIELDS, ANY_METHOD];

export interface OperationContext extends SecurityContext {
  readonly dialect: Dialect;
  /** Whether API Gateway is to look for parameters and into bodies. */
  readonly requestValidation: boolean;
  /** Paths below which clients find the API. */
  readonly basePaths: readonly string[];
  readonly notCarried: NotCarried;
}

/** A route that a document says. */
export interface DocumentOperation {
  /** As in `routes` of an edge. */
  readonly key: string;
  readonly at: DocumentPart;
  /** Undefined after an issue. */
  readonly security: DocumentSecurity | undefined;
  /** As in `routes` of an edge. */
  readonly service: string | undefined;
  readonly validation: DocumentValidation | undefined;
  /** Where the document says what stands at a path in the props of a route, such as `validation.query[0]`. */
  readonly placeOf: (path: string) => string;
}

export interface DocumentValidation {
  readonly query?: readonly string[];
  readonly headers?: readonly string[];
  readonly body?: { readonly kind: 'file'; readonly path: string; readonly text: string };
}

export function readOperations(context: OperationContext): readonly DocumentOperation[] {
  const { document, notCarried } = context;
  checkServers(document, context);
  const paths = document.field('paths');
  const items = paths.entries('an object of paths');
  const hasMethod = items.some(([, item]) => item.node?.kind !== 'map' || [...METHODS, '$ref'].some((field) => !item.field(field).absent));
  if (!hasMethod && (paths.absent || paths.node?.kind === 'map'))
    (paths.absent ? document : paths).fail('there is no operation in the document', {
      code: 'MISSING',
      fix: `write one in paths, with ${SERVICE}`,
    });
  checkExtensions(paths, notCarried);
  return items.flatMap(([path, item]) => readPath(path, item, context));
}

function readPath(path: string, given: DocumentPart, context: OperationContext): readonly DocumentOperation[] {
  const item = given.about(path).resolved();
  if (item === undefined) return [];
  if (item.node?.kind !== 'map')
    return item.fail<[]>('must be an object of operations', { fix: 'write get, post or another method' }) ?? [];
  item.checkFields(PATH_FIELDS);
  checkExtensions(item, context.notCarried);
  noteServers(item, context);
  return METHODS.flatMap((field) => {
    const operation = item.field(field);
    if (operation.absent) return [];
    const method = field === ANY_METHOD ? 'ANY' : field.toUpperCase();
    return readOperation(method, path, item, operation.about(`${method} ${path}`), context);
  });
}

function readOperation(
  method: string,
  path: string,
  item: DocumentPart,
  at: DocumentPart,
  context: OperationContext,
): readonly DocumentOperation[] {
  const { document, dialect, requestValidation, notCarried } = context;
  if (at.node?.kind !== 'map') return at.fail<[]>('must be an operation', { fix: `write { ${SERVICE}: … }` }) ?? [];
  at.checkFields(OPERATION_FIELDS);
  checkExtensions(at, notCarried);
  noteServers(at, context);
  const callbacks = at.field('callbacks');
  if (!callbacks.absent) notCarried.add('open-api-callbacks', callbacks.place, at.subject ?? path);
  const said = [at, item, document].map((part) => part.field(SERVICE)).find(({ absent }) => !absent);
  const service = said?.about(at.subject ?? path).text();
  if (said === undefined)
    at.fail('says no service that gets the requests', { code: 'MISSING', fix: `write ${SERVICE}: <name of a service>` });
  const parameters = readParameters(item.field('parameters'), at.field('parameters'), path, requestValidation ? notCarried : undefined);
  const body = requestValidation ? readBody(at.field('requestBody'), dialect, notCarried) : undefined;
  const security = readSecurity(at, context);
  const ownSecurity = at.field('security');
  const securityAt = ownSecurity.absent ? document.field('security') : ownSecurity;
  const places = placesOf({ service: said, parameters, body, ...(securityAt.absent ? {} : { security: securityAt }) });
  return [
    {
      ...{ key: keyOf(method, path, parameters.greedy), at, service, security },
      validation: requestValidation ? validationOf(parameters, body) : undefined,
      placeOf: (prop) => placeIn(places, prop) ?? at.place,
    },
  ];
}

/** As API Gateway exports the route for all that no other takes. */
const DEFAULT = 'ANY /$default';

/** OpenAPI cannot say that a parameter may have slashes; the document of an edge says it by an extension. */
function keyOf(method: string, path: string, greedy: readonly string[]): string {
  const parts = path.split('/').map((part) => (greedy.some((name) => part === `{${name}}`) ? `${part.slice(0, -1)}+}` : part));
  const key = `${method} ${parts.join('/')}`;
  return key === DEFAULT ? '$default' : key;
}

function validationOf({ query, headers }: Parameters, body: DocumentBody | undefined): DocumentValidation | undefined {
  if (query.length + headers.length === 0 && body === undefined) return undefined;
  return {
    ...(query.length === 0 ? {} : { query: query.map(({ name }) => name) }),
    ...(headers.length === 0 ? {} : { headers: headers.map(({ name }) => name) }),
    ...(body === undefined ? {} : { body: asFile(body.schema) }),
  };
}

function asFile(schema: JsonObject): { readonly kind: 'file'; readonly path: string; readonly text: string } {
  return { kind: 'file', path: 'the schema of the body', text: JSON.stringify(schema) };
}

interface Said {
  readonly service: DocumentPart | undefined;
  /** Absent: nothing is said of it. */
  readonly security?: DocumentPart;
  readonly parameters: Parameters;
  readonly body: DocumentBody | undefined;
}

function placesOf({ service, security, parameters, body }: Said): ReadonlyMap<string, string> {
  const lists = (['query', 'headers'] as const).flatMap((list) =>
    parameters[list].map(({ place }, index): [string, string] => [`validation.${list}[${index}]`, place]),
  );
  return new Map([
    ...(service === undefined ? [] : [['service', service.place] as const]),
    ...(security === undefined ? [] : (['scopes', 'apiKeyRequired'] as const).map((prop) => [prop, security.place] as const)),
    ...lists,
    ...(body === undefined ? [] : [['validation.body', body.place] as const]),
  ]);
}

function placeIn(places: ReadonlyMap<string, string>, prop: string): string | undefined {
  return [...places].find(([known]) => prop.startsWith(known))?.[1];
}

/** The path of each is that below which the edge has the API. */
function checkServers(document: DocumentPart, { basePaths, notCarried }: OperationContext): void {
  for (const server of document.field('servers').items('a list of servers')) {
    const url = server.field('url').text();
    const path = url === undefined ? undefined : /^(?:[a-z]+:)?(?:\/\/[^/]*)?(\/.*?)?\/?$/i.exec(url)?.[1];
    if (url !== undefined && !basePaths.includes(path ?? '')) notCarried.add('open-api-servers', server.field('url').place, url);
  }
}

function noteServers(at: DocumentPart, { notCarried }: OperationContext): void {
  const servers = at.field('servers');
  if (!servers.absent) notCarried.add('open-api-servers', servers.place, at.subject ?? 'servers');
}

import { createHash } from 'node:crypto';
import { defined } from '../defined';
import type { ApiDescription, EdgeKind } from '../edges/kind';
import type { Components, CorsExtension, OpenApiDocument, Operation, PathItem, Schema, ServerObject } from '../model/openapi-document';
import { OPERATION_METHODS } from '../model/openapi-document';
import { servicesOf } from '../model/route-targets';
import type { Cors, EdgeTopology } from '../model/topology';
import { holdsToken } from '../reading/input';
import { limitsOfEdge, limitsOfOperation } from './limits';
import { BodySchemas } from './body-schemas';
import { MessageSchemas } from './message-schemas';
import { operationOf } from './operation';
import { operationIds, operationKey } from './operation-ids';
import type { Documented } from './paths';
import { documentedPaths } from './paths';
import { ERROR_SCHEMA, sharedResponses, STATUS, STATUS_SCHEMA } from './responses';
import { securitySchemes } from './security';

export interface DocumentTitle {
  readonly title: string;
  readonly description: string;
}

/**
 * What clients may send to an edge, and what they get. It holds nothing that only a deployment knows, and no text in which CloudFormation
 * would fill in something.
 */
export function openApiDocument(edge: EdgeTopology, kind: EdgeKind, { title, description }: DocumentTitle): OpenApiDocument {
  const api = kind.describe?.(edge);
  const messages = new Map<string, MessageSchemas>();
  const schemasOf = (service: string): MessageSchemas => {
    const schemas = messages.get(service) ?? new MessageSchemas(service);
    messages.set(service, schemas);
    return schemas;
  };
  const bodies = new BodySchemas();
  const limits = kind.limits(edge.options);
  const context = {
    ...{ edge, api, schemasOf, bodies },
    limitsOf: ({ route, method }: Documented) => limitsOfOperation(route, method, kind.limits(edge.options, route), limits),
  };
  const documented = documentedPaths(edge.routes, (route) => api?.takesOptions(route) ?? true);
  const ids = operationIds(documented);
  const operations = documented.map((each) => ({ ...each, operation: operationOf(each, ids.get(operationKey(each)) ?? '', context) }));
  const content = {
    ...defined({ servers: serversOf(edge, api) }),
    tags: [...new Set(edge.routes.flatMap(servicesOf))].sort().map((name) => ({ name })),
    paths: pathItems(operations),
    components: componentsOf(edge, api, [...[...messages.values()].flatMap(({ all }) => [...all]), ...bodies.all], operations),
    ...defined({
      'x-limits': limitsOfEdge(edge, limits),
      'x-amazon-apigateway-cors': edge.cors === undefined ? undefined : corsOf(edge.cors),
    }),
  };
  return { openapi: '3.1.0', info: { title, version: versionOf(content), description }, ...content };
}

const VERSION_LENGTH = 12;

/** A document must have a version, and nobody has said one: it is another one where the content is. */
function versionOf(content: Omit<OpenApiDocument, 'openapi' | 'info'>): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, VERSION_LENGTH);
}

/** The user's own name first. */
function serversOf(
  { domain, executeApiEndpoint, api: { hosts = [] } }: EdgeTopology,
  api: ApiDescription | undefined,
): readonly ServerObject[] | undefined {
  const own = domain === undefined || holdsToken(domain.name) ? [] : [`https://${domain.name}${domain.basePath ?? ''}`];
  const servers = [
    ...own.map((url) => ({ url, description: 'The domain of the edge' })),
    // A pattern is no address.
    ...hosts
      .filter((host) => !host.includes('*') && !holdsToken(host))
      .map((host) => ({ url: `https://${host}`, description: 'A host of the edge' })),
    ...(api === undefined || executeApiEndpoint === false ? [] : [api.server]),
  ];
  return servers.length === 0 ? undefined : servers;
}

function pathItems(operations: readonly OperationAt[]): OpenApiDocument['paths'] {
  const byPath = new Map<string, OperationAt[]>();
  for (const each of operations) byPath.set(each.path, [...(byPath.get(each.path) ?? []), each]);
  return Object.fromEntries([...byPath].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, own]) => [path, pathItem(own)]));
}

function pathItem(operations: readonly OperationAt[]): PathItem {
  const byMethod = new Map(operations.map(({ method, operation }) => [method, operation]));
  return Object.fromEntries(
    OPERATION_METHODS.flatMap((method) => {
      const operation = byMethod.get(method);
      return operation === undefined ? [] : [[method, operation]];
    }),
  );
}

interface OperationAt extends Pick<Documented, 'path' | 'method'> {
  readonly operation: Operation;
}

function componentsOf(
  edge: EdgeTopology,
  api: ApiDescription | undefined,
  described: readonly (readonly [string, Schema])[],
  operations: readonly { readonly operation: Operation }[],
): Components {
  const hasStatus = edge.routes.some(({ target }) => target.kind === 'grpc' && target.json !== undefined);
  const schemas: readonly (readonly [string, Schema])[] = [
    ...(api === undefined ? [] : [[ERROR_SCHEMA, api.error] as const]),
    ...(hasStatus ? [[STATUS_SCHEMA, STATUS] as const] : []),
    ...described,
  ];
  return {
    schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
    responses: sharedResponses(
      operations.map(({ operation }) => operation),
      { hasError: api !== undefined, shared: edge.detailedErrors === true },
    ),
    securitySchemes: securitySchemes(edge),
  };
}

/** An origin may be known to CloudFormation alone. */
function corsOf({ allowOrigins, maxAgeSeconds, ...cors }: Cors): CorsExtension {
  return { ...(allowOrigins.some(holdsToken) ? {} : { allowOrigins }), ...cors, ...defined({ maxAge: maxAgeSeconds }) };
}

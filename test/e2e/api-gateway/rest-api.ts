import { Fields, Resolver } from '../runner';
import type { Resource, Template } from '../runner';
import type { ClientRequest, Integration } from './client-request';
import { contextVariable } from './client-request';

const MAPPED_HEADER = 'integration.request.header.';

interface Method {
  readonly httpMethod: string;
  readonly parts: readonly string[];
  readonly uriPath: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The integrations of a REST API, as the template says; undefined if it has none. */
export function restIntegration(template: Template): Integration | undefined {
  const resources = Object.entries(template.Resources ?? {});
  const balancer = resources.find(([, { Type }]) => Type === 'AWS::ElasticLoadBalancingV2::LoadBalancer')?.[1];
  const resolver = new Resolver(template);
  const methods = resources.filter(([, { Type }]) => Type === 'AWS::ApiGateway::Method').map(([id, method]) => readMethod(template, resolver, id, method));
  if (balancer === undefined || methods.length === 0) return undefined;
  return {
    securityGroups: resolver.referencedAll(balancer.Properties?.['SecurityGroups']),
    map: (request) => map(methods, request),
  };
}

function readMethod(template: Template, resolver: Resolver, id: string, method: Resource): Method {
  const fields = Fields.of(resolver.resolve(method.Properties), id);
  const integration = fields.child('Integration');
  return {
    httpMethod: fields.text('HttpMethod'),
    parts: partsOf(template, resolver, resolver.referenced(method.Properties?.['ResourceId'])),
    // From behind the host.
    uriPath: /^http:\/\/[^/]+(\/.*)$/.exec(integration?.optionalText('Uri') ?? '')?.[1] ?? '/',
    parameters: integration?.child('RequestParameters')?.allTexts() ?? {},
  };
}

/** The path of a resource, part by part; the root is the API itself. */
function partsOf(template: Template, resolver: Resolver, id: string | undefined): readonly string[] {
  const resource = id === undefined ? undefined : template.Resources?.[id];
  if (resource?.Type !== 'AWS::ApiGateway::Resource') return [];
  return [...partsOf(template, resolver, resolver.referenced(resource.Properties?.['ParentId'])), resolver.text(resource.Properties?.['PathPart'])];
}

function map(methods: readonly Method[], request: ClientRequest): ReturnType<Integration['map']> {
  const [path = '', query] = request.path.split(/(?=\?)/, 2);
  const candidates = methods
    .filter(({ httpMethod }) => httpMethod === (request.method ?? 'GET') || httpMethod === 'ANY')
    .flatMap((method) => {
      const values = match(method.parts, path.slice(1));
      return values === undefined ? [] : [{ method, values }];
    });
  // The most specific resource: a static part comes before a parameter, and a greedy one last.
  const [best] = candidates.sort((a, b) => rank(b.method) - rank(a.method));
  if (best === undefined) throw new Error(`the REST API has no method for ${request.method ?? 'GET'} ${path}`);
  const { uriPath, parameters } = best.method;
  return {
    path: uriPath.replace(/\{([^}]+)\}/g, (_, name: string) => best.values[(parameters[`integration.request.path.${name}`] ?? '').replace('method.request.path.', '')] ?? '') + (query ?? ''),
    headers: Object.fromEntries(
      Object.entries(parameters)
        .filter(([key]) => key.startsWith(MAPPED_HEADER))
        .map(([key, value]) => [key.slice(MAPPED_HEADER.length), contextVariable(value, request)]),
    ),
  };
}

function match(parts: readonly string[], path: string): Readonly<Record<string, string>> | undefined {
  const [part, ...others] = parts;
  if (part === undefined) return path === '' ? {} : undefined;
  const [, greedy] = /^\{(.+)\+\}$/.exec(part) ?? [];
  if (greedy !== undefined) return path === '' ? undefined : { [greedy]: path };
  const end = path.indexOf('/');
  const [head, rest] = end < 0 ? [path, ''] : [path.slice(0, end), path.slice(end + 1)];
  const [, name] = /^\{(.+)\}$/.exec(part) ?? [];
  if (head === '' || (name === undefined && head !== part)) return undefined;
  const values = match(others, rest);
  return values && { ...values, ...(name !== undefined && { [name]: head }) };
}

function rank({ parts, httpMethod }: Method): number {
  const weight = (part: string): number => (part.endsWith('+}') ? 1 : part.endsWith('}') ? 2 : 3);
  return parts.reduce((sum, part) => sum * 4 + weight(part), 0) * 2 + (httpMethod === 'ANY' ? 0 : 1);
}

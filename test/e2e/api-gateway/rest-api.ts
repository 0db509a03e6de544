import { Fields, Resolver } from '../runner';
import type { Resource, Template } from '../runner';
import type { ClientRequest, Integration } from './client-request';
import { contextVariable } from './client-request';
import { bestRoute } from './route';

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
  const best = bestRoute(methods, request.method ?? 'GET', path);
  if (best === undefined) throw new Error(`the REST API has no method for ${request.method ?? 'GET'} ${path}`);
  const { uriPath, parameters } = best.route;
  return {
    path: uriPath.replace(/\{([^}]+)\}/g, (_, name: string) => best.values[(parameters[`integration.request.path.${name}`] ?? '').replace('method.request.path.', '')] ?? '') + (query ?? ''),
    headers: Object.fromEntries(
      Object.entries(parameters)
        .filter(([key]) => key.startsWith(MAPPED_HEADER))
        .map(([key, value]) => [key.slice(MAPPED_HEADER.length), valueOf(value, request)]),
    ),
  };
}

/** A literal stands in quotes. */
function valueOf(value: string, request: ClientRequest): string {
  return /^'(.*)'$/.exec(value)?.[1] ?? contextVariable(value, request);
}

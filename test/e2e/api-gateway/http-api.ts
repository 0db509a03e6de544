import { Fields, Resolver } from '../runner';
import type { Resource, Template } from '../runner';
import type { ClientRequest, Integration } from './client-request';
import { contextVariable } from './client-request';
import { bestRoute } from './route';

const OVERWRITE_HEADER = 'overwrite:header.';

/** The integration of an HTTP API, as the template says; undefined if it has none. */
export function httpIntegration(template: Template): Integration | undefined {
  const of = (type: string): Resource | undefined => Object.values(template.Resources ?? {}).find((resource) => resource.Type === type);
  const integration = of('AWS::ApiGatewayV2::Integration');
  const link = of('AWS::ApiGatewayV2::VpcLink');
  if (integration === undefined || link === undefined) return undefined;
  const resolver = new Resolver(template);
  const resolved = Fields.of(resolver.resolve(integration.Properties), 'Integration');
  const parameters = resolved.child('RequestParameters')?.allTexts() ?? {};
  const keys = Object.values(template.Resources ?? {}).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route').map(({ Properties }) => resolver.text(Properties?.['RouteKey']));
  const stage = Fields.of(resolver.resolve(of('AWS::ApiGatewayV2::Stage')?.Properties ?? {}), 'Stage').optionalText('StageName') ?? '$default';
  const headersOf = (request: ClientRequest): Readonly<Record<string, string>> => Object.fromEntries(
    Object.entries(parameters)
      .filter(([key]) => key.startsWith(OVERWRITE_HEADER))
      .map(([key, value]) => [key.slice(OVERWRITE_HEADER.length), value === '$context.routeKey' ? routeKey(keys, request) : contextVariable(value, request)]),
  );
  // To a private integration the stage is part of the path, unless it is the default one or the path is mapped.
  const prefix = stage === '$default' || parameters['overwrite:path'] === '$request.path' ? '' : `/${stage}`;
  return {
    securityGroups: resolver.referencedAll(link.Properties?.['SecurityGroupIds']),
    map: (request) => ({ path: `${prefix}${request.path}`, headers: headersOf(request) }),
  };
}

function routeKey(keys: readonly string[], request: ClientRequest): string {
  const routes = keys.filter((key) => key !== '$default').map((key) => {
    const [httpMethod = '', path = ''] = key.split(' ');
    return { key, httpMethod, parts: path.split('/').slice(1).filter((part) => part !== '') };
  });
  const { method = 'GET', path } = request;
  const best = bestRoute(routes, method, path.replace(/\?.*$/, ''));
  if (best === undefined && !keys.includes('$default')) throw new Error(`the HTTP API has no route for ${method} ${path}`);
  return best?.route.key ?? '$default';
}

import type { GrpcRoute, HeaderMatch, HttpMatch } from './resources';
import type { RouteMatch, ValueMatch } from '../../model/traffic-policy';
import { defined } from '../../defined';

/** https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_HttpRouteMatch.html */
export function httpMatch({ path, headers, queryParameters }: RouteMatch, method?: string): HttpMatch {
  return {
    ...(path === undefined
      ? { prefix: '/' }
      : path.kind === 'prefix'
        ? { prefix: path.text }
        : { path: path.kind === 'exact' ? { exact: path.text } : { regex: path.text } }),
    ...defined({ method }),
    ...(headers.length === 0 ? {} : { headers: headers.map(headerMatch) }),
    ...(queryParameters.length === 0
      ? {}
      : {
          queryParameters: queryParameters.map(({ name, kind, text = '' }) => ({
            name,
            ...(kind === 'present' ? {} : { match: { exact: text } }),
          })),
        }),
  };
}

/**
 * A method is a path of two parts, a service a prefix of one.
 * https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_GrpcRouteMatch.html
 */
export function grpcMatch({ path, headers }: RouteMatch): GrpcRoute['match'] {
  const [, serviceName = '', methodName = ''] = path === undefined ? [] : path.text.split('/');
  return {
    ...(serviceName === '' ? {} : { serviceName }),
    ...(methodName === '' ? {} : { methodName }),
    ...(headers.length === 0 ? {} : { metadata: headers.map(headerMatch) }),
  };
}

function headerMatch(match: ValueMatch): HeaderMatch {
  return { name: match.name, ...(match.invert ? { invert: true } : {}), ...valueOf(match) };
}

function valueOf({ kind, text = '', start = 0, end = 0 }: ValueMatch): Pick<HeaderMatch, 'match'> {
  switch (kind) {
    case 'present':
      return {};
    case 'range':
      return { match: { range: { start, end } } };
    case 'exact':
      return { match: { exact: text } };
    case 'prefix':
      return { match: { prefix: text } };
    case 'suffix':
      return { match: { suffix: text } };
    case 'regex':
      return { match: { regex: text } };
  }
}

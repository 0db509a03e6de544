import type { DescMethod } from '@bufbuild/protobuf';
import { defined } from '../../defined';
import type { DraftRoute } from '../../edges/kind';
import type { AnnotatedRoute } from '../../grpc/annotated-routes';
import { annotatedRoute } from '../../grpc/annotated-routes';
import type { GrpcApi } from '../../grpc/grpc-api';
import { methodName } from '../../grpc/grpc-api';
import { readsJson } from '../../grpc/bound-fields';
import { descriptorOf } from '../../grpc/strip';
import { parseRouteKey } from '../../model/edge-routes';
import type { Reader } from '../../reading/reader';
import { STRINGS, suggest } from '../../reading/reader';
import { checkCallable, failBinding, jsonOf, parseGrpcService, parseStream, parseUnknownFields, suggestMethod } from './parse-grpc-target';
import type { BoundRoute } from './grpc-method-settings';
import { METHOD_SETTINGS, withMethodSettings } from './grpc-method-settings';
import { inProto, placeOfMethod } from './in-proto';
import type { EdgeContext } from './parse-route';
import { ROUTE_SETTINGS, parseRouteSettings } from './parse-route';

const OWN_FIELDS = ['service', 'mapping', 'grpcServices', 'exclude', 'web', 'stream', 'unknownFields', 'methods'] as const;
const FIELDS = [...OWN_FIELDS, ...METHOD_SETTINGS, ...ROUTE_SETTINGS] as const;

const MAPPINGS = ['annotations', 'methodNames', 'web'] as const;
const SHOWN = ['GrpcMapping.ANNOTATIONS', 'GrpcMapping.METHOD_NAMES', 'GrpcMapping.WEB'];

/** The routes to all methods of a service, which its .proto files describe. */
export function parseGrpcRoutes(at: Reader, context: EdgeContext): readonly DraftRoute[] {
  at.required('an object with at least service and mapping', "such as { service: 'catalog', mapping: GrpcMapping.ANNOTATIONS }");
  if (!at.checkFields(FIELDS)) return [];
  const service = parseGrpcService(at.field('service'), context.reachable);
  const mapping = at
    .field('mapping')
    .required('where the methods are found', 'such as mapping: GrpcMapping.ANNOTATIONS')
    .oneOf(MAPPINGS, 'a GrpcMapping', SHOWN);
  const web = at.field('web').boolean() ?? false;
  const settings = parseRouteSettings(at, context);
  const json = {
    ...defined({ maxRequestBytes: settings.policy?.maxRequestBytes }),
    stream: parseStream(at.field('stream')),
    unknownFields: parseUnknownFields(at.field('unknownFields')),
  };
  const grpcServices = parseNames(at.field('grpcServices'), 'a service of the API');
  const exclude = parseNames(at.field('exclude'), 'a method');
  if (service === undefined || mapping === undefined) return [];
  const { name, api } = service;
  if (mapping === 'web') checkOfWeb(at, { web, stream: json.stream !== undefined, unknownFields: json.unknownFields !== undefined });
  if (mapping === 'annotations' && web)
    at.field('web').fail('CONFLICT', 'gRPC-Web clients call "POST /package.Service/Method", which is no path of an annotation', {
      fix: 'remove it, and add an entry with GrpcMapping.WEB',
    });
  checkNames(
    grpcServices,
    api.services.map(({ typeName }) => typeName),
    'the API has no service',
  );
  const all = api.services.flatMap(({ methods }) => methods);
  checkNames(exclude, all.map(methodName), 'the API has no method');
  const wanted = all.filter(
    (method) =>
      !exclude.some((each) => each.name === methodName(method)) &&
      (at.field('grpcServices').absent || grpcServices.some((each) => each.name === method.parent.typeName)),
  );
  const chosen = mapping === 'annotations' ? wanted.filter((method) => api.rulesOf(method).length > 0) : wanted;
  if (chosen.length === 0 && grpcServices.every((each) => api.services.some(({ typeName }) => typeName === each.name)))
    at.fail('GRPC_ROUTE', mapping === 'annotations' ? 'no method has the option google.api.http' : 'there is no method in these services', {
      got: null,
      fix: mapping === 'annotations' ? 'write it in the .proto file, or use GrpcMapping.METHOD_NAMES' : 'remove the entry',
    });
  if (json.stream !== undefined && mapping !== 'web' && chosen.length > 0 && !chosen.some(({ proto }) => proto.serverStreaming))
    at.field('stream').fail('NO_EFFECT', 'none of the methods returns a stream', { fix: 'remove it' });
  const callable = chosen.filter((method) => {
    const otherwise = `list it in exclude: ['${methodName(method)}']`;
    return inProto(at, placeOfMethod(api, method), (each) =>
      checkCallable(each, method, { streamed: settings.streamed, kind: context.kind }, otherwise),
    );
  });
  const bound = callable.flatMap((method) =>
    routesOf(api, method, mapping).flatMap((route): readonly BoundRoute[] => {
      const text = 'problem' in route ? route.text : route.rule.path;
      if ('problem' in route) {
        failBinding(at, placeOfMethod(api, method, text), route.problem);
        return [];
      }
      const { key, rule } = route;
      const place = api.placeOf(`${method.parent.typeName}.${method.name}`, text);
      const parsed = inProto(at, placeOfMethod(api, method, text), (each) => parseRouteKey(key, each));
      if (parsed === undefined) return [];
      const target = {
        kind: 'grpc' as const,
        service: name,
        method: methodName(method),
        web: web || mapping === 'web',
        ...(mapping === 'web' ? {} : { json: jsonOf(descriptorOf(api, method, rule), method, json) }),
      };
      const streamed = settings.streamed || method.proto.serverStreaming;
      const source = `"${key}" of ${methodName(method)} at "${name}"${place === undefined ? '' : ` (${place})`}`;
      const draft = { ...parsed, at, source, route: { key, ...parsed, target, ...settings, streamed } };
      return [{ draft, method, hasBody: rule.body !== undefined, hasFields: readsJson(method, rule.body) }];
    }),
  );
  if (json.unknownFields !== undefined && mapping !== 'web' && bound.length > 0 && !bound.some(({ hasFields }) => hasFields))
    at.field('unknownFields').fail('NO_EFFECT', 'none of the methods has fields of a message in the body', { fix: 'remove it' });
  const known = all.map(methodName);
  const entries = at
    .field('methods')
    .entries()
    .map(([each, entry]) => ({ at: entry, name: each }));
  checkNames(entries, known, 'the API has no method');
  return withMethodSettings(
    at,
    entries.filter((entry) => known.includes(entry.name)),
    bound,
    context,
  );
}

function routesOf(api: GrpcApi, method: DescMethod, mapping: (typeof MAPPINGS)[number]): readonly AnnotatedRoute[] {
  if (mapping === 'annotations') return api.rulesOf(method).map((rule) => annotatedRoute(method, rule));
  const path = `/${methodName(method)}`;
  return [{ key: `POST ${path}`, rule: { method: 'POST', path, body: '*' } }];
}

/** What is about JSON, which such routes do not take. */
function checkOfWeb(at: Reader, given: Readonly<Record<'web' | 'stream' | 'unknownFields', boolean>>): void {
  for (const option of ['stream', 'unknownFields', 'web'] as const)
    if (given[option])
      at.field(option).fail('NO_EFFECT', option === 'web' ? 'GrpcMapping.WEB says so already' : 'GrpcMapping.WEB takes no JSON', {
        fix: option === 'web' ? 'remove it' : 'remove it, or use GrpcMapping.METHOD_NAMES with web: true',
      });
}

interface Named {
  readonly at: Reader;
  readonly name: string;
}

function parseNames(at: Reader, what: string): readonly Named[] {
  return at.items(STRINGS).flatMap((item) => {
    const name = item.required(what, 'remove the entry, or name one').string();
    return name === undefined ? [] : [{ at: item, name }];
  });
}

function checkNames(names: readonly Named[], known: readonly string[], what: string): void {
  for (const { at, name } of names)
    if (!known.includes(name))
      at.fail(
        'UNKNOWN_METHOD',
        `${what} "${name}"`,
        known.some((each) => each.includes('/')) ? suggestMethod(name, known) : suggest(name, known),
      );
}

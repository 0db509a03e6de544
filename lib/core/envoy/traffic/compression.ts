import { servicesOf } from '../../model/route-targets';
import type { IdentitySource, Service, Topology } from '../../model/topology';
import type { Compression, CompressionAlgorithmId, ServicePolicy, ServiceRoute } from '../../model/traffic-policy';
import type { TypedExtensionConfig } from '../api/core';
import type { HttpExchangeInputs, Predicate } from '../api/generic-matcher';
import type { CompressorLibraries, FilterConfig, HttpFilter } from '../api/http-filters';
import { anyMatches, headerFits, not, responseHeaderFits } from '../syntax/matcher';
import { extension, message, named, typed } from '../syntax/messages';
import { literal } from '../syntax/paths';

/**
 * Content codings, with what they cost. Envoy makes a compressor for each response that is compressed, and keeps it until the
 * response ends. Measured on Envoy 1.40, beside the 50 KiB of any response in flight; a README of 200 KB became:
 *
 * | | memory | CPU for 100 KB | bytes |
 * |---|---|---|---|
 * | gzip as here | 205 KiB | 0.3 ms | 42,643 |
 * | gzip, Envoy's default | 205 KiB | 0.4 ms | 46,011 |
 * | Brotli as here | 657 KiB | 0.3 ms | 32,708 |
 * | Brotli, Envoy's default | 1,041 KiB | 0.3 ms | 30,984 |
 *
 * From quality 4 on, Brotli's own default of its input blocks takes 50 MiB.
 */
const LIBRARIES: Readonly<Record<CompressionAlgorithmId, TypedExtensionConfig<CompressorLibraries>>> = {
  brotli: extension('envoy.extensions.compression.brotli.compressor.v3.Brotli', { quality: 3, window_bits: 16 }),
  gzip: extension('envoy.extensions.compression.gzip.compressor.v3.Gzip', {
    memory_level: 5,
    window_bits: 13,
    compression_level: 'COMPRESSION_LEVEL_3',
  }),
};

/** What a part of the requests to a service gets. */
interface Variant {
  /** Undefined: what no route with a compression of its own has taken. */
  readonly route: string | undefined;
  readonly compression: Compression;
}

function variantsOf({ routes, compression }: ServicePolicy): readonly Variant[] {
  return [
    ...(compression === undefined ? [] : [{ route: undefined, compression }]),
    ...routes.flatMap(({ name, compression: own }): Variant[] =>
      own === undefined || own === 'none' ? [] : [{ route: name, compression: own }],
    ),
  ];
}

/** Whether the called service has to know that a request has taken this route. */
export function hasOwnCompression(policy: ServicePolicy, { compression }: ServiceRoute): boolean {
  return compression !== undefined && !(compression === 'none' && policy.compression === undefined);
}

/**
 * Compressors, one for each algorithm and variant; those of routes are off until a route switches them on. Of the coding that
 * `Accept-Encoding` prefers, the filter that has it compresses: of several with the same weight the one that is to be chosen first,
 * and for `*` the one that stands first.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/compressor_filter
 */
export function compressors(topology: Topology, service: Service): readonly HttpFilter[] {
  const tokens = identitySources(topology, service);
  return variantsOf(service.policy).flatMap(({ route, compression }) => compressorsOf(compression, route, tokens));
}

/**
 * The compressors of one variant.
 *
 * @param variant undefined: they are on where no route says otherwise
 * @param tokens where else than in `credentialHeaders` requests have credentials
 */
export function compressorsOf(
  compression: Compression,
  variant: string | undefined,
  tokens: readonly IdentitySource[],
): readonly HttpFilter[] {
  return compression.algorithms.map((algorithm, index): HttpFilter =>
    message({
      ...named(filterName(algorithm, variant), 'envoy.extensions.common.matching.v3.ExtensionWithMatcher', {
        extension_config: extension('envoy.extensions.filters.http.compressor.v3.Compressor', {
          response_direction_config: {
            common_config: {
              min_content_length: compression.minBytes,
              content_type_matcher: [{ safe_regex: { regex: contentTypePattern(compression) } }],
            },
            // Removed, clients could not ask anew whether what they have is still valid.
            weaken_etag_on_compress: true,
            // A part of a response is one of its bytes as they are.
            uncompressible_response_codes: [206],
          },
          compressor_library: LIBRARIES[algorithm],
          choose_first: index === 0,
        }),
        xds_matcher: {
          matcher_list: {
            matchers: [
              {
                predicate: anyMatches(exceptions(compression, tokens)),
                on_match: {
                  action: { name: 'skip', typed_config: typed('envoy.extensions.filters.common.matcher.action.v3.SkipFilter') },
                },
              },
            ],
          },
        },
      }),
      disabled: variant === undefined ? undefined : true,
    }),
  );
}

/** Those that are on where no route says otherwise. */
export function compressorNames({ policy }: Service): readonly string[] {
  return namesOf({ route: undefined, compression: policy.compression });
}

/** What the route of a service does to its compressors. */
export function compressionOfRoute(
  { compression: standard }: ServicePolicy,
  { name, compression }: ServiceRoute,
): Readonly<Record<string, FilterConfig>> {
  const own = compression === 'none' ? undefined : compression;
  return Object.fromEntries([
    ...namesOf({ route: undefined, compression: standard }).map(
      (filter) => [filter, typed('envoy.config.route.v3.FilterConfig', { disabled: true })] as const,
    ),
    ...namesOf({ route: name, compression: own }).map(
      (filter) => [filter, typed('envoy.config.route.v3.FilterConfig', { config: {} })] as const,
    ),
  ]);
}

export function namesOf({
  route,
  compression,
}: {
  readonly route: string | undefined;
  readonly compression: Compression | undefined;
}): readonly string[] {
  return compression?.algorithms.map((algorithm) => filterName(algorithm, route)) ?? [];
}

function filterName(algorithm: CompressionAlgorithmId, route: string | undefined): string {
  return route === undefined ? algorithm : `${algorithm}.${route}`;
}

/** Of a type without its parameters. */
function contentTypePattern({ contentTypes }: Compression): string {
  return `(?i)(${contentTypes.map((type) => type.split('*').map(literal).join('.*')).join('|')})`;
}

/**
 * What is not compressed, although it could be: without a content type nobody knows what it is, gRPC frames its messages by their
 * length, and the length of a compressed secret tells something of it (BREACH).
 */
function exceptions({ credentialHeaders }: Compression, tokens: readonly IdentitySource[]): readonly Predicate<HttpExchangeInputs>[] {
  const always = [not(responseHeaderFits('content-type', '.+')), responseHeaderFits('content-type', '(?i)application/grpc.*')];
  if (credentialHeaders === undefined) return always;
  const headers = tokens.flatMap((token) => (token.in === 'header' ? [token.name.toLowerCase()] : []));
  const parameters = tokens.flatMap((token) => (token.in === 'querystring' ? [token.name] : []));
  return [
    ...distinct([...credentialHeaders, ...headers]).map((name) => headerFits(name, '.*')),
    ...distinct(parameters).map((name) => headerFits(':path', `[^?]*[?](.*&)?${literal(name)}=.*`)),
    responseHeaderFits('set-cookie', '.*'),
    ...always,
  ];
}

/** Where the authorizers of edges look for a token of requests to this service. */
function identitySources({ edges }: Topology, { name }: Service): readonly IdentitySource[] {
  return edges.flatMap(({ authorizers, routes }) => {
    const used = routes.flatMap((route) => (servicesOf(route).includes(name) ? [route.authorizer] : []));
    return authorizers.flatMap(({ id, identity }) => (used.includes(id) && identity !== undefined ? [identity] : []));
  });
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

/**
 * Request headers by which some frameworks and servers let a client replace the method or the path of its request, which
 * rules of the mesh, routes of API Gateway and authorizers have looked at.
 * Gunicorn cuts SCRIPT_NAME off the path (https://docs.gunicorn.org/en/stable/settings.html#forwarder-headers).
 * https://symfony.com/doc/current/reference/configuration/framework.html#http-method-override
 * https://learn.microsoft.com/en-us/iis/extensions/url-rewrite-module/url-rewrite-module-configuration-reference
 */
export const OVERRIDE_HEADERS: readonly string[] = [
  'x-http-method-override',
  'x-http-method',
  'x-http-verb',
  'x-method-override',
  'x-original-method',
  'x-forwarded-method',
  'x-original-url',
  'x-original-uri',
  'x-original-path',
  'x-rewrite-url',
  'x-rewrite-uri',
  'x-override-url',
  'x-forwarded-uri',
  'x-forwarded-path',
  'x-http-path-override',
  'x-http-destinationurl',
  'x-waws-unencoded-url',
  'script-name',
  'x-script-name',
  'path-info',
];

/**
 * In which proxies and content delivery networks name the client, its certificate or user, the scheme, or the host that it called;
 * or which make servers behind a proxy skip a step. API Gateway sets none of them.
 */
export const CLIENT_HEADERS: readonly string[] = [
  'akamai-client-ip',
  'cloudfront-viewer-address',
  'cf-pseudo-ipv4',
  'do-connecting-ip',
  'fly-client-ip',
  'forwarded-for',
  'incap-client-ip',
  'proxy-client-ip',
  'wl-proxy-client-ip',
  'x-forward-for',
  'x-forwarded',
  'x-nf-client-connection-ip',
  'x-proxyuser-ip',
  'x-remote-host',
  'client-cert',
  'client-cert-chain',
  'wl-proxy-client-cert',
  'x-arr-clientcert',
  'x-client-cert',
  'x-ssl-client-cert',
  'remote-user',
  'x-auth-request-user',
  'x-remote-user',
  'front-end-https',
  'wl-proxy-ssl',
  'x-scheme',
  'x-url-scheme',
  'x-host-override',
  'x-http-host-override',
  'x-accel-mapping',
  'x-sendfile-type',
  'x-middleware-subrequest',
  'client-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'x-originating-ip',
  'x-remote-ip',
  'x-remote-addr',
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'fastly-client-ip',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-appengine-user-ip',
  'x-host',
  'x-original-host',
];

/** By which log entries of all services are joined. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
export const TRACE_HEADER = 'x-amzn-trace-id';

/** Those that are not among X-Forwarded-*, which an edge always removes. */
export const OWN_OVERRIDE_HEADERS: readonly string[] = OVERRIDE_HEADERS.filter((name) => !name.startsWith('x-forwarded-'));

/** What is removed of requests, and by whom. */
export interface Removal {
  readonly by: string;
  /** Removed by default; `passThroughHeaders` keeps them. */
  readonly removed: readonly string[];
  /** Always removed, in every spelling: their values could be forged by a client or a caller. Of a prefix, all that begin so. */
  readonly always: readonly string[];
  readonly alwaysPrefixes: readonly string[];
}

export const EDGE_REMOVAL: Removal = {
  by: 'the gateway service',
  removed: [...OWN_OVERRIDE_HEADERS, ...CLIENT_HEADERS, REQUEST_ID_HEADER, TRACE_HEADER],
  always: ['forwarded', 'proxy', 'x-real-ip'],
  // The last two are of an Application Load Balancer in front, and there is none.
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
  alwaysPrefixes: ['x-envoy-', 'x-forwarded-', 'x-amzn-oidc-', 'x-amzn-mtls-'],
};

export const SERVICE_REMOVAL: Removal = {
  by: 'a service',
  removed: OVERRIDE_HEADERS,
  always: ['x-forwarded-client-cert'],
  alwaysPrefixes: ['x-envoy-'],
};

/**
 * By which an Application Load Balancer says who the user is, or shows a client's certificate, where its listener has such a rule. Where
 * it has none, they are a client's own.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html
 */
export const AUTHENTICATION_HEADERS: readonly string[] = [
  'x-amzn-oidc-accesstoken',
  'x-amzn-oidc-data',
  'x-amzn-oidc-identity',
  'x-amzn-mtls-clientcert',
  'x-amzn-mtls-clientcert-issuer',
  'x-amzn-mtls-clientcert-leaf',
  'x-amzn-mtls-clientcert-serial-number',
  'x-amzn-mtls-clientcert-subject',
  'x-amzn-mtls-clientcert-validity',
];

/** What an Application Load Balancer itself makes of a request, of all that begin with `x-forwarded-`. */
export const FORWARDED_BY_LOAD_BALANCER: readonly string[] = ['x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto'];

/** Of the mesh's own words, which nobody outside of it says. */
export const OF_MESH: readonly string[] = ['x-mesh-', 'x-edge-'];
const BY_ENVOY = "the Envoy of a service's task";

/** Of requests that come by a load balancer of the user's own: what an edge removes, and what would look like a word of the mesh. */
export const LOAD_BALANCER_REMOVAL: Readonly<Record<'application' | 'network', Removal>> = {
  application: {
    by: BY_ENVOY,
    removed: [...EDGE_REMOVAL.removed, ...AUTHENTICATION_HEADERS],
    always: EDGE_REMOVAL.always,
    alwaysPrefixes: [...EDGE_REMOVAL.alwaysPrefixes, ...OF_MESH],
  },
  network: { ...EDGE_REMOVAL, by: BY_ENVOY, alwaysPrefixes: [...EDGE_REMOVAL.alwaysPrefixes, ...OF_MESH] },
};

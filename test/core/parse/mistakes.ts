import { Choice, Opaque, Unreadable, Unresolved } from '../../../lib/core/reading/input';
import type { IssueCode } from '../../../lib/core/reading/issues';
import type { Mistake } from './edge-mistakes';
import { EDGE_MISTAKES, route, authorizer, cors, userPool, userPoolClient, handler } from './edge-mistakes';
import type { Raw } from '../../support/parsing';
import {
  cluster,
  edge,
  firelens,
  image,
  jwt,
  listToken,
  logGroup,
  mesh,
  publicRoute,
  routes,
  seconds,
  secret,
  service,
  token,
  ui,
  vpc,
} from '../../support/parsing';

/** Found when the plan or the template is complete, so not by reading props. */
type FoundLater = 'TASK_DEFINITION_TOO_LARGE' | 'STACK_TOO_LARGE' | 'UNSUPPORTED_BY_MESH' | 'UNKNOWN_EDGE' | 'UNKNOWN_ROUTE';

const HUNDRED = 'a'.repeat(100);
const containers = (count: number): Raw => Object.fromEntries(Array.from({ length: count }, (_, index) => [`helper-${index}`, { image }]));
const scaled = (scaling: unknown, more: Raw = {}): Raw => ui({ scaling, ...more });
const namespace = (name: unknown, type: unknown = 'DNS_PRIVATE'): Opaque =>
  Object.assign(new Opaque({ namespaceName: 'n', namespaceId: 'i' }), { namespace: { name, type } });
const helper = (more: unknown): Raw => ui({ extraContainers: { helper: more } });

const kms = (more: Raw): Raw => mesh({ ui: service() }, { certificates: { kind: 'kms', ...more } });
const privateCa = (more: Raw): Raw => mesh({ ui: service() }, { certificates: { kind: 'privateCa', ...more } });
const CA_ARN = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555';
/** Rules of "orders", which "ui" calls and "other" does not. */
const rules = (allow: unknown, more: Raw = {}, all: Raw = {}): Raw =>
  mesh({ ui: service({ calls: ['orders'] }), orders: service({ allow, ...more }), other: service() }, all);
const rule = (one: unknown, more: Raw = {}, all: Raw = {}): Raw => rules([one], more, all);

class Person {
  readonly name = 'Ann';
}

/** Every mistake that reading props can find. The type makes sure that no code is left out. */
export const MISTAKES: Readonly<Record<Exclude<IssueCode, FoundLater>, readonly Mistake[]>> = {
  UNKNOWN_SERVICE: [
    {
      did: 'calls a service with a slip in its name',
      props: mesh({ ui: service({ calls: ['ordrs'] }), orders: service(), catalog: service() }),
      path: 'services.ui.calls[0]',
    },
    {
      did: 'calls a service that is nothing like any',
      props: mesh({ ui: service({ calls: ['xyz'] }), orders: service() }),
      path: 'services.ui.calls[0]',
    },
    { did: 'calls a service where there is no other', props: ui({ calls: ['orders'] }), path: 'services.ui.calls[0]' },
    {
      did: 'calls a service by its name in capitals',
      props: mesh({ ui: service({ calls: ['Orders'] }), orders: service() }),
      path: 'services.ui.calls[0]',
    },
    {
      did: 'calls "constructor", which every JavaScript object has',
      props: mesh({ ui: service({ calls: ['constructor'] }), orders: service() }),
      path: 'services.ui.calls[0]',
    },
    { did: 'calls ""', props: mesh({ ui: service({ calls: [''] }), orders: service() }), path: 'services.ui.calls[0]' },
    { did: 'routes to an unknown service', props: route({ service: 'iu' }), path: 'edge.routes["GET /"].service' },
    { did: 'allows a caller that does not call', props: rule({ callers: ['other'] }), path: 'services.orders.allow[0].callers[0]' },
    { did: 'allows a caller with a slip in its name', props: rule({ callers: ['iu'] }), path: 'services.orders.allow[0].callers[0]' },
    { did: 'allows the gateway where no route leads', props: rule({ callers: ['gateway'] }), path: 'services.orders.allow[0].callers[0]' },
    { did: 'allows a caller where nobody calls', props: ui({ allow: [{ callers: ['orders'] }] }), path: 'services.ui.allow[0].callers[0]' },
  ],
  CALLS_ITSELF: [{ did: 'lets a service call itself', props: ui({ calls: ['ui'] }), path: 'services.ui.calls[0]' }],
  DUPLICATE_CALL: [
    {
      did: 'lists a call twice',
      props: mesh({ ui: service({ calls: ['orders', 'orders'] }), orders: service() }),
      path: 'services.ui.calls[1]',
    },
  ],
  INVALID_NAME: [
    { did: 'names a service in camel case', props: mesh({ orderHistory: service() }), path: 'services.orderHistory' },
    { did: 'names a service with an underscore', props: mesh({ order_history: service() }), path: 'services.order_history' },
    { did: 'names a service with a digit first', props: mesh({ '1up': service() }), path: 'services["1up"]' },
    { did: 'names a service with a hyphen last', props: mesh({ 'ui-': service() }), path: 'services.ui-' },
    { did: 'names a service ""', props: mesh({ '': service() }), path: 'services[""]' },
    { did: 'names a service with a dot', props: mesh({ 'a.b': service() }), path: 'services["a.b"]' },
    { did: 'names a service beyond ASCII', props: mesh({ größe: service() }), path: 'services["größe"]' },
    { did: 'names a service with 64 characters', props: mesh({ ['a'.repeat(64)]: service() }), path: `services.${'a'.repeat(64)}` },
    { did: 'names the mesh in capitals', props: mesh({ ui: service() }, { name: 'Shop' }), path: 'name' },
    { did: 'gives a domain of one label', props: mesh({ ui: service() }, { domain: 'internal' }), path: 'domain' },
    { did: 'gives a domain that would break a pattern', props: mesh({ ui: service() }, { domain: '(' }), path: 'domain' },
    { did: 'gives a domain with a dot at the end', props: mesh({ ui: service() }, { domain: 'shop.internal.' }), path: 'domain' },
    {
      did: 'gives a namespace whose name leaves no room for the service',
      props: mesh({ [HUNDRED.slice(0, 60)]: service() }, { namespace: namespace(`${HUNDRED}.${HUNDRED}`) }),
      path: `services.${HUNDRED.slice(0, 60)}`,
    },
    {
      did: 'names a container with a space',
      props: ui({ extraContainers: { 'my helper': { image } } }),
      path: 'services.ui.extraContainers["my helper"]',
    },
    {
      did: 'names an environment variable with a space',
      props: ui({ environment: { 'A B': 'c' } }),
      path: 'services.ui.environment["A B"]',
    },
    { did: 'names a secret variable with "="', props: ui({ secrets: { 'A=B': secret } }), path: 'services.ui.secrets["A=B"]' },
    { did: 'names the stage with a slash', props: edge({ stageName: 'a/b' }), path: 'edge.stageName' },
    { did: 'names an authorizer with a space', props: authorizer({ ...jwt, name: 'my jwt' }), path: 'edge.authorizer.name' },
    { did: 'names an authority in capitals', props: kms({ authorities: ['Main'] }), path: 'certificates.authorities[0]' },
    {
      did: 'names an authority with 21 characters',
      props: privateCa({ authorityArns: { ['a'.repeat(21)]: CA_ARN, b: CA_ARN }, issuer: 'b' }),
      path: `certificates.authorityArns.${'a'.repeat(21)}`,
    },
  ],
  RESERVED_NAME: [
    { did: 'calls a service "gateway"', props: mesh({ gateway: service() }), path: 'services.gateway' },
    { did: 'calls a service "tasks"', props: mesh({ tasks: service() }), path: 'services.tasks' },
    { did: 'calls a service "constructor"', props: mesh({ constructor: service() }), path: 'services.constructor' },
    {
      did: 'calls a container "Resource", as the CDK does',
      props: ui({ extraContainers: { Resource: { image } } }),
      path: 'services.ui.extraContainers.Resource',
    },
    {
      did: 'calls a container "toString", as JavaScript does',
      props: ui({ extraContainers: { toString: { image } } }),
      path: 'services.ui.extraContainers.toString',
    },
    { did: 'calls a Lambda authorizer "none"', props: authorizer({ kind: 'lambda', handler, name: 'none' }), path: 'edge.authorizer.name' },
  ],
  NO_SERVICES: [{ did: 'gives no service', props: mesh({}), path: 'services' }],
  MISSING: [
    { did: 'gives no props', props: undefined, path: 'services' },
    { did: 'forgets the image', props: mesh({ ui: { port: 8080 } }), path: 'services.ui.image' },
    { did: 'forgets the port', props: mesh({ ui: { image } }), path: 'services.ui.port' },
    { did: 'gives undefined as a service', props: mesh({ ui: undefined, orders: service() }), path: 'services.ui' },
    { did: 'gives undefined as an environment variable', props: ui({ environment: { A: undefined } }), path: 'services.ui.environment.A' },
    { did: 'gives undefined in calls', props: ui({ calls: [undefined] }), path: 'services.ui.calls[0]' },
    { did: 'leaves a hole in calls', props: ui({ calls: new Array(1) }), path: 'services.ui.calls[0]' },
    { did: 'gives undefined as a container', props: helper(undefined), path: 'services.ui.extraContainers.helper' },
    { did: 'forgets the image of a container', props: helper({}), path: 'services.ui.extraContainers.helper.image' },
    { did: 'gives a health check with no command', props: ui({ healthCheck: {} }), path: 'services.ui.healthCheck.command' },
    {
      did: 'gives a health check with an empty command',
      props: ui({ healthCheck: { command: [] } }),
      path: 'services.ui.healthCheck.command',
    },
    { did: 'gives scaling no maximum', props: scaled({ minCapacity: 1 }), path: 'services.ui.scaling.maxCapacity' },
    { did: 'listens on a low TCP port with no virtualPort', props: ui({ protocol: 'tcp', port: 389 }), path: 'services.ui.virtualPort' },
    { did: 'gives a timeout with no duration', props: ui({ timeout: {} }), path: 'services.ui.timeout.perRequest' },
    {
      did: 'gives a capacity provider with no name',
      props: ui({ capacityProviderStrategies: [{ weight: 1 }] }),
      path: 'services.ui.capacityProviderStrategies[0].capacityProvider',
    },
    { did: 'gives an edge with no routes', props: edge({ routes: undefined }), path: 'edge.routes' },
    { did: 'gives an edge with an empty list of routes', props: routes({}), path: 'edge.routes' },
    { did: 'gives a route that says nothing', props: route(undefined), path: 'edge.routes["GET /"]' },
    { did: 'gives a route that leads nowhere', props: route({}), path: 'edge.routes["GET /"].service' },
    { did: 'gives a throttle with no burst', props: edge({ throttle: { rateLimit: 5 } }), path: 'edge.throttle.burstLimit' },
    { did: 'gives a throttle with no rate', props: edge({ throttle: { burstLimit: 5 } }), path: 'edge.throttle.rateLimit' },
    { did: 'gives CORS with no origins', props: edge({ cors: {} }), path: 'edge.cors.allowOrigins' },
    { did: 'gives CORS with an empty list of origins', props: cors({ allowOrigins: [] }), path: 'edge.cors.allowOrigins' },
    { did: 'gives a JWT authorizer with no issuer', props: authorizer({ kind: 'jwt', audience: ['a'] }), path: 'edge.authorizer.issuer' },
    {
      did: 'gives a JWT authorizer with no audience',
      props: authorizer({ kind: 'jwt', issuer: 'https://a' }),
      path: 'edge.authorizer.audience',
    },
    { did: 'gives a JWT authorizer with an empty audience', props: authorizer({ ...jwt, audience: [] }), path: 'edge.authorizer.audience' },
    {
      did: 'gives a Cognito authorizer with no user pool',
      props: authorizer({ kind: 'cognito', userPoolClients: [userPoolClient] }),
      path: 'edge.authorizer.userPool',
    },
    {
      did: 'gives a Cognito authorizer of an HTTP API no clients',
      props: authorizer({ kind: 'cognito', userPool }),
      path: 'edge.authorizer.userPoolClients',
    },
    { did: 'gives a Lambda authorizer with no function', props: authorizer({ kind: 'lambda' }), path: 'edge.authorizer.handler' },
    { did: 'gives no authority', props: kms({ authorities: [] }), path: 'certificates.authorities' },
    { did: 'gives undefined as an authority', props: kms({ authorities: [undefined, 'main'] }), path: 'certificates.authorities[0]' },
    {
      did: 'gives no ARN of an authority',
      props: privateCa({ authorityArns: { main: undefined, other: CA_ARN } }),
      path: 'certificates.authorityArns.main',
    },
    { did: 'gives no authority of AWS Private CA', props: privateCa({ authorityArns: {} }), path: 'certificates.authorityArns' },
    { did: 'does not say which of two authorities issues', props: kms({ authorities: ['old', 'new'] }), path: 'certificates.issuer' },
    { did: 'gives no rule', props: rules([]), path: 'services.orders.allow' },
    { did: 'gives undefined as a rule', props: rule(undefined), path: 'services.orders.allow[0]' },
    { did: 'allows an empty list of callers', props: rule({ callers: [] }), path: 'services.orders.allow[0].callers' },
    { did: 'allows an empty list of paths', props: rule({ paths: [] }), path: 'services.orders.allow[0].paths' },
    { did: 'allows undefined as a method', props: rule({ methods: [undefined] }), path: 'services.orders.allow[0].methods[0]' },
  ],
  UNKNOWN_PROPERTY: [
    { did: 'misspells a prop of a service', props: ui({ prot: 80 }), path: 'services.ui.prot' },
    { did: 'says replicas, as Kubernetes does', props: ui({ replicas: 3 }), path: 'services.ui.replicas' },
    { did: 'says memory', props: ui({ memory: 512 }), path: 'services.ui.memory' },
    { did: 'says dependsOn, as Docker Compose does', props: ui({ dependsOn: ['orders'] }), path: 'services.ui.dependsOn' },
    { did: 'wants a role of their own', props: ui({ role: {} }), path: 'services.ui.role' },
    { did: 'says minTasks beside scaling', props: ui({ minTasks: 2 }), path: 'services.ui.minTasks' },
    { did: 'says minTasks in scaling', props: scaled({ minTasks: 2, maxCapacity: 3 }), path: 'services.ui.scaling.minTasks' },
    { did: 'writes a prop of a service that is nothing like any', props: ui({ xyz: 1 }), path: 'services.ui.xyz' },
    { did: 'misspells a prop of the mesh', props: mesh({ ui: service() }, { servces: {} }), path: 'servces' },
    { did: 'writes a prop in the case of another language', props: ui({ memory_limit_mib: 512 }), path: 'services.ui.memory_limit_mib' },
    { did: 'writes a prop that no object has, with a space', props: ui({ 'a b': 1 }), path: 'services.ui["a b"]' },
    {
      did: 'writes an own property "__proto__"',
      props: Object.defineProperty(mesh({ ui: service() }), '__proto__', { value: 1, enumerable: true }),
      path: '__proto__',
    },
    {
      did: 'gives an option that another authorizer has',
      props: authorizer({ kind: 'iam', issuer: 'https://a' }),
      path: 'edge.authorizer.issuer',
    },
    { did: 'misspells an option of a route', props: route({ ...publicRoute, scope: ['a'] }), path: 'edge.routes["GET /"].scope' },
    { did: 'misspells a part of a rule', props: rule({ path: ['/a'] }), path: 'services.orders.allow[0].path' },
    { did: 'gives KMS the ARNs of Private CA', props: kms({ authorityArns: {} }), path: 'certificates.authorityArns' },
    {
      did: 'gives no certificates an issuer',
      props: mesh({ ui: service() }, { certificates: { kind: 'none', issuer: 'main' } }),
      path: 'certificates.issuer',
    },
    { did: 'says mtls, as others do', props: mesh({ ui: service() }, { mtls: true }), path: 'mtls' },
  ],
  TOKEN: [
    {
      did: 'takes the name of a service from a token',
      props: mesh({ '${Token[TOKEN.7]}': service(), ui: service() }),
      path: 'services["${Token[TOKEN.7]}"]',
    },
    {
      did: 'takes a part of a route from a token',
      props: routes({ 'GET /${Token[TOKEN.7]}/a': { service: 'ui' }, 'GET /': { service: 'ui' } }),
      path: 'edge.routes["GET /${Token[TOKEN.7]}/a"]',
    },
    {
      did: 'takes the name of a variable from a token',
      props: ui({ environment: { '${Token[TOKEN.7]}': 'a' } }),
      path: 'services.ui.environment["${Token[TOKEN.7]}"]',
    },
    {
      did: 'takes the name of a container from a token',
      props: ui({ extraContainers: { '${Token[TOKEN.7]}': { image } } }),
      path: 'services.ui.extraContainers["${Token[TOKEN.7]}"]',
    },
    { did: 'takes the name of the mesh from a token', props: mesh({ ui: service() }, { name: token }), path: 'name' },
    { did: 'takes the domain from a token', props: mesh({ ui: service() }, { domain: token }), path: 'domain' },
    { did: 'takes the port from a token', props: ui({ port: token }), path: 'services.ui.port' },
    { did: 'takes the virtual port from a token', props: ui({ virtualPort: token }), path: 'services.ui.virtualPort' },
    { did: 'takes a call from a token', props: ui({ calls: [token] }), path: 'services.ui.calls[0]' },
    { did: 'takes all calls from a token', props: ui({ calls: listToken }), path: 'services.ui.calls' },
    { did: 'takes all services from a token', props: { services: token }, path: 'services' },
    { did: 'takes cpu from a token', props: ui({ cpu: token }), path: 'services.ui.cpu' },
    { did: 'takes memory from a token', props: ui({ memoryLimitMiB: token }), path: 'services.ui.memoryLimitMiB' },
    { did: 'takes the number of tasks from a token', props: ui({ desiredCount: token }), path: 'services.ui.desiredCount' },
    { did: 'takes the protocol from a token', props: ui({ protocol: token }), path: 'services.ui.protocol' },
    { did: 'takes a timeout from a token', props: ui({ timeout: { perRequest: token } }), path: 'services.ui.timeout.perRequest' },
    { did: 'takes a switch from a token', props: ui({ enableExecuteCommand: token }), path: 'services.ui.enableExecuteCommand' },
    {
      did: 'takes the Envoy version from a token',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: token } }),
      path: 'mesh.version',
    },
    {
      did: 'takes the name of the namespace from a token',
      props: mesh({ ui: service() }, { namespace: namespace(token) }),
      path: 'namespace.namespaceName',
    },
    { did: 'takes the service of a route from a token', props: route({ service: token }), path: 'edge.routes["GET /"].service' },
    {
      did: 'takes a rate limit from a token',
      props: edge({ throttle: { rateLimit: token, burstLimit: 5 } }),
      path: 'edge.throttle.rateLimit',
    },
    {
      did: 'gives a list of tokens as one environment variable',
      props: ui({ environment: { A: listToken } }),
      path: 'services.ui.environment.A',
    },
    {
      did: 'takes a whole health check command from a token, before which the CDK must write CMD',
      props: ui({ healthCheck: { command: listToken } }),
      path: 'services.ui.healthCheck.command',
    },
    {
      did: 'takes a text from a Duration of a token',
      props: ui({ user: new Unresolved('${Token[TOKEN.7]}', undefined, false) }),
      path: 'services.ui.user',
    },
    { did: 'takes an image from a token', props: ui({ image: token }), path: 'services.ui.image' },
    { did: 'takes the name of an authority from a token', props: kms({ authorities: [token] }), path: 'certificates.authorities[0]' },
    { did: 'takes a path of a rule from a token', props: rule({ paths: [token] }), path: 'services.orders.allow[0].paths[0]' },
  ],
  WRONG_TYPE: [
    { did: 'gives null as a service', props: mesh({ ui: null }), path: 'services.ui' },
    { did: 'gives certificates by their name', props: mesh({ ui: service() }, { certificates: 'kms' }), path: 'certificates' },
    { did: 'gives one authority as a text', props: kms({ authorities: 'main' }), path: 'certificates.authorities' },
    { did: 'gives one rule with no list', props: rules({ methods: ['GET'] }), path: 'services.orders.allow' },
    { did: 'gives one path as a text', props: rule({ paths: '/orders' }), path: 'services.orders.allow[0].paths' },
    { did: 'gives null as the port', props: ui({ port: null }), path: 'services.ui.port' },
    { did: 'gives null in calls', props: ui({ calls: [null] }), path: 'services.ui.calls[0]' },
    {
      did: 'gives null as an authorizer',
      props: routes({ 'GET /': { service: 'ui', authorizer: null } }),
      path: 'edge.routes["GET /"].authorizer',
    },
    { did: 'gives null as an image', props: ui({ image: null }), path: 'services.ui.image' },
    { did: 'gives props that are no object', props: mesh({ ui: 'image' }), path: 'services.ui' },
    { did: 'gives the services as a list', props: { services: [service()] }, path: 'services' },
    { did: 'gives the services as a Map', props: { services: new Opaque(new Map()) }, path: 'services' },
    { did: 'gives the port as a string', props: ui({ port: '8080' }), path: 'services.ui.port' },
    { did: 'gives NaN as the port', props: ui({ port: NaN }), path: 'services.ui.port' },
    { did: 'gives a bigint as the port', props: ui({ port: 8080n }), path: 'services.ui.port' },
    { did: 'gives a symbol as the port', props: ui({ port: Symbol('8080') }), path: 'services.ui.port' },
    { did: 'gives true as the port', props: ui({ port: true }), path: 'services.ui.port' },
    { did: 'gives a list as the port', props: ui({ port: [8080, 8081] }), path: 'services.ui.port' },
    { did: 'gives a function as the port', props: ui({ port: () => 8080 }), path: 'services.ui.port' },
    { did: 'gives one call as a string', props: ui({ calls: 'orders' }), path: 'services.ui.calls' },
    { did: 'gives a protocol as a text', props: ui({ user: new Choice('Protocol', 'http') }), path: 'services.ui.user' },
    { did: 'gives a number in calls', props: ui({ calls: [7] }), path: 'services.ui.calls[0]' },
    { did: 'gives "yes" for a switch', props: ui({ readonlyRootFilesystem: 'yes' }), path: 'services.ui.readonlyRootFilesystem' },
    { did: 'gives the image by its name', props: ui({ image: 'nginx' }), path: 'services.ui.image' },
    { did: 'gives an image that is no image', props: ui({ image: new Opaque(new Person()) }), path: 'services.ui.image' },
    { did: 'gives an image as an object literal with no method', props: ui({ image: { bind: 'x' } }), path: 'services.ui.image' },
    { did: 'gives a service as an instance of a class', props: mesh({ ui: new Opaque(new Person()) }), path: 'services.ui' },
    { did: 'gives a number as an environment variable', props: ui({ environment: { PORT: 8080 } }), path: 'services.ui.environment.PORT' },
    { did: 'gives an object as an environment variable', props: ui({ environment: { A: { b: 1 } } }), path: 'services.ui.environment.A' },
    { did: 'gives a secret by its value', props: ui({ secrets: { PASSWORD: 'hunter2' } }), path: 'services.ui.secrets.PASSWORD' },
    { did: 'gives a short command as a string', props: ui({ command: 'npm start' }), path: 'services.ui.command' },
    { did: 'gives a long command as a string', props: ui({ entryPoint: 'a b c d e f g' }), path: 'services.ui.entryPoint' },
    {
      did: 'gives the health check command as a string',
      props: ui({ healthCheck: { command: 'curl localhost' } }),
      path: 'services.ui.healthCheck.command',
    },
    { did: 'gives a log driver that is none', props: ui({ logging: {} }), path: 'services.ui.logging' },
    { did: 'gives a duration as a number', props: ui({ stopTimeout: 30 }), path: 'services.ui.stopTimeout' },
    { did: 'gives a duration as a string', props: ui({ timeout: { perRequest: '2s' } }), path: 'services.ui.timeout.perRequest' },
    { did: 'gives a timeout with no factory', props: ui({ timeout: seconds(2) }), path: 'services.ui.timeout' },
    { did: 'gives a list as an edge', props: mesh({ ui: service() }, { edge: [] }), path: 'edge' },
    { did: 'gives the authorizer by its name', props: authorizer('jwt'), path: 'edge.authorizer' },
    { did: 'gives a route as a string', props: route('ui'), path: 'edge.routes["GET /"]' },
    { did: 'gives a number as the VPC', props: mesh({ ui: service() }, { vpc: 7 }), path: 'vpc' },
    { did: 'gives a cluster as the VPC', props: mesh({ ui: service() }, { vpc: cluster }), path: 'vpc' },
    { did: 'gives a VPC as the cluster', props: mesh({ ui: service() }, { cluster: vpc }), path: 'cluster' },
    { did: 'gives a namespace that is none', props: mesh({ ui: service() }, { namespace: 'tasks.internal' }), path: 'namespace' },
    {
      did: 'gives a value that cannot be read',
      props: ui({ port: new Unreadable('a value that cannot be read (boom)') }),
      path: 'services.ui.port',
    },
    {
      did: 'gives an object that contains itself',
      props: { services: new Unreadable('an object that contains itself') },
      path: 'services',
    },
    { did: 'gives one API key outside of a list', props: authorizer({ kind: 'apiKey', keys: 'k' }, 'rest'), path: 'edge.authorizer.keys' },
  ],
  OUT_OF_RANGE: [
    {
      did: 'trusts five authorities',
      props: kms({ authorities: ['a', 'b', 'c', 'd', 'e'], issuer: 'a' }),
      path: 'certificates.authorities',
    },
    {
      did: 'lets connections live for a week',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', maxConnectionDuration: seconds(7 * 86_400) } }),
      path: 'mesh.maxConnectionDuration',
    },
    {
      did: 'asks Cloud Map ten times a second',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', discoveryInterval: seconds(0.1) } }),
      path: 'mesh.discoveryInterval',
    },
    { did: 'gives port 0', props: ui({ port: 0 }), path: 'services.ui.port' },
    { did: 'gives port 65536', props: ui({ port: 65536 }), path: 'services.ui.port' },
    { did: 'gives a negative port', props: ui({ port: -1 }), path: 'services.ui.port' },
    { did: 'gives a fraction as the port', props: ui({ port: 8080.5 }), path: 'services.ui.port' },
    { did: 'gives Infinity as the port', props: ui({ port: Infinity }), path: 'services.ui.port' },
    { did: 'gives a virtual port that Envoy cannot bind', props: ui({ virtualPort: 80 }), path: 'services.ui.virtualPort' },
    { did: 'gives a negative number of tasks', props: ui({ desiredCount: -1 }), path: 'services.ui.desiredCount' },
    { did: 'gives half a task', props: ui({ desiredCount: 1.5 }), path: 'services.ui.desiredCount' },
    { did: 'gives negative cpu', props: ui({ cpu: -256 }), path: 'services.ui.cpu' },
    { did: 'gives endless memory', props: ui({ memoryLimitMiB: Infinity }), path: 'services.ui.memoryLimitMiB' },
    {
      did: 'scales down to no task, from which nothing leads back',
      props: scaled({ minCapacity: 0, maxCapacity: 3 }),
      path: 'services.ui.scaling.minCapacity',
    },
    {
      did: 'scales to 101 percent',
      props: scaled({ maxCapacity: 3, cpuTargetPercent: 101 }),
      path: 'services.ui.scaling.cpuTargetPercent',
    },
    { did: 'scales to a fraction of a task', props: scaled({ maxCapacity: 2.5 }), path: 'services.ui.scaling.maxCapacity' },
    { did: 'waits 3 minutes for SIGTERM', props: ui({ stopTimeout: seconds(180) }), path: 'services.ui.stopTimeout' },
    { did: 'waits two and a half seconds for SIGTERM', props: ui({ stopTimeout: seconds(2.5) }), path: 'services.ui.stopTimeout' },
    { did: 'gives a request no time', props: ui({ timeout: { perRequest: seconds(0) } }), path: 'services.ui.timeout.perRequest' },
    { did: 'gives a request two days', props: ui({ timeout: { perRequest: seconds(172_800) } }), path: 'services.ui.timeout.perRequest' },
    { did: 'gives a Duration of NaN', props: ui({ timeout: { perRequest: seconds(NaN) } }), path: 'services.ui.timeout.perRequest' },
    {
      did: 'checks the health every second',
      props: ui({ healthCheck: { command: ['x'], interval: seconds(1) } }),
      path: 'services.ui.healthCheck.interval',
    },
    {
      did: 'checks the health more often than the check may last',
      props: ui({ healthCheck: { command: ['x'], interval: seconds(5), timeout: seconds(10) } }),
      path: 'services.ui.healthCheck.interval',
    },
    {
      did: 'retries the health check 11 times',
      props: ui({ healthCheck: { command: ['x'], retries: 11 } }),
      path: 'services.ui.healthCheck.retries',
    },
    {
      did: 'gives a container 1 MiB',
      props: helper({ image, memoryLimitMiB: 1 }),
      path: 'services.ui.extraContainers.helper.memoryLimitMiB',
    },
    {
      did: 'samples more than all requests',
      props: mesh({ ui: service() }, { tracing: { kind: 'xray', samplingRate: 5 } }),
      path: 'tracing.samplingRate',
    },
    { did: 'gives a negative rate limit', props: edge({ throttle: { rateLimit: -1, burstLimit: 1 } }), path: 'edge.throttle.rateLimit' },
    {
      did: 'gives half a request as a burst',
      props: edge({ throttle: { rateLimit: 1, burstLimit: 0.5 } }),
      path: 'edge.throttle.burstLimit',
    },
    { did: 'lets browsers remember CORS for a week', props: cors({ maxAge: seconds(604_800) }), path: 'edge.cors.maxAge' },
    {
      did: 'caches the answers of an authorizer for a day',
      props: authorizer({ kind: 'lambda', handler, resultsCacheTtl: seconds(86_400) }),
      path: 'edge.authorizer.resultsCacheTtl',
    },
    {
      did: 'weighs a capacity provider below zero',
      props: ui({
        capacityProviderStrategies: [
          { capacityProvider: 'FARGATE', weight: 1 },
          { capacityProvider: 'FARGATE_SPOT', weight: -1 },
        ],
      }),
      path: 'services.ui.capacityProviderStrategies[1].weight',
    },
  ],
  NOT_ALLOWED: [
    {
      did: 'asks a service to pass on a header that nobody removes',
      props: ui({ passThroughHeaders: ['x-custom'] }),
      path: 'services.ui.passThroughHeaders[0]',
    },
    {
      did: 'asks the edge to believe X-Forwarded-For',
      props: mesh(
        { ui: service() },
        {
          edge: {
            kind: 'http',
            authorizer: { kind: 'none' },
            routes: { $default: { service: 'ui' } },
            passThroughHeaders: ['X-Forwarded-For'],
          },
        },
      ),
      path: 'edge.passThroughHeaders[0]',
    },
    {
      did: 'lets an authority issue that there is not',
      props: kms({ authorities: ['old', 'new'], issuer: 'odl' }),
      path: 'certificates.issuer',
    },
    { did: 'lists an authority twice', props: kms({ authorities: ['main', 'main'] }), path: 'certificates.authorities[1]' },
    {
      did: 'gives the ARN of something else as an authority',
      props: privateCa({ authorityArns: { main: 'arn:aws:acm:eu-west-1:111122223333:certificate/1' } }),
      path: 'certificates.authorityArns.main',
    },
    {
      did: 'allows callers where nobody knows who calls',
      props: rule({ callers: ['ui'] }, {}, { certificates: { kind: 'none' } }),
      path: 'services.orders.allow[0].callers',
    },
    { did: 'allows a method in lower case', props: rule({ methods: ['get'] }), path: 'services.orders.allow[0].methods[0]' },
    {
      did: 'allows a method of HTTP to a gRPC service',
      props: rule({ methods: ['POST'] }, { protocol: 'grpc' }),
      path: 'services.orders.allow[0].methods',
    },
    {
      did: 'allows a method to a TCP service',
      props: rule({ methods: ['GET'] }, { protocol: 'tcp', port: 6379 }),
      path: 'services.orders.allow[0].methods',
    },
    {
      did: 'allows a path to a TCP service',
      props: rule({ paths: ['/'] }, { protocol: 'tcp', port: 6379 }),
      path: 'services.orders.allow[0].paths',
    },
    { did: 'forgets the slash of a path', props: rule({ paths: ['orders'] }), path: 'services.orders.allow[0].paths[0]' },
    { did: 'allows a path with a dot segment', props: rule({ paths: ['/a/../b'] }), path: 'services.orders.allow[0].paths[0]' },
    { did: 'allows a path with a query string', props: rule({ paths: ['/a?b=c'] }), path: 'services.orders.allow[0].paths[0]' },
    { did: 'allows a path with an escape', props: rule({ paths: ['/a%2Fb'] }), path: 'services.orders.allow[0].paths[0]' },
    { did: 'allows a path with a wildcard in the midst', props: rule({ paths: ['/a/*/b'] }), path: 'services.orders.allow[0].paths[0]' },
    { did: 'allows a path with a wildcard and no slash', props: rule({ paths: ['/a*'] }), path: 'services.orders.allow[0].paths[0]' },
    { did: "allows a path with a route's parameter", props: rule({ paths: ['/a/{id}'] }), path: 'services.orders.allow[0].paths[0]' },
    {
      did: 'allows a path of HTTP to a gRPC service',
      props: rule({ paths: ['/a/b/c'] }, { protocol: 'grpc' }),
      path: 'services.orders.allow[0].paths[0]',
    },
    { did: 'names an unknown protocol', props: ui({ protocol: 'HTTP' }), path: 'services.ui.protocol' },
    { did: 'names a processor that Fargate does not have', props: ui({ cpuArchitecture: 'RISCV' }), path: 'services.ui.cpuArchitecture' },
    {
      did: 'times the requests of a TCP service',
      props: ui({ protocol: 'tcp', timeout: { perRequest: seconds(1) } }),
      path: 'services.ui.timeout',
    },
    {
      did: 'gives one variable as a secret and in plain text',
      props: ui({ environment: { A: 'x' }, secrets: { A: secret } }),
      path: 'services.ui.secrets.A',
    },
    {
      did: 'gives Envoy an image and a version',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'v1.40.0', image } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy a version that is no tag',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: '1.40.0' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy a version before admin.allow_paths',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'v1.36.4' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy the latest of an old version',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'contrib-v1.9-latest' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy a tag that moves',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'v1.40-latest' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy a version that there is not',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'v2.0.0' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy an old image with no shell',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'distroless-v1.20.0' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy an image with no shell',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'distroless-v1.40.0' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy an unknown log level',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', logLevel: 'warn' } }),
      path: 'mesh.logLevel',
    },
    {
      did: 'sets the retention of a log group of their own',
      props: mesh({ ui: service() }, { logs: { logGroup, retention: 7 } }),
      path: 'logs.retention',
    },
    {
      did: 'keeps logs for a number of days that CloudWatch does not know',
      props: mesh({ ui: service() }, { logs: { retention: 42 } }),
      path: 'logs.retention',
    },
    {
      did: 'takes snapshots of a log group',
      props: mesh({ ui: service() }, { logs: { removalPolicy: 'snapshot' } }),
      path: 'logs.removalPolicy',
    },
    {
      did: 'registers tasks in an HTTP namespace',
      props: mesh({ ui: service() }, { namespace: namespace('shop', 'HTTP') }),
      path: 'namespace.type',
    },
    {
      did: 'names a capacity provider that is not Fargate',
      props: ui({ capacityProviderStrategies: [{ capacityProvider: 'my-ec2', weight: 1 }] }),
      path: 'services.ui.capacityProviderStrategies[0].capacityProvider',
    },
    {
      did: 'lists a capacity provider twice',
      props: ui({
        capacityProviderStrategies: [
          { capacityProvider: 'FARGATE', weight: 1 },
          { capacityProvider: 'FARGATE', weight: 2 },
        ],
      }),
      path: 'services.ui.capacityProviderStrategies[1]',
    },
    {
      did: 'gives two capacity providers a base',
      props: ui({
        capacityProviderStrategies: [
          { capacityProvider: 'FARGATE', weight: 1, base: 1 },
          { capacityProvider: 'FARGATE_SPOT', base: 1 },
        ],
      }),
      path: 'services.ui.capacityProviderStrategies[1].base',
    },
    {
      did: 'gives no capacity provider any weight',
      props: ui({ capacityProviderStrategies: [{ capacityProvider: 'FARGATE' }] }),
      path: 'services.ui.capacityProviderStrategies',
    },
    {
      did: 'gives an issuer that is no https URL',
      props: authorizer({ ...jwt, issuer: 'login.example.com' }),
      path: 'edge.authorizer.issuer',
    },
    { did: 'gives an empty audience', props: authorizer({ ...jwt, audience: [''] }), path: 'edge.authorizer.audience[0]' },
    {
      did: 'looks for the token in a body',
      props: authorizer({ ...jwt, identitySource: '$request.body.token' }),
      path: 'edge.authorizer.identitySource',
    },
    {
      did: 'gives an identity header with a colon',
      props: authorizer({ kind: 'lambda', handler, identityHeader: 'x-key:' }),
      path: 'edge.authorizer.identityHeader',
    },
    {
      did: 'asks for an empty scope',
      props: route({ service: 'ui', authorizer: jwt, scopes: [''] }),
      path: 'edge.routes["GET /"].scopes[0]',
    },
  ],
  DUPLICATE_PORT: [
    {
      did: "lets a container listen on the application's port",
      props: helper({ image, ports: [8080] }),
      path: 'services.ui.extraContainers.helper.ports[0]',
    },
    {
      did: 'lets two containers listen on one port',
      props: ui({ extraContainers: { a: { image, ports: [9000] }, b: { image, ports: [9000] } } }),
      path: 'services.ui.extraContainers.b.ports[0]',
    },
    {
      did: 'lists the port of a container twice',
      props: helper({ image, ports: [9000, 9000] }),
      path: 'services.ui.extraContainers.helper.ports[1]',
    },
  ],
  RESERVED_PORT: [
    { did: "listens on Envoy's inbound port", props: ui({ port: 15006 }), path: 'services.ui.port' },
    { did: "listens on Envoy's admin port", props: ui({ port: 9901 }), path: 'services.ui.port' },
    {
      did: "lets a container listen on the collector's port",
      props: helper({ image, ports: [2000] }),
      path: 'services.ui.extraContainers.helper.ports[0]',
    },
    { did: "gives a service Envoy's inbound port as its virtual one", props: ui({ virtualPort: 15006 }), path: 'services.ui.virtualPort' },
  ],
  PORT_CLASH: [
    {
      did: 'calls a TCP service on the port on which the caller listens',
      props: mesh({ ui: service({ calls: ['cache'] }), cache: service({ protocol: 'tcp' }) }),
      path: 'services.ui.calls[0]',
    },
    {
      did: "calls a service on the port of one of the caller's containers",
      props: mesh({ ui: service({ calls: ['orders'], extraContainers: { helper: { image, ports: [15080] } } }), orders: service() }),
      path: 'services.ui.calls[0]',
    },
    {
      did: 'clashes where the next port is taken by Envoy',
      props: mesh({ ui: service({ port: 15005, calls: ['orders'] }), orders: service({ virtualPort: 15005 }) }),
      path: 'services.ui.calls[0]',
    },
  ],
  DUPLICATE_CONTAINER: [
    { did: 'calls a container "envoy"', props: ui({ extraContainers: { envoy: { image } } }), path: 'services.ui.extraContainers.envoy' },
    { did: 'calls a container "app"', props: ui({ extraContainers: { app: { image } } }), path: 'services.ui.extraContainers.app' },
    {
      did: 'calls a container "mesh-agent"',
      props: ui({ extraContainers: { 'mesh-agent': { image } } }),
      path: 'services.ui.extraContainers.mesh-agent',
    },
    {
      did: 'calls a container "log-router", as the CDK does',
      props: ui({ extraContainers: { 'log-router': { image } } }),
      path: 'services.ui.extraContainers.log-router',
    },
  ],
  TOO_MANY_CONTAINERS: [
    { did: 'adds six containers to a traced task', props: ui({ extraContainers: containers(6) }), path: 'services.ui.extraContainers' },
    {
      did: 'adds seven containers to an untraced task',
      props: mesh({ ui: service({ extraContainers: containers(7) }) }, { tracing: { kind: 'none' } }),
      path: 'services.ui.extraContainers',
    },
    {
      did: 'adds five containers to a traced task that logs with FireLens',
      props: ui({ logging: firelens, extraContainers: containers(5) }),
      path: 'services.ui.extraContainers',
    },
    {
      did: 'adds five containers to a traced task, two of which log with FireLens',
      props: ui({
        extraContainers: {
          ...containers(3),
          a: { image, logging: firelens },
          b: { image, logging: new Opaque({ bind: () => ({}), logDriver: 'awsfirelens' }) },
        },
      }),
      path: 'services.ui.extraContainers',
    },
  ],
  TASK_SIZE: [
    { did: 'asks for cpu that Fargate does not have', props: ui({ cpu: 300 }), path: 'services.ui.cpu' },
    { did: 'asks for cpu in vCPUs', props: ui({ cpu: 0.5, memoryLimitMiB: 1024 }), path: 'services.ui.cpu' },
    { did: 'asks for no cpu', props: ui({ cpu: 0 }), path: 'services.ui.cpu' },
    { did: 'asks for more cpu than there is', props: ui({ cpu: 65_536 }), path: 'services.ui.cpu' },
    {
      did: 'asks for memory that does not go with the cpu',
      props: ui({ cpu: 256, memoryLimitMiB: 4096 }),
      path: 'services.ui.memoryLimitMiB',
    },
    { did: 'asks for memory between two steps', props: ui({ cpu: 2048, memoryLimitMiB: 5000 }), path: 'services.ui.memoryLimitMiB' },
    { did: 'asks for memory in GiB', props: ui({ memoryLimitMiB: 2 }), path: 'services.ui.memoryLimitMiB' },
    {
      did: 'asks for a gateway of a size that there is not',
      props: edge({ gateway: { cpu: 256, memoryLimitMiB: 700 } }),
      path: 'edge.gateway.memoryLimitMiB',
    },
    {
      did: 'reserves more cpu for containers than the task has',
      props: ui({ extraContainers: { a: { image, cpu: 500 }, b: { image, cpu: 100 } } }),
      path: 'services.ui.extraContainers.b.cpu',
    },
    {
      did: 'gives a container more memory than the task has',
      props: helper({ image, memoryLimitMiB: 2048 }),
      path: 'services.ui.extraContainers.helper.memoryLimitMiB',
    },
    {
      did: 'gives containers together more memory than the task has',
      props: ui({ extraContainers: { a: { image, memoryLimitMiB: 600 }, b: { image, memoryLimitMiB: 233 } } }),
      path: 'services.ui.extraContainers.b.memoryLimitMiB',
    },
    {
      did: 'gives a container all memory of an untraced task whose log router needs some',
      props: mesh(
        { ui: service({ logging: firelens, extraContainers: { a: { image, memoryLimitMiB: 1024 } } }) },
        { tracing: { kind: 'none' } },
      ),
      path: 'services.ui.extraContainers.a.memoryLimitMiB',
    },
  ],
  SCALING: [
    { did: 'scales from more to less', props: scaled({ minCapacity: 5, maxCapacity: 2 }), path: 'services.ui.scaling.minCapacity' },
    {
      did: 'wants more tasks than scaling allows',
      props: scaled({ maxCapacity: 2 }, { desiredCount: 3 }),
      path: 'services.ui.desiredCount',
    },
  ],
  DOMAIN_CLASH: [
    {
      did: 'registers tasks where the virtual names are',
      props: mesh({ ui: service() }, { domain: 'shop.internal', namespace: namespace('Shop.internal') }),
      path: 'namespace',
    },
    {
      did: 'registers tasks under the virtual name of a service',
      props: mesh({ ui: service() }, { namespace: namespace('ui.shop.internal') }),
      path: 'namespace',
    },
    {
      did: 'registers the tasks of a service as the domain',
      props: mesh({ shop: service() }, { domain: 'shop.internal', namespace: namespace('internal') }),
      path: 'namespace',
    },
    {
      did: 'registers the tasks of the gateway as the domain',
      props: { ...edge({}), domain: 'gateway.corp', namespace: namespace('Corp.') },
      path: 'namespace',
    },
    { did: 'hides the APIs of AWS', props: mesh({ ui: service() }, { domain: 'amazonaws.com' }), path: 'domain' },
    { did: 'hides a service of AWS', props: mesh({ ui: service() }, { domain: 's3.eu-west-1.amazonaws.com' }), path: 'domain' },
    { did: 'hides the APIs of AWS in China, and more', props: mesh({ ui: service() }, { domain: 'com.cn' }), path: 'domain' },
    { did: 'hides the URLs of functions', props: mesh({ ui: service() }, { domain: 'on.aws' }), path: 'domain' },
    { did: 'hides the host names of instances by the name of the mesh', props: mesh({ ui: service() }, { name: 'ec2' }), path: 'domain' },
  ],
  VPC_CLASH: [{ did: 'gives a cluster and a VPC', props: mesh({ ui: service() }, { vpc, cluster }), path: 'vpc' }],
  ...EDGE_MISTAKES,
};

/** A token in text only: where it may stand, see the tests of what is accepted. */
export const urlToken = new Unresolved('https://${Token[TOKEN.9]}');

import type { Mistakes } from './mistake';
import { HUNDRED, namespace, Person } from './mistake';
import { Opaque, Unreadable } from '../../../../lib/core/reading/input';
import { image, listToken, mesh, seconds, service, token, ui } from '../../../support/parsing';

/** Services: names, ports, protocols, calls, policies. */
export const SERVICE_MISTAKES: Mistakes = {
  UNKNOWN_SERVICE: [
    {
      did: 'calls a service with a typo in its name',
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
  ],
  CALLS_ITSELF: [{ did: 'lets a service call itself', props: ui({ calls: ['ui'] }), path: 'services.ui.calls[0]' }],
  DUPLICATE: [
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
    {
      did: 'gives a namespace whose name leaves no room for the service',
      props: mesh({ [HUNDRED.slice(0, 60)]: service() }, { namespace: namespace(`${HUNDRED}.${HUNDRED}`) }),
      path: `services.${HUNDRED.slice(0, 60)}`,
    },
  ],
  RESERVED_NAME: [
    { did: 'calls a service "gateway"', props: mesh({ gateway: service() }), path: 'services.gateway' },
    { did: 'calls a service "tasks"', props: mesh({ tasks: service() }), path: 'services.tasks' },
    { did: 'calls a service "constructor"', props: mesh({ constructor: service() }), path: 'services.constructor' },
  ],
  MISSING: [
    { did: 'gives no service', props: mesh({}), path: 'services' },
    { did: 'gives no props', props: undefined, path: 'services' },
    { did: 'gives undefined as a service', props: mesh({ ui: undefined, orders: service() }), path: 'services.ui' },
    { did: 'gives undefined in calls', props: ui({ calls: [undefined] }), path: 'services.ui.calls[0]' },
    { did: 'leaves a hole in calls', props: ui({ calls: new Array(1) }), path: 'services.ui.calls[0]' },
    { did: 'listens on a low TCP port with no virtualPort', props: ui({ protocol: 'tcp', port: 389 }), path: 'services.ui.virtualPort' },
    { did: 'gives a timeout with no duration', props: ui({ timeout: {} }), path: 'services.ui.timeout.perRequest' },
  ],
  UNKNOWN_PROPERTY: [
    { did: 'misspells a prop of a service', props: ui({ prot: 80 }), path: 'services.ui.prot' },
    { did: 'says replicas, as Kubernetes does', props: ui({ replicas: 3 }), path: 'services.ui.replicas' },
    { did: 'says memory', props: ui({ memory: 512 }), path: 'services.ui.memory' },
    { did: 'says dependsOn, as Docker Compose does', props: ui({ dependsOn: ['orders'] }), path: 'services.ui.dependsOn' },
    { did: 'wants a role of their own', props: ui({ role: {} }), path: 'services.ui.role' },
    { did: 'writes a prop of a service that is nothing like any', props: ui({ xyz: 1 }), path: 'services.ui.xyz' },
    { did: 'writes a prop that no object has, with a space', props: ui({ 'a b': 1 }), path: 'services.ui["a b"]' },
  ],
  TOKEN: [
    {
      did: 'takes the name of a service from a token',
      props: mesh({ '${Token[TOKEN.7]}': service(), ui: service() }),
      path: 'services["${Token[TOKEN.7]}"]',
    },
    { did: 'takes the port from a token', props: ui({ port: token }), path: 'services.ui.port' },
    { did: 'takes the virtual port from a token', props: ui({ virtualPort: token }), path: 'services.ui.virtualPort' },
    { did: 'takes a call from a token', props: ui({ calls: [token] }), path: 'services.ui.calls[0]' },
    { did: 'takes all calls from a token', props: ui({ calls: listToken }), path: 'services.ui.calls' },
    { did: 'takes all services from a token', props: { services: token }, path: 'services' },
    { did: 'takes the protocol from a token', props: ui({ protocol: token }), path: 'services.ui.protocol' },
    { did: 'takes a timeout from a token', props: ui({ timeout: { perRequest: token } }), path: 'services.ui.timeout.perRequest' },
    { did: 'takes a switch from a token', props: ui({ enableExecuteCommand: token }), path: 'services.ui.enableExecuteCommand' },
  ],
  WRONG_TYPE: [
    {
      did: 'gives the ARN of a task role',
      props: ui({ taskRole: 'arn:aws:iam::111122223333:role/ui' }),
      path: 'services.ui.taskRole',
    },
    { did: 'gives the name of an execution role', props: ui({ executionRole: 'start' }), path: 'services.ui.executionRole' },
    { did: 'gives null as a service', props: mesh({ ui: null }), path: 'services.ui' },
    { did: 'gives null as the port', props: ui({ port: null }), path: 'services.ui.port' },
    { did: 'gives null in calls', props: ui({ calls: [null] }), path: 'services.ui.calls[0]' },
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
    { did: 'gives a number in calls', props: ui({ calls: [7] }), path: 'services.ui.calls[0]' },
    { did: 'gives a service as an instance of a class', props: mesh({ ui: new Opaque(new Person()) }), path: 'services.ui' },
    { did: 'gives a duration as a string', props: ui({ timeout: { perRequest: '2s' } }), path: 'services.ui.timeout.perRequest' },
    { did: 'gives a timeout with no factory', props: ui({ timeout: seconds(2) }), path: 'services.ui.timeout' },
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
  ],
  OUT_OF_RANGE: [
    { did: 'gives port 0', props: ui({ port: 0 }), path: 'services.ui.port' },
    { did: 'gives port 65536', props: ui({ port: 65536 }), path: 'services.ui.port' },
    { did: 'gives a negative port', props: ui({ port: -1 }), path: 'services.ui.port' },
    { did: 'gives a fraction as the port', props: ui({ port: 8080.5 }), path: 'services.ui.port' },
    { did: 'gives Infinity as the port', props: ui({ port: Infinity }), path: 'services.ui.port' },
    { did: 'gives a virtual port that Envoy cannot bind', props: ui({ virtualPort: 80 }), path: 'services.ui.virtualPort' },
    { did: 'gives a request no time', props: ui({ timeout: { perRequest: seconds(0) } }), path: 'services.ui.timeout.perRequest' },
    { did: 'gives a request two days', props: ui({ timeout: { perRequest: seconds(172_800) } }), path: 'services.ui.timeout.perRequest' },
    { did: 'gives a Duration of NaN', props: ui({ timeout: { perRequest: seconds(NaN) } }), path: 'services.ui.timeout.perRequest' },
  ],
  NO_EFFECT: [
    {
      did: 'asks a service to pass on a header that nobody removes',
      props: ui({ passThroughHeaders: ['x-custom'] }),
      path: 'services.ui.passThroughHeaders[0]',
    },
  ],
  INVALID_VALUE: [{ did: 'names an unknown protocol', props: ui({ protocol: 'HTTP' }), path: 'services.ui.protocol' }],
  UNSUPPORTED_BY_PROTOCOL: [
    {
      did: 'times the requests of a TCP service',
      props: ui({ protocol: 'tcp', timeout: { perRequest: seconds(1) } }),
      path: 'services.ui.timeout',
    },
  ],
  RESERVED_PORT: [
    { did: "listens on Envoy's inbound port", props: ui({ port: 15006 }), path: 'services.ui.port' },
    { did: "listens on Envoy's admin port", props: ui({ port: 9901 }), path: 'services.ui.port' },
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
};

/** A shop that is deployed resource by resource, and what updates make of it. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import type { HttpApiOptions, KmsCertificatesOptions, MicroservicesProps, ServiceProps } from '../../../lib';
import { Authorizer, Certificates, Edge, Mesh, Microservices, Timeout, Tracing } from '../../../lib';
import type { TaskConfig } from '../../../lib/core/contract/task-config';
import { repacked } from '../../support/task-config';
import type { ImageRule, Json, Template } from '../runner';
import { isObject, standIns } from '../runner';
import { image, templateOf } from './synthesize';

const ui: ServiceProps = {
  image: image('relay'),
  port: 8080,
  calls: ['catalog'],
  environment: { CATALOG: 'http://catalog.shop.internal:15080' },
};
const catalog: ServiceProps = { image: image('relay'), port: 8080 };
/** Calls all the time. */
const worker: ServiceProps = { image: image('relay'), port: 8080, calls: ['catalog'] };
const services = { ui, catalog, worker };

const withCatalog = (change: Partial<ServiceProps>): Partial<MicroservicesProps> => ({
  services: { ...services, catalog: { ...catalog, ...change } },
});
const withVersions = (v1: number, v2: number): Partial<MicroservicesProps> => ({
  ...withCatalog({ versions: { v1: { weight: v1 }, v2: { weight: v2 } } }),
  mesh: Mesh.envoy({ weightsInterval: Duration.seconds(1) }),
});
const withAuthorities = (options: KmsCertificatesOptions): Partial<MicroservicesProps> => ({ certificates: Certificates.kms(options) });
const stock: ServiceProps = catalog;
const uiOfStock: ServiceProps = {
  ...ui,
  calls: ['catalog', 'stock'],
  environment: { ...ui.environment, STOCK: 'http://stock.shop.internal:15080' },
};
const edge = (options: Partial<HttpApiOptions> = {}): Edge =>
  Edge.httpApi({
    authorizer: Authorizer.none(),
    throttle: { rateLimit: 1000, burstLimit: 1000 },
    routes: { $default: { service: 'ui' } },
    gateway: { desiredCount: 1 },
    ...options,
  });

/** As `edge`, of the other kind. */
const restEdge = Edge.restApi({
  authorizer: Authorizer.none(),
  throttle: { rateLimit: 1000, burstLimit: 1000 },
  routes: { 'ANY /{proxy+}': { service: 'ui' } },
  gateway: { desiredCount: 1 },
});

/** The image of none of the programs. */
const missing = image('missing');

/** What the shop is like, by name. */
export const SHOPS = {
  first: {},
  'behind a REST API': { edge: restEdge },
  'another image and environment': withCatalog({ image: image('relay-next'), environment: { GREETING: 'hello' } }),
  'other timeouts': {
    services: {
      ui: { ...ui, timeout: Timeout.perRequest(Duration.seconds(6)) },
      catalog: { ...catalog, timeout: Timeout.perRequest(Duration.seconds(4)) },
      worker,
    },
  },
  'another port': withCatalog({ port: 9090, environment: { PORT: '9090' } }),
  'a service more, and a call to it': { services: { ...services, ui: uiOfStock, stock } },
  'more tasks': { ...withCatalog({ desiredCount: 2 }), edge: edge({ gateway: { desiredCount: 2 } }) },
  'a service with versions': withVersions(1, 1),
  'other weights': withVersions(0, 1),
  'a new authority': withAuthorities({ authorities: ['main', 'next'], issuer: 'main' }),
  'an authority that issues': withAuthorities({ authorities: ['main', 'next'], issuer: 'next' }),
  'an authority that is gone': withAuthorities({ authorities: ['next'] }),
  'an image that is not there': {
    services: { ui: { ...ui, image: image('relay-next') }, catalog: { ...catalog, image: missing }, worker },
  },
} satisfies Readonly<Record<string, Partial<MicroservicesProps>>>;

export type ShopName = keyof typeof SHOPS;

export const DEPLOYED_IMAGES: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.agent({ MESH_CHECK_SECONDS: '3' }),
  standIns.relay('example/relay', 8080),
  standIns.relay('example/relay-next', 8080),
];

/** One that calls the catalog. */
export const PATH = '/call/catalog/hello';
export const CATALOG = 'catalog.shop.internal:15080';

export function deployedShop(name: ShopName = 'first'): Template {
  const stack = new Stack(new App(), 'Shop');
  new Microservices(stack, 'Shop', { services, edge: edge(), tracing: Tracing.none(), ...SHOPS[name] });
  return quicker(templateOf(stack));
}

/** How long the API Gateway of a quicker shop remembers the tasks of the gateway. */
export const API_REMEMBERS_MS = 2500;

/** Seconds in which whoever calls a task has asked discovery again: those of the template, and those in their place. */
const REFRESH: Readonly<Record<string, string>> = { '5': '2', '17': '3' };

/** A template with a shorter memory of callers, and the time that tasks wait for them when they leave in proportion. */
export function quicker(template: Template): Template {
  return JSON.parse(JSON.stringify(template), (_, value: Json) => {
    if (!isObject(value)) return value;
    const { Name: name, Value: text, TTL: ttl } = value;
    if (name === 'MESH_CONFIG') return { ...value, Value: repacked(text as string, hurried) };
    return ttl === 5 ? { ...value, TTL: 2 } : value;
  }) as Template;
}

function hurried({ variables, ...config }: TaskConfig): TaskConfig {
  const { MESH_REFRESH_SECONDS: seconds = '' } = variables;
  return { ...config, variables: { ...variables, MESH_REFRESH_SECONDS: REFRESH[seconds] ?? seconds } };
}

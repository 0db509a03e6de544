import { imageReference, IMAGES } from '../lib/core/model/images';
import type { JsonObject, Resource, Template } from '../test/e2e/runner';

export const PLAIN_CALLER = 'plain-caller';
export const PLAIN_CALLEE = 'plain-callee';
/** Where the plain caller's Envoy takes calls. */
export const PLAIN_PORT = 16_000;

const INBOUND_PORT = 16_001;
const typed = (type: string, config: JsonObject): JsonObject => ({
  name: type.slice(type.lastIndexOf('.') + 1),
  typed_config: { '@type': `type.googleapis.com/${type}`, ...config },
});
const address = (host: string, port: number): JsonObject => ({ socket_address: { address: host, port_value: port } });

/** An Envoy that only proxies: no TLS, no authorization, no access log, no retries. */
function envoy(listen: JsonObject, to: JsonObject, discovery: string): JsonObject {
  return {
    admin: { address: address('127.0.0.1', 9901) },
    static_resources: {
      listeners: [
        {
          name: 'in',
          address: listen,
          filter_chains: [
            {
              filters: [
                typed('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
                  stat_prefix: 'in',
                  route_config: {
                    virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'to' } }] }],
                  },
                  http_filters: [typed('envoy.extensions.filters.http.router.v3.Router', {})],
                }),
              ],
            },
          ],
        },
      ],
      clusters: [
        {
          name: 'to',
          type: discovery,
          load_assignment: { cluster_name: 'to', endpoints: [{ lb_endpoints: [{ endpoint: { address: to } }] }] },
        },
      ],
    },
  };
}

const resource = (type: string, Properties: JsonObject): Resource => ({ Type: `AWS::${type}`, Properties });

/** The template, and in the same VPC a pair of services with plain Envoys around the same application. */
export function withPlainPair(template: Template, application: { readonly image: string; readonly port: number }): Template {
  const [namespace] = Object.entries(template.Resources ?? {}).filter(
    ([, { Type }]) => Type === 'AWS::ServiceDiscovery::PrivateDnsNamespace',
  );
  if (namespace === undefined) throw new Error('the template has no namespace');
  const [id, { Properties = {} }] = namespace;
  const container = (name: string, image: string, more: JsonObject = {}): JsonObject => ({ Name: name, Image: image, ...more });
  const proxy = (config: JsonObject): JsonObject =>
    container('envoy', imageReference(IMAGES.envoy), {
      Command: ['--config-yaml', JSON.stringify(config), '--concurrency', '1', '--disable-hot-restart', '--log-level', 'warning'],
      User: '101',
    });
  const service = (name: string, key: string, containers: readonly JsonObject[]): Readonly<Record<string, Resource>> => ({
    [`${key}Discovery`]: resource('ServiceDiscovery::Service', {
      Name: name,
      NamespaceId: { Ref: id },
      DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 5 }] },
      HealthCheckCustomConfig: { FailureThreshold: 1 },
    }),
    [`${key}Task`]: resource('ECS::TaskDefinition', { ContainerDefinitions: containers }),
    [`${key}Service`]: resource('ECS::Service', {
      DesiredCount: 1,
      TaskDefinition: { Ref: `${key}Task` },
      NetworkConfiguration: { AwsvpcConfiguration: { SecurityGroups: [{ 'Fn::GetAtt': ['PlainGroup', 'GroupId'] }] } },
      ServiceRegistries: [{ RegistryArn: { 'Fn::GetAtt': [`${key}Discovery`, 'Arn'] } }],
    }),
  });
  const host = `${PLAIN_CALLEE}.${Properties['Name'] as string}`;
  return {
    ...template,
    Resources: {
      ...template.Resources,
      PlainGroup: resource('EC2::SecurityGroup', {
        SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: INBOUND_PORT, ToPort: INBOUND_PORT, CidrIp: '10.0.0.0/16' }],
      }),
      ...service(PLAIN_CALLER, 'PlainCaller', [proxy(envoy(address('127.0.0.1', PLAIN_PORT), address(host, INBOUND_PORT), 'STRICT_DNS'))]),
      ...service(PLAIN_CALLEE, 'PlainCallee', [
        proxy(envoy(address('0.0.0.0', INBOUND_PORT), address('127.0.0.1', application.port), 'STATIC')),
        container('app', application.image),
      ]),
    },
  };
}

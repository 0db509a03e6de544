import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiOfProtos, methodName } from '../../lib/core/grpc/grpc-api';
import { descriptorOf } from '../../lib/core/grpc/strip';
import { DEMO_PROTO } from '../support/grpc';
import { run } from './runner/run-process';
import { e2e } from './suite';
import { findTools } from './tools';

/** An Envoy that translates for one service. */
function configuration(descriptor: string, service: string): string {
  const typed = (name: string, type: string, more: object = {}): object => ({
    name,
    typed_config: { '@type': `type.googleapis.com/${type}`, ...more },
  });
  return JSON.stringify({
    static_resources: {
      listeners: [
        {
          name: 'all',
          address: { socket_address: { address: '127.0.0.1', port_value: 10_000 } },
          filter_chains: [
            {
              filters: [
                typed('http', 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
                  stat_prefix: 'all',
                  route_config: { virtual_hosts: [] },
                  http_filters: [
                    typed('json', 'envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder', {
                      proto_descriptor_bin: descriptor,
                      services: [service],
                      convert_grpc_status: true,
                    }),
                    typed('router', 'envoy.extensions.filters.http.router.v3.Router'),
                  ],
                }),
              ],
            },
          ],
        },
      ],
    },
  });
}

const PROTOS = join(__dirname, '../core/grpc/protos');
const NAMED = ['kinds3.proto', 'kinds2.proto', 'kinds2023.proto', 'demo.proto'];
const texts = [...NAMED, 'shared.proto', 'deep/down.proto'].map((name) => ({
  name,
  path: name,
  text: readFileSync(name === 'demo.proto' ? DEMO_PROTO : join(PROTOS, name), 'utf8'),
}));
const problems: unknown[] = [];
const api = apiOfProtos(texts, NAMED, (problem) => problems.push(problem));
const methods = (api?.services ?? []).flatMap((service) => service.methods);

e2e('descriptors of gRPC methods', () => {
  const validate = async (config: string): Promise<{ readonly code: number; readonly stderr: string }> =>
    run([findTools().envoy, '--mode', 'validate', '--config-yaml', config], { timeoutMs: 60_000 });

  test('there are methods of every kind', () => {
    expect(problems).toEqual([]);
    expect(methods.length).toBe(19);
  });

  test.each(methods.map((method) => [methodName(method), method] as const))('Envoy takes the descriptor of %s', async (_, method) => {
    const descriptor = descriptorOf(api!, method, { method: 'POST', path: '/a/b', body: '*' });
    const { code, stderr } = await validate(configuration(descriptor, method.parent.typeName));
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('fails if a file is missing in a descriptor', async () => {
    const method = api!.method('hipstershop.ProductCatalogService/GetProduct')!;
    const files = api!.files.filter(({ name }) => name !== 'demo.proto');
    const descriptor = descriptorOf({ files }, method, { method: 'GET', path: '/a' });
    expect((await validate(configuration(descriptor, method.parent.typeName))).code).toBe(1);
  });
});

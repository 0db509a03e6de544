/** A shop of real programs: nginx in front, applications in Python and Java, a gRPC server, and three that speak TCP. */
import { Authorizer, Edge, Protocol } from '../../../lib';
import type { Template } from '../runner';
import { image, synthesize } from '../systems/synthesize';

export function realPrograms(): Template {
  return synthesize({
    services: {
      web: { image: image('nginx'), port: 8080, calls: ['catalog', 'store'] },
      catalog: { image: image('gunicorn'), port: 8000 },
      store: { image: image('tomcat'), port: 8080 },
      pricing: { image: image('grpc-core'), port: 50_051, protocol: Protocol.GRPC },
      database: { image: image('postgresql'), port: 5432, protocol: Protocol.TCP },
      cache: { image: image('redis'), port: 6379, protocol: Protocol.TCP, command: ['redis-server', '--save', ''] },
      queue: { image: image('rabbitmq'), port: 5672, protocol: Protocol.TCP },
      batch: { image: image('batch'), port: 8080, calls: ['catalog', 'store', 'pricing', 'database', 'cache', 'queue'] },
    },
    edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'web' } } }),
  });
}

/** Programs that stand in for images. Each takes the image it stands in for. */
import { dirname } from 'node:path';
import { agentImage } from '../agent-image';
import { ECHO_PROTO, GOOGLE_PROTOS, program, PROTOS } from '../programs';
import { findTools } from '../tools';
import type { BuiltImage } from './built-images';
import type { ImageRule, StandInContext } from './images';

type Port = number | ((context: StandInContext) => number);
const portOf = (port: Port, context: StandInContext): string => String(typeof port === 'number' ? port : port(context));

/** The real Envoy, with the entry point of its image: arguments that start with a dash are Envoy's. It is on the path. */
export function envoy(image: string | RegExp = 'docker.io/envoyproxy/envoy'): ImageRule {
  return {
    image,
    run: ({ container: { entryPoint, command } }) => {
      const { envoy: program } = findTools();
      const argv = [...(entryPoint ?? []), ...command];
      return {
        argv: argv[0] === undefined || argv[0].startsWith('-') ? [program, ...argv] : argv,
        environment: { PATH: `${dirname(program)}:/usr/local/bin:/usr/bin:/bin` },
      };
    },
  };
}

const isAgent = ({ dockerfile }: BuiltImage): boolean => /^ENTRYPOINT .*"\/agent\/agent\.js"\]$/m.test(dockerfile);

/**
 * The real agent, as its Dockerfile has it, or another program of its image. The environment is that of the image: for settings that the
 * template does not make, such as `MESH_RENEW_SECONDS`.
 */
export function agent(environment: Readonly<Record<string, string>> = {}, image: ImageRule['image'] = isAgent): ImageRule {
  return {
    image,
    run: ({ container: { entryPoint, command } }) => {
      const { directory, options, environment: ofImage } = agentImage();
      // The aggregator is another program of the image, with an entry point of its own.
      const [node = 'node', ...program] = entryPoint ?? ['node', ...options, '/agent/agent.js'];
      if (node !== 'node') throw new Error(`the agent's image is to run ${node}, and not Node.js`);
      return {
        argv: [process.execPath, ...program, ...command],
        directories: { '/agent': directory },
        user: '101:101',
        volumeOwners: { '/run/mesh': '101:101' },
        environment: {
          PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
          // The SDK says that Node.js 20 is old; the image has another.
          NODE_NO_WARNINGS: '1',
          ...ofImage,
          ...environment,
        },
      };
    },
  };
}

/**
 * Records X-Ray segments on UDP 2000 in place of the CloudWatch agent or another collector. Like the CloudWatch agent it is
 * root, and ends if it cannot write its configuration.
 */
export function xrayCollector(image: string | RegExp = /cloudwatch-agent|aws-otel-collector|aws-xray-daemon/): ImageRule {
  return { image, run: () => ({ argv: [process.execPath, program('xray-recorder')] }) };
}

/** Records what OTLP has for traces and logs, in place of any collector: see programs/otlp-recorder.ts. */
export function otlpCollector(image: string | RegExp = /cloudwatch-agent|collector/): ImageRule {
  return { image, run: () => ({ argv: [process.execPath, program('otlp-recorder')], environment: { PROTOS } }) };
}

/** A relay that the SDK of OpenTelemetry instruments: see programs/open-telemetry.ts. */
export function tracedRelay(image: string | RegExp, port: Port): ImageRule {
  return {
    image,
    run: (context) => ({
      argv: [process.execPath, '--require', program('open-telemetry'), program('relay')],
      environment: { PORT: portOf(port, context), PROTO: ECHO_PROTO, PASSED_ON: 'content-type,accept' },
      user: '1000',
    }),
  };
}

/** go-httpbin: an HTTP server that shows what it got; `/hostname` tells which task answered. */
export function httpbin(image: string | RegExp, port: Port): ImageRule {
  return {
    image,
    run: (context) => ({
      argv: [findTools().httpbin, '-host', '0.0.0.0', '-port', portOf(port, context), '-use-real-hostname', '-log-format', 'json'],
      user: '1000',
    }),
  };
}

/** fortio's HTTP echo server. */
export function fortio(image: string | RegExp, port: Port): ImageRule {
  return {
    image,
    run: (context) => ({
      argv: [
        findTools().fortio,
        'server',
        '-http-port',
        portOf(port, context),
        '-grpc-port',
        'disabled',
        '-tcp-port',
        'disabled',
        '-udp-port',
        'disabled',
        '-redirect-port',
        'disabled',
      ],
      user: '1000',
    }),
  };
}

/** The real Redis, with the command of the task definition. Its image runs it as the user redis, in /data. */
export function redis(image: string | RegExp): ImageRule {
  return {
    image,
    run: ({ container: { command } }) => {
      const [program = 'redis-server', ...rest] = command;
      // Like the image's entry point: arguments that start with a dash are the server's.
      return { argv: [findTools().redis, ...(program.startsWith('-') ? [program, ...rest] : rest)], user: '999' };
    },
  };
}

/** A small HTTP application that calls others and passes the trace header on: see programs/relay.ts. */
export function relay(image: string | RegExp, port: Port): ImageRule {
  return {
    image,
    run: (context) => ({
      argv: [process.execPath, program('relay')],
      environment: { PORT: portOf(port, context), PROTO: ECHO_PROTO },
      user: '1000',
    }),
  };
}

/** A service behind a WebSocket API: see programs/chat-server.ts. */
export function chat(image: string | RegExp, port: Port): ImageRule {
  return {
    image,
    run: (context) => ({ argv: [process.execPath, program('chat-server'), portOf(port, context)], user: '1000' }),
  };
}

/** Processes the messages of a queue, each by a call of another service: see programs/queue-worker.ts. */
export function queueWorker(image: string | RegExp): ImageRule {
  return { image, run: () => ({ argv: [process.execPath, program('queue-worker')], user: '1000' }) };
}

/** Web pages with links: see programs/web-site.ts. */
export function webSite(image: string | RegExp, port: Port): ImageRule {
  return {
    image,
    run: (context) => ({
      argv: [process.execPath, program('web-site')],
      environment: { PORT: portOf(port, context) },
      user: '1000',
    }),
  };
}

/** Parts of answers, of all kinds: see programs/part-server.ts. */
export function parts(image: string | RegExp, port: Port): ImageRule {
  return {
    image,
    run: (context) => ({ argv: [process.execPath, program('part-server')], environment: { PORT: portOf(port, context) }, user: '1000' }),
  };
}

/** An HTTP application whose answers are what the query asks for: see programs/payload-server.ts. */
export function payload(image: string | RegExp, port: Port): ImageRule {
  return {
    image,
    run: (context) => ({ argv: [process.execPath, program('payload-server')], environment: { PORT: portOf(port, context) }, user: '1000' }),
  };
}

/** A gRPC server that echoes, streams and fails on demand: see programs/grpc-server.ts. */
export function grpc(image: string | RegExp, port: Port): ImageRule {
  return {
    image,
    run: (context) => ({
      argv: [process.execPath, program('grpc-server')],
      environment: { PORT: portOf(port, context), PROTO: ECHO_PROTO },
      user: '1000',
    }),
  };
}

/** A gRPC server with all services of a .proto file: see programs/grpc-services.ts. */
export function grpcServices(image: string | RegExp, port: Port, proto: string): ImageRule {
  return {
    image,
    run: (context) => ({
      argv: [process.execPath, program('grpc-services')],
      environment: { PORT: portOf(port, context), PROTO: proto, PROTO_IMPORTS: `${PROTOS}:${GOOGLE_PROTOS}` },
      user: '1000',
    }),
  };
}

/** A shell script in place of a helper image, or of an application that misbehaves. */
export function script(image: string | RegExp, text: string | ((context: StandInContext) => string)): ImageRule {
  return { image, run: (context) => ({ argv: ['/bin/sh', '-c', typeof text === 'string' ? text : text(context)], user: '1000' }) };
}

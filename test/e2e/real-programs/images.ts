/** Real programs, from packages, as their images run them. Each takes the image that it stands in for. */
import { join } from 'node:path';
import type { ImageRule } from '../runner';
import { standIns } from '../runner';
import { findTools } from '../tools';

/** The directory of this file, as containers see it. */
const HERE = '/srv/programs';
const directories = { [HERE]: __dirname };
/** A user with a name in /etc/passwd, which some of these programs want. */
const NOBODY = '65534';

export const NGINX: ImageRule = {
  image: 'example/nginx',
  run: () => ({ argv: [findTools().nginx, '-c', join(HERE, 'nginx.conf'), '-e', '/dev/stderr'], directories, user: '1000' }),
};

/** Workers are replaced after some requests, and idle connections end after two seconds, gunicorn's default. */
export const GUNICORN: ImageRule = {
  image: 'example/gunicorn',
  run: () => ({
    argv: [
      findTools().python,
      ...['-m', 'gunicorn', '--chdir', HERE, '--bind', '0.0.0.0:8000', '--worker-tmp-dir', '/dev/shm'],
      ...['--worker-class', 'gthread', '--threads', '4', '--max-requests', '100'],
      'catalog:application',
    ],
    environment: { PYTHONDONTWRITEBYTECODE: '1', HOME: '/tmp' },
    directories,
    user: '1000',
  }),
};

export const TOMCAT: ImageRule = {
  image: 'example/tomcat',
  run: () => ({
    argv: [
      findTools().java,
      '-XX:TieredStopAtLevel=1',
      '-Xmx64m',
      '-cp',
      '/usr/share/tomcat10/lib/*:/usr/share/tomcat10/bin/*',
      join(HERE, 'Store.java'),
      '8080',
    ],
    directories,
    user: '1000',
  }),
};

export const GRPC_CORE: ImageRule = {
  image: 'example/grpc-core',
  run: () => ({
    argv: [findTools().python, join(HERE, 'pricing.py'), '50051'],
    environment: { PYTHONDONTWRITEBYTECODE: '1' },
    directories,
    user: '1000',
  }),
};

export const POSTGRESQL: ImageRule = {
  image: 'example/postgresql',
  run: () => {
    const { initdb, postgres } = findTools();
    const start = [
      `${initdb} --auth=trust --username=shop --no-sync --pgdata=/tmp/data >&2`,
      `exec ${postgres} -D /tmp/data -c listen_addresses='*' -c unix_socket_directories=/tmp -c fsync=off -c shared_buffers=16MB`,
    ];
    return { argv: ['/bin/sh', '-ec', start.join('\n')], environment: { LC_ALL: 'C' }, user: NOBODY };
  },
};

export const RABBITMQ: ImageRule = {
  image: 'example/rabbitmq',
  run: () => ({
    argv: [findTools().rabbitmq],
    environment: {
      HOME: '/tmp',
      LANG: 'C.UTF-8',
      RABBITMQ_NODENAME: 'rabbit@localhost',
      RABBITMQ_MNESIA_BASE: '/tmp/mnesia',
      RABBITMQ_ENABLED_PLUGINS_FILE: '/tmp/enabled-plugins',
      RABBITMQ_PID_FILE: '/tmp/pid',
      RABBITMQ_LOG_BASE: '/tmp/log',
      RABBITMQ_LOGS: '-',
      // Two cores do not become more by busy waiting.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+sbwt none +sbwtdcpu none +sbwtdio none',
    },
    user: NOBODY,
  }),
};

export const REAL_PROGRAMS: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.agent(),
  standIns.xrayCollector(),
  standIns.relay('example/batch', 8080),
  standIns.redis('example/redis'),
  NGINX,
  GUNICORN,
  TOMCAT,
  GRPC_CORE,
  POSTGRESQL,
  RABBITMQ,
];

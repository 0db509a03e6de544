import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const REPOSITORY = resolve(__dirname, '../..');
const TOOLS = join(REPOSITORY, '.cache/tools/bin');
const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export interface Tools {
  readonly envoy: string;
  /** The first that the library accepts. */
  readonly oldestEnvoy: string;
  /** A Node.js of another version than the one that runs the tests. */
  readonly otherNode: string;
  readonly fortio: string;
  readonly httpbin: string;
  readonly redis: string;
  readonly nginx: string;
  /** With the packages of `.ci/tools`: gunicorn, and gRPC's C core. */
  readonly python: string;
  /** With a compiler. */
  readonly java: string;
  readonly postgres: string;
  readonly initdb: string;
  readonly rabbitmq: string;
  /** A browser. */
  readonly chromium: string;
  /** The init process that Docker puts before a program. */
  readonly tini: string;
  readonly podmanCompose: string;
}

export class MissingTools extends Error {
  constructor(missing: readonly string[]) {
    super(`the e2e tests need ${missing.join(', ')}: run .ci/tools`);
  }
}

let found: Tools | undefined;

/** Where the programs are that the e2e tests run. Throws one line that says what is missing and how to get it. */
export function findTools(): Tools {
  found ??= search();
  return found;
}

function search(): Tools {
  const missing: string[] = [];
  const need = (name: string, directories: readonly string[], what = name): string => {
    const path = directories.map((directory) => join(directory, name)).find(isProgram);
    if (path === undefined) missing.push(what);
    return path ?? '';
  };
  if (process.platform !== 'linux') missing.push('Linux (network namespaces)');
  else if (process.getuid?.() !== 0) missing.push('root (network namespaces)');
  else if (!readFileSync('/proc/filesystems', 'utf8').includes('overlay') && !existsSync('/sys/module/overlay'))
    missing.push('a kernel with overlayfs');
  for (const [name, part] of [
    ['curl', 'curl'],
    ['ip', 'iproute2'],
    ['nft', 'nftables'],
    ['nsenter', 'util-linux'],
    ['unshare', 'util-linux'],
    ['setpriv', 'util-linux'],
    ['ps', 'procps'],
    ['sysctl', 'procps'],
    ['amqp-publish', 'amqp-tools'],
    ['psql', 'postgresql-client'],
    ['redis-cli', 'redis-tools'],
    ['podman', 'podman'],
    ['runc', 'runc'],
    ['busybox', 'busybox-static'],
  ] as const) {
    need(name, SYSTEM_PATH, `${name} (${part})`);
  }
  const tools = {
    envoy: need('envoy', [TOOLS], 'Envoy'),
    oldestEnvoy: need('envoy-oldest', [TOOLS], 'the oldest Envoy that the library accepts'),
    otherNode: need('node-other', [TOOLS], 'another Node.js'),
    fortio: need('fortio', [TOOLS]),
    httpbin: need('go-httpbin', [TOOLS]),
    redis: need('redis-server', [TOOLS]),
    nginx: need('nginx', SYSTEM_PATH),
    python: need('python', [join(REPOSITORY, '.cache/tools/programs/bin')], 'Python with the packages of the real programs'),
    java: need('java', [TOOLS]),
    postgres: need('postgres', [TOOLS]),
    initdb: need('initdb', [TOOLS]),
    rabbitmq: need('rabbitmq-server', ['/usr/lib/rabbitmq/bin']),
    chromium: need('chromium', SYSTEM_PATH),
    tini: need('tini', SYSTEM_PATH),
    podmanCompose: need('podman-compose', [TOOLS]),
  };
  if (missing.length > 0) throw new MissingTools(missing);
  for (const directory of [REPOSITORY, dirname(process.execPath)]) checkReachable(directory);
  return tools;
}

/** Containers run as other users than root: they must be able to reach the programs. */
function checkReachable(directory: string): void {
  for (let path = directory; path !== '/'; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0)
      throw new Error(`the e2e tests run containers as other users, who cannot enter ${path}: chmod o+x it, or move the repository`);
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

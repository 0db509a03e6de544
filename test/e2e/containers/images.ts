import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { imageReference, IMAGES } from '../../../lib/core/model/images';
import { agentImage } from '../agent-image';
import { builtOnce } from '../built-once';
import { quote } from '../runner/run-process';
import { findTools, REPOSITORY } from '../tools';
import { NAMESPACES, PRIVATE_DIRECTORIES } from './namespaces';
import type { RootFileSystem } from './root-file-system';
import { makeRootFileSystem } from './root-file-system';

const UNUSED_MS = 24 * 60 * 60 * 1000;
const PROGRAMS = join(REPOSITORY, 'test/e2e/programs');
const ESBUILD = join(REPOSITORY, 'node_modules/esbuild/bin/esbuild');

/** The images that every engine of the tests has. A reference of a registry is one that templates name. */
export const CONTAINER_IMAGES = {
  /** Node.js, Perl and a shell: what the agent's Dockerfile starts from. */
  agentBase: imageReference(IMAGES.agentBase),
  envoy: imageReference(IMAGES.envoy),
  /** Built from the agent's own Dockerfile: its user, volumes, environment and entry point are those of the cloud. */
  agent: 'localhost/agent:test',
  /** The programs of test/e2e/programs: `command: ['/programs/relay.js']`. */
  programs: 'localhost/programs:test',
  httpbin: 'localhost/go-httpbin:test',
  fortio: 'localhost/fortio:test',
} as const;

/** A directory with all images, for engines to read (additionalimagestores): made once, and again when something in them changes. */
export function imageStore(): string {
  const store = builtOnce('images', sources(), build);
  const now = new Date();
  utimesSync(store, now, now);
  removeUnused(dirname(store), now);
  return store;
}

/** Each takes 300 MB, and every change of a program of the tests makes another one. */
function removeUnused(stores: string, now: Date): void {
  for (const name of readdirSync(stores)) {
    const path = join(stores, name);
    const used = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now.getTime();
    if (now.getTime() - used > UNUSED_MS) rmSync(path, { recursive: true, force: true });
  }
}

function build(draft: string): void {
  const work = join(draft, 'work');
  const { agentBase, envoy, agent, programs, httpbin, fortio } = CONTAINER_IMAGES;
  const tools = findTools();
  const imports = Object.entries(rootFileSystems()).map(([name, content]) => {
    makeRootFileSystem(join(work, name), content);
    return name;
  });
  bundlePrograms(join(work, 'context/programs'));
  writeFileSync(join(work, 'context/Dockerfile'), `FROM ${agentBase}\nCOPY programs/ /programs/\nWORKDIR /programs\nENTRYPOINT ["node"]\n`);
  for (const [name, program] of Object.entries({ httpbin: tools.httpbin, fortio: tools.fortio })) {
    mkdirSync(join(work, name));
    cpSync(program, join(work, name, name), { dereference: true });
    writeFileSync(join(work, name, 'Dockerfile'), `FROM scratch\nCOPY ${name} /bin/\nENTRYPOINT ["/bin/${name}"]\n`);
  }
  const importOf: Readonly<Record<string, string>> = {
    base: `--change 'CMD ["node"]' - ${agentBase}`,
    envoy: `--change 'ENTRYPOINT ["envoy"]' - ${envoy}`,
  };
  const podman = `podman --root ${quote(draft)} --runroot /run/storage --storage-driver overlay --events-backend none`;
  const inDraft = [
    ...PRIVATE_DIRECTORIES,
    'mkdir -p /run/libpod',
    ...imports.map((name) => `tar -C ${quote(join(work, name))} -c . | ${podman} import --quiet ${importOf[name] ?? ''}`),
    ...[
      [agent, agentImage().directory],
      [programs, join(work, 'context')],
      [httpbin, join(work, 'httpbin')],
      [fortio, join(work, 'fortio')],
    ].map(([image = '', directory = '']) => `${podman} build --isolation chroot --quiet --tag ${image} ${quote(directory)}`),
  ];
  const [unshare = '', ...namespaces] = NAMESPACES;
  const { status, stderr } = spawnSync(unshare, [...namespaces, '--net', 'sh', '-euc', inDraft.join('\n')], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: work, TMPDIR: work },
  });
  if (status !== 0) throw new Error(`no images of containers: ${stderr.trim().slice(-2000)}`);
  rmSync(work, { recursive: true });
}

function rootFileSystems(): Readonly<Record<'base' | 'envoy', RootFileSystem>> {
  const { otherNode, envoy } = findTools();
  return {
    base: {
      programs: { '/usr/local/bin/node': otherNode, '/usr/bin/perl': '/usr/bin/perl', '/bin/bash': '/bin/bash' },
      directories: perlModules(),
    },
    // Its health check needs bash and grep.
    envoy: { programs: { '/usr/local/bin/envoy': envoy, '/bin/bash': '/bin/bash', '/bin/grep': '/bin/grep' } },
  };
}

/** Those of Debian's perl-base alone, which a slim image has, too. */
function perlModules(): readonly string[] {
  const { stdout } = spawnSync('perl', ['-e', 'print join "\\n", grep { /perl-base$/ } @INC'], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean);
}

/** With their packages in them: the image has no node_modules. */
function bundlePrograms(output: string): void {
  const entries = readdirSync(PROGRAMS)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(PROGRAMS, name));
  const options = ['--bundle', '--platform=node', '--target=node20', '--log-level=warning', `--outdir=${output}`];
  const { status, stderr } = spawnSync(ESBUILD, [...entries, ...options], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the programs of the tests could not be bundled: ${stderr}`);
  for (const name of ['echo.proto', 'protos']) cpSync(join(PROGRAMS, name), join(output, name), { recursive: true });
}

function sources(): readonly { readonly name: string; readonly text: string }[] {
  const tools = findTools();
  const binaries = [tools.otherNode, tools.envoy, tools.httpbin, tools.fortio, '/usr/bin/perl', '/bin/bash', '/bin/grep', '/bin/busybox'];
  const texts = [
    ...readdirSync(PROGRAMS, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
    ...readdirSync(__dirname).map((name) => join(__dirname, name)),
    join(REPOSITORY, 'package-lock.json'),
  ];
  return [
    // Its name is a hash of what it is made of.
    { name: 'agent', text: agentImage().directory },
    ...binaries.map((name) => {
      const { size, mtimeMs } = statSync(realpathSync(name));
      return { name, text: `${size} ${mtimeMs}` };
    }),
    ...texts.sort().map((name) => ({ name: name.slice(REPOSITORY.length), text: readFileSync(name, 'utf8') })),
  ];
}

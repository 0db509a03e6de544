import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface RootFileSystem {
  /** Programs of this machine: path in the image -> path here. The libraries that they load come with them. */
  readonly programs: Readonly<Record<string, string>>;
  /** Directories of this machine that are in the image under the same path. */
  readonly directories?: readonly string[];
}

/** What every image has that is not made from scratch. */
const EMPTY_DIRECTORIES = ['dev', 'etc', 'proc', 'root', 'run', 'sys', 'tmp', 'usr/bin', 'var/tmp'];

/** Makes the root file system of an image: no registry is asked, since a machine that runs tests may reach none. */
export function makeRootFileSystem(root: string, { programs, directories = [] }: RootFileSystem): void {
  for (const path of EMPTY_DIRECTORIES) mkdirSync(join(root, path), { recursive: true, mode: /tmp$/.test(path) ? 0o1777 : 0o755 });
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  for (const [path, source] of Object.entries(programs)) {
    copyTo(root, path, source);
    for (const library of librariesOf(source)) copyTo(root, library, library);
  }
  for (const directory of directories) cpSync(directory, join(root, directory), { recursive: true, dereference: true });
  addShell(root);
}

/** Busybox: a shell and its usual commands, where the image has no program of that name. */
function addShell(root: string): void {
  const busybox = '/bin/busybox';
  copyTo(root, busybox, busybox);
  for (const name of outputOf([busybox, '--list']).split('\n').filter(Boolean)) {
    const link = join(root, 'bin', name);
    if (!existsSync(link) && !existsSync(join(root, 'usr/bin', name))) symlinkSync('busybox', link);
  }
}

/** The path may lead through links here, such as /lib; in the image, the directories are its own. */
function copyTo(root: string, path: string, source: string): void {
  const target = join(root, path);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(realpathSync(source), target);
}

/** https://man7.org/linux/man-pages/man1/ldd.1.html. A program that is linked statically has none. */
function librariesOf(program: string): readonly string[] {
  const { stdout } = spawnSync('ldd', [realpathSync(program)], { encoding: 'utf8' });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

function outputOf([program = '', ...rest]: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, rest, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${rest.join(' ')} failed: ${error?.message ?? stderr}`);
  return stdout;
}

import { defined } from '../../defined';
import { FARGATE } from '../../limits/ecs';
import type { ContainerOptions, LinuxSettings, Tmpfs, Ulimit } from '../../model/topology';
import { displayValue } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { suggest } from '../../reading/reader';

export const LINUX_FIELDS = ['ulimits', 'tmpfs', 'dropCapabilities', 'addCapabilities', 'systemControls'] as const;

/** Linux's own, unless a host sets another one. https://docs.kernel.org/admin-guide/sysctl/fs.html#nr-open */
const MOST_OPEN_FILES = 2 ** 20;

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SystemControl.html */
const SYSTEM_CONTROL = /^(net\.|fs\.mqueue\.|kernel\.(msg(max|mnb|mni)|sem|shm(all|max|mni|_rmid_forced))$)/;

/** https://man7.org/linux/man-pages/man7/capabilities.7.html, as Amazon ECS calls them */
const CAPABILITIES =
  'ALL AUDIT_CONTROL AUDIT_WRITE BLOCK_SUSPEND CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE ' +
  'LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_ADMIN ' +
  'SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG WAKE_ALARM';

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tmpfs.html */
const MOUNT_OPTIONS =
  'defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime noatime diratime nodiratime bind rbind ' +
  'unbindable runbindable private rprivate shared rshared slave rslave relatime norelatime strictatime nostrictatime mode uid gid ' +
  'nr_inodes nr_blocks mpol';

export function parseLinux(at: Reader): Pick<ContainerOptions, 'ulimits' | 'linux' | 'systemControls'> {
  const ulimits = parseUlimits(at.field('ulimits'));
  const systemControls = parseSystemControls(at.field('systemControls'));
  const tmpfs = parseTmpfs(at.field('tmpfs'));
  const dropCapabilities = parseCapabilities(at.field('dropCapabilities'), CAPABILITIES.split(' '), 'a Linux capability');
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
  const addCapabilities = parseCapabilities(
    at.field('addCapabilities'),
    ['SYS_PTRACE'],
    'a Linux capability that AWS Fargate gives to containers, and so what is offered on instances, too',
  );
  const linux: LinuxSettings = { ...nonEmpty({ tmpfs }), ...nonEmpty({ dropCapabilities }), ...nonEmpty({ addCapabilities }) };
  return { ...nonEmpty({ ulimits }), ...nonEmpty({ systemControls }), ...(Object.keys(linux).length === 0 ? {} : { linux }) };
}

function nonEmpty<Name extends string, T>(lists: Readonly<Record<Name, readonly T[]>>): { readonly [name in Name]?: readonly T[] } {
  return defined(
    Object.fromEntries(Object.entries<readonly T[]>(lists).map(([name, list]) => [name, list.length === 0 ? undefined : list])),
  ) as { readonly [name in Name]?: readonly T[] };
}

const A_ULIMIT = 'remove the entry, or write { name: UlimitName.NOFILE, softLimit: 100_000, hardLimit: 100_000 }';

function parseUlimits(at: Reader): readonly Ulimit[] {
  const ulimits: Ulimit[] = [];
  for (const item of at.items()) {
    if (!item.required('a limit', A_ULIMIT).checkFields(['name', 'softLimit', 'hardLimit'])) continue;
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html
    const name = item
      .field('name')
      .required('the name of the limit', 'write name: UlimitName.NOFILE')
      .oneOf(['nofile'], 'a limit that containers may change on AWS Fargate, and so on instances, too', ['UlimitName.NOFILE']);
    const limit = (field: string): number | undefined =>
      item.field(field).required('the limit', A_ULIMIT).number({ min: 1, max: MOST_OPEN_FILES, unit: 'open files' });
    const [soft, hard] = [limit('softLimit'), limit('hardLimit')];
    if (name === undefined || soft === undefined || hard === undefined) continue;
    if (soft > hard)
      item.field('softLimit').fail('OUT_OF_RANGE', `softLimit ${soft} is more than hardLimit ${hard}`, {
        allowed: `1 to ${hard}`,
        fix: 'lower softLimit or raise hardLimit',
      });
    if (ulimits.some((other) => other.name === name)) item.fail('DUPLICATE', `${name} is listed twice`, { got: null, fix: 'remove one' });
    ulimits.push({ name, soft, hard });
  }
  return ulimits;
}

function parseTmpfs(at: Reader): readonly Tmpfs[] {
  const found: Tmpfs[] = [];
  for (const item of at.items()) {
    item.required('a directory in memory', "remove the entry, or write { containerPath: '/tmp', size: 64 }");
    if (!item.checkFields(['containerPath', 'size', 'mountOptions'])) continue;
    const pathAt = item.field('containerPath').required('where the directory is', "such as containerPath: '/tmp'");
    const path = parseAbsolutePath(pathAt);
    const sizeMiB = item
      .field('size')
      .required('the size in MiB', 'such as size: 64')
      .number({ min: 1, max: FARGATE.taskMemory.value, unit: 'MiB' });
    const options = item
      .field('mountOptions')
      .items()
      .flatMap((option) => parseOneOfMany(option, MOUNT_OPTIONS.split(' '), 'an option of tmpfs'));
    if (path === undefined || sizeMiB === undefined) continue;
    if (found.some((other) => other.path === path))
      pathAt.fail('DUPLICATE', 'the container has another directory at this path', {
        fix: 'choose another path, or remove one of the two',
      });
    found.push({ path, sizeMiB, options });
  }
  return found;
}

function parseCapabilities(at: Reader, allowed: readonly string[], what: string): readonly string[] {
  return at.items().flatMap((item) => parseOneOfMany(item, allowed, what));
}

/** One of more values than an error should list. */
function parseOneOfMany(at: Reader, allowed: readonly string[], what: string): readonly string[] {
  const text = at.required(what, 'remove the entry, or name one').string();
  if (text === undefined) return [];
  if (allowed.includes(text)) return [text];
  at.fail('INVALID_VALUE', `is not ${what}`, suggest(text, allowed));
  return [];
}

function parseSystemControls(at: Reader): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  for (const item of at.items()) {
    item.required('a kernel parameter', "remove the entry, or write { namespace: 'net.ipv4.tcp_keepalive_time', value: '60' }");
    if (!item.checkFields(['namespace', 'value'])) continue;
    const nameAt = item.field('namespace').required('the name of the parameter', "such as namespace: 'net.ipv4.tcp_keepalive_time'");
    const name = nameAt.string();
    const value = item.field('value').required('the value of the parameter', "such as value: '60'").text();
    if (name !== undefined && !SYSTEM_CONTROL.test(name)) {
      nameAt.fail('INVALID_VALUE', 'is no kernel parameter that a container can have', {
        allowed: 'names that begin with "net." or "fs.mqueue.", and those of System V IPC, such as "kernel.shmmax"',
      });
      continue;
    }
    if (name === undefined || value === undefined) continue;
    if (found.some(([other]) => other === name))
      nameAt.fail('DUPLICATE', `${displayValue(name)} is set twice`, { got: null, fix: 'remove one' });
    found.push([name, value]);
  }
  return found;
}

/** A path in a container, or in a file system. */
export function parseAbsolutePath(at: Reader): string | undefined {
  const path = at.string();
  if (path === undefined) return undefined;
  if (path.startsWith('/') && !path.includes(':') && !path.split('/').includes('..')) return path;
  return at.fail('INVALID_FORMAT', 'is no absolute path', { allowed: 'a path that begins with a slash, without ".." and colons' });
}

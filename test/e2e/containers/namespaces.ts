/**
 * Where an engine of containers works: namespaces of its own. Bridges, rules of the firewall, published ports and mounts are seen in
 * them alone, and the end of their process 1 is the end of every process in them.
 */

/** Arguments of unshare. If it is killed, so is the process that it has started. */
export const NAMESPACES = ['unshare', '--mount', '--ipc', '--pid', '--mount-proc', '--fork', '--kill-child=KILL'];

/** Commands of a shell in the new namespaces: what engines keep where all would share it. */
export const PRIVATE_DIRECTORIES = ['mount -t tmpfs -o mode=755 tmpfs /run', 'mount -t tmpfs -o mode=1777 tmpfs /dev/shm'];

/** containers.conf(5) and storage.conf(5), which stand in for those of /etc. */
export interface EngineFiles {
  readonly containers: string;
  readonly storage: string;
}

export interface EngineSettings {
  /** All that the engine keeps: containers, volumes, networks. */
  readonly directory: string;
  /** Images that are there already, which are only read. */
  readonly images?: string;
  /** The hard limits of this process: an engine cannot give more without CAP_SYS_RESOURCE, and its own default is more. */
  readonly limits: { readonly files: number; readonly processes: number };
}

export function engineFiles({ directory, images, limits }: EngineSettings): EngineFiles {
  return {
    containers: [
      '[engine]',
      // crun refuses machines with both versions of cgroups mounted.
      'runtime = "runc"',
      'cgroup_manager = "cgroupfs"',
      'events_logger = "file"',
      'network_backend = "netavark"',
      '[network]',
      `network_config_dir = ${JSON.stringify(`${directory}/networks`)}`,
      '[containers]',
      'log_driver = "k8s-file"',
      // Names of this machine are no names of the system.
      'base_hosts_file = "none"',
      `default_ulimits = ["nofile=${limits.files}:${limits.files}", "nproc=${limits.processes}:${limits.processes}"]`,
      '',
    ].join('\n'),
    storage: [
      '[storage]',
      'driver = "overlay"',
      `graphroot = ${JSON.stringify(`${directory}/storage`)}`,
      'runroot = "/run/containers/storage"',
      ...(images === undefined ? [] : ['[storage.options]', `additionalimagestores = [${JSON.stringify(images)}]`]),
      '',
    ].join('\n'),
  };
}

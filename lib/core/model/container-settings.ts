/** A directory that containers of a task mount. */
export type Volume =
  | { readonly name: string; readonly kind: 'empty' }
  | {
      readonly name: string;
      readonly kind: 'efs';
      readonly rootDirectory?: string;
      readonly accessPoint: boolean;
      readonly rootAccess: boolean;
    };

export interface Mount {
  /** The name of the volume. */
  readonly volume: string;
  readonly path: string;
  readonly readOnly: boolean;
}

/** What the tasks of a service have for their containers; absent: none, and the storage that every task has. */
export interface TaskStorage {
  /** Sorted by name. */
  readonly volumes?: readonly Volume[];
  readonly ephemeralStorageGiB?: number;
}

export interface Ulimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

/** A directory in memory. */
export interface Tmpfs {
  readonly path: string;
  readonly sizeMiB: number;
  readonly options: readonly string[];
}

/** Parameters of Linux beside the init process; each absent: none. */
export interface LinuxSettings {
  readonly tmpfs?: readonly Tmpfs[];
  readonly dropCapabilities?: readonly string[];
  readonly addCapabilities?: readonly string[];
}

/** What a container may have beside what all have; absent: the image's, or what ECS does by default. */
export interface ContainerOptions {
  readonly command?: readonly string[];
  readonly entryPoint?: readonly string[];
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly interactive?: true;
  readonly pseudoTerminal?: true;
  readonly dockerLabels?: Readonly<Record<string, string>>;
  readonly ulimits?: readonly Ulimit[];
  /** Names and values. */
  readonly systemControls?: readonly (readonly [name: string, value: string])[];
  readonly linux?: LinuxSettings;
  readonly mounts?: readonly Mount[];
  /** Whether it has files of environment variables, which the user's props hold. */
  readonly environmentFiles?: true;
  readonly gpuCount?: number;
  /** Whether it has a log driver of the user's, which may hold secrets. */
  readonly ownLogDriver?: true;
}

/** Settings of every container of the user's. */
export interface ContainerSettings extends ContainerOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly secretNames: readonly string[];
  readonly readonlyRootFilesystem: boolean;
  /** Whether an init process stands before its program. */
  readonly initProcess: boolean;
}

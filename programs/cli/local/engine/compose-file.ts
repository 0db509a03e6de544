import { stringify } from 'yaml';

/** What of a Compose file is written. https://github.com/compose-spec/compose-spec/blob/main/spec.md */
export interface ComposeFile {
  readonly name: string;
  /** Each container has an address of its own, and no pod around all. https://docs.podman.io/en/latest/markdown/podman-compose.1.html */
  readonly 'x-podman': { readonly in_pod: false };
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, object>>;
  readonly volumes: Readonly<Record<string, object>>;
}

export interface ComposeService {
  readonly container_name: string;
  readonly image: string;
  readonly build?: ComposeBuild;
  readonly pull_policy?: 'never';
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly working_dir?: string;
  readonly network_mode?: string;
  readonly networks?: Readonly<Record<string, { readonly aliases: readonly string[] }>>;
  readonly extra_hosts?: readonly string[];
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: ComposeCondition }>>;
  readonly healthcheck?: ComposeHealthCheck;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly init?: boolean;
  readonly volumes?: readonly string[];
  readonly mem_limit?: string;
  readonly restart?: 'on-failure';
  readonly stop_grace_period?: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ComposeBuild {
  readonly context: string;
  readonly dockerfile?: string;
  readonly target?: string;
  readonly args?: Readonly<Record<string, string>>;
}

export type ComposeCondition = 'service_started' | 'service_healthy' | 'service_completed_successfully';

export interface ComposeHealthCheck {
  readonly test: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly retries: number;
  readonly start_period: string;
}

/** A text that Compose takes as it is. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

export function writeCompose(file: ComposeFile, heading: readonly string[]): string {
  // No line is folded: what is copied out of it is whole.
  const body = stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
  return `${heading.map((line) => `# ${line}\n`).join('')}${body}`;
}

/** The file with these services alone, and those that they name: Compose tools take longer for more. */
export function partOf(file: ComposeFile, names: readonly string[]): ComposeFile {
  const kept = new Set<string>();
  const keep = (name: string): void => {
    const service = file.services[name];
    if (service === undefined || kept.has(name)) return;
    kept.add(name);
    for (const other of Object.keys(service.depends_on ?? {})) keep(other);
  };
  for (const name of names) keep(name);
  const services = Object.fromEntries(Object.entries(file.services).filter(([name]) => kept.has(name)));
  const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((each) => each.split(':')[0] ?? ''));
  const volumes = Object.fromEntries(Object.entries(file.volumes).filter(([name]) => mounted.includes(name)));
  return { ...file, services, volumes };
}

/** Names of services of which the second file has another definition than the first, or that it alone has. */
export function changedServices(before: ComposeFile, after: ComposeFile): readonly string[] {
  return Object.keys(after.services).filter((name) => JSON.stringify(before.services[name]) !== JSON.stringify(after.services[name]));
}

export function removedServices(before: ComposeFile, after: ComposeFile): readonly string[] {
  return Object.keys(before.services).filter((name) => after.services[name] === undefined);
}

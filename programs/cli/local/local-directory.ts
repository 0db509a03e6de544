import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LocalSystem, TaskSettings } from '../../local/local-system';
import { ISSUERS_DIRECTORY, SYSTEM_FILE, TASKS_DIRECTORY } from '../../local/local-system';
import type { ComposeFile } from './engine/compose-file';
import { writeCompose } from './engine/compose-file';
import { issuersName, makeIssuerFiles } from './issuers';
import type { LocalJob, LocalPlan } from './local-plan';

const HEADING = [
  'Written by `npx cdk-ecs-microservices local`: the tasks of the system, each in a network of its own.',
  'Compose runs it without that command, too: `docker compose up`.',
];

/** The directory of a local system: its Compose file, and what its containers read. */
export class LocalDirectory {
  constructor(readonly path: string) {}

  get composeFile(): string {
    return join(this.path, 'compose.yaml');
  }

  /** The Compose file that it has, if there is one. */
  get current(): ComposeFile | undefined {
    const kept = join(this.path, KEPT);
    return existsSync(kept) ? (JSON.parse(readFileSync(kept, 'utf8')) as ComposeFile) : undefined;
  }

  /** @param framework directory of the framework for custom resources of aws-cdk-lib */
  async write(plan: LocalPlan, programs: string, framework: string): Promise<void> {
    for (const directory of ['', 'system', join('system', TASKS_DIRECTORY)]) this.make(directory);
    // Nobody adds it to a repository by mistake.
    this.put('.gitignore', '*\n');
    for (const name of ['aws.js', 'task.js']) this.copy(join(programs, name), join('programs', name));
    for (const name of readdirSync(framework).filter((each) => each.endsWith('.js')))
      this.copy(join(framework, name), join('provider-framework', name));
    for (const [task, settings] of Object.entries(plan.tasks))
      this.put(join('system', TASKS_DIRECTORY, `${task}.json`), JSON.stringify(settings));
    for (const job of plan.jobs) {
      this.put(join('system', TASKS_DIRECTORY, `${job.task}.json`), JSON.stringify(IDLE));
      this.putJob(job);
    }
    await this.makeIssuers(plan.issuerHosts);
    this.put(join('system', SYSTEM_FILE), JSON.stringify(plan.system));
    this.put('compose.yaml', writeCompose(plan.compose, HEADING));
    this.put(KEPT, JSON.stringify(plan.compose));
  }

  /** The Compose file of a job's task. @param compose in place of the job's own. @returns its path */
  putJob(job: LocalJob, compose: ComposeFile = job.compose): string {
    this.put(
      `job-${job.name}.yaml`,
      writeCompose(compose, [`Written by \`npx cdk-ecs-microservices local\`: the task of the job ${job.name}.`]),
    );
    return join(this.path, `job-${job.name}.yaml`);
  }

  /** What the system is, as its container `aws` has read it; undefined: nothing of it is here. */
  get system(): LocalSystem | undefined {
    const file = join(this.path, 'system', SYSTEM_FILE);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LocalSystem) : undefined;
  }

  /** A Compose file beside that of the system: what comes next, of which nothing runs yet, or a part. @returns its path */
  writeNext(compose: ComposeFile): string {
    this.put('compose.next.yaml', writeCompose(compose, HEADING));
    return join(this.path, 'compose.next.yaml');
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
    // Of the last system that was there.
    try {
      rmdirSync(dirname(this.path));
    } catch {
      // There are others.
    }
  }

  /** Those that are there are trusted by Envoys that run. */
  private async makeIssuers(hosts: readonly string[]): Promise<void> {
    const shown = join('system', ISSUERS_DIRECTORY, `${issuersName(hosts)}.json`);
    const trusted = join(ISSUERS_DIRECTORY, `${issuersName(hosts)}.pem`);
    if (hosts.length === 0 || [shown, trusted].every((name) => existsSync(join(this.path, name)))) return;
    for (const name of [shown, trusted]) this.make(dirname(name));
    const { identities, authorities } = await makeIssuerFiles(hosts);
    this.put(shown, JSON.stringify(identities));
    this.put(trusted, authorities);
  }

  /** As a whole, so that nobody reads a half of it; unless it is there already, which nobody has to notice. */
  private put(name: string, content: string): void {
    const file = join(this.path, name);
    if (existsSync(file) && readFileSync(file, 'utf8') === content) return;
    writeFileSync(`${file}.new`, content);
    chmodSync(`${file}.new`, 0o644);
    renameSync(`${file}.new`, file);
  }

  private copy(from: string, to: string): void {
    this.make(dirname(to));
    cpSync(from, join(this.path, to));
    chmodSync(join(this.path, to), 0o644);
  }

  /** For the user of the containers, too, whatever the mask of this process. */
  private make(name: string): void {
    mkdirSync(join(this.path, name), { recursive: true });
    chmodSync(join(this.path, name), 0o755);
  }
}

/** Of a task that nobody calls. */
const IDLE: TaskSettings = { applicationPorts: [], standIns: [], relays: [] };

const KEPT = 'compose.json';

import { createHash } from 'node:crypto';
import { JOB_RUN_RESOURCE } from '../../../lib/core/contract/job-run';
import { CloudMap } from '../../emulator/aws/cloud-map';
import { AwsEmulator } from '../../emulator/aws/emulator';
import type { TaskIdentity } from '../../emulator/aws/endpoint';
import { Deployment } from '../../emulator/deployment/deployment';
import { withoutConditions } from '../../emulator/deployment/conditions';
import { taskIdentity, zoneOf } from '../../emulator/deployment/task-identity';
import type { KnownValues, Template } from '../../emulator/template/intrinsics';
import { isObject, Resolver } from '../../emulator/template/intrinsics';
import { readRun, readTemplate } from '../../emulator/template/read-template';
import type { ServiceModel, System } from '../../emulator/template/system';
import type { LocalJobTask, LocalSystem, LocalTask } from '../local-system';
import type { Log } from '../log';
import { messageOf } from '../log';

/** A task of the system that is deployed. */
export interface KnownTask extends Omit<LocalTask, 'service'> {
  readonly model: ServiceModel;
  /** Its availability zone. */
  readonly zone: string;
}

/** How it stands with the file of the system. */
export interface DeploymentStatus {
  /** SHA-256 of the file that is deployed, in hexadecimal digits; null: none yet. */
  readonly deployed: string | null;
  /** Why a newer file is not deployed; null: there is none. */
  readonly error: string | null;
}

interface Account {
  readonly place: string;
  readonly aws: AwsEmulator;
  readonly deployment: Deployment;
  readonly cloudMap: CloudMap;
}

interface Deployed {
  readonly system: LocalSystem;
  readonly model: System;
  readonly tasks: ReadonlyMap<string, KnownTask>;
}

/** How many calls, and lines of logs, of each kind are remembered: a system may run for weeks. */
const REMEMBERED = 1000;

/** The system that is deployed at the moment, in an account of its own. */
export class DeployedSystem {
  private account: Account | undefined;
  private current: Deployed | undefined;
  private state: DeploymentStatus = { deployed: null, error: null };
  private last: Promise<void> = Promise.resolve();

  /**
   * @param frameworkDirectory where the CDK's framework for custom resources is; undefined: in the package aws-cdk-lib
   * @param changed told of each template that is deployed
   */
  constructor(
    private readonly frameworkDirectory: string | undefined,
    private readonly log: Log,
    private readonly changed: () => Promise<void>,
  ) {}

  get status(): DeploymentStatus {
    return this.state;
  }

  /** Undefined before the first deployment. */
  get aws(): AwsEmulator | undefined {
    return this.current === undefined ? undefined : this.account?.aws;
  }

  get cloudMap(): CloudMap | undefined {
    return this.account?.cloudMap;
  }

  /** The resources that exist. */
  get template(): Template | undefined {
    return this.account?.deployment.template;
  }

  /** What they are called. */
  get values(): KnownValues {
    return this.account?.deployment.values ?? {};
  }

  get place(): { readonly region: string; readonly account: string } | undefined {
    return this.current?.model;
  }

  get system(): LocalSystem | undefined {
    return this.current?.system;
  }

  /** The ECS services of the template. */
  get services(): readonly ServiceModel[] {
    return this.current?.model.services ?? [];
  }

  task(id: string): KnownTask | undefined {
    return this.current?.tasks.get(id);
  }

  identity(id: string): TaskIdentity | undefined {
    const { account, current } = this;
    const task = current?.tasks.get(id);
    if (account === undefined || current === undefined || task === undefined) return undefined;
    return taskIdentity(account.deployment, current.model, { id, service: task.model, zone: task.zone });
  }

  /** Deploys what a file says over what is there, after those that came before. What cannot be deployed changes nothing. */
  async take(content: string): Promise<void> {
    this.last = this.last.then(async () => this.deploy(content));
    return this.last;
  }

  /** The file cannot be read. */
  failed(why: string): void {
    if (this.state.error === why) return;
    this.log(`${why}${this.stays()}`);
    this.state = { ...this.state, error: why };
  }

  close(): void {
    this.account?.cloudMap.close();
    this.account?.aws.close();
  }

  private async deploy(content: string): Promise<void> {
    const hash = createHash('sha256').update(content).digest('hex');
    if (hash === this.state.deployed) {
      this.state = { ...this.state, error: null };
      return;
    }
    const begun = Date.now();
    try {
      const system = parsed(content);
      // What cannot be understood is found before anything has changed.
      const expected = readTemplate(withoutConditions(system.template, system.values), system.values);
      for (const task of system.tasks) knownTask(task, expected);
      const account = (this.account ??= this.open(system.values));
      if (placeOf(system.values) !== account.place)
        throw new Error(`its account and Region are ${placeOf(system.values)}, and not ${account.place} as before: start the system anew`);
      await account.deployment.deploy(system.template, { known: system.values });
      const { template, values } = account.deployment;
      const model = readTemplate(template, values);
      const jobs = (system.jobs ?? []).map((task): KnownTask => ({
        ...task,
        ...jobTask(task, template, values),
        zone: zoneOf(model.region, 1),
      }));
      const tasks = new Map([...system.tasks.map((task) => knownTask(task, model)), ...jobs].map((task) => [task.id, task]));
      account.cloudMap.services = model.discovery;
      this.current = { system, model, tasks };
      await this.changed();
      this.state = { deployed: hash, error: null };
      this.log(`deployed ${hash.slice(0, 12)}: ${system.tasks.length} tasks, in ${Date.now() - begun} ms`);
    } catch (error) {
      this.failed(`the system ${hash.slice(0, 12)} is not deployed: ${messageOf(error)}`);
    }
  }

  private open(values: KnownValues): Account {
    const place = placeOf(values);
    const aws = new AwsEmulator(place, REMEMBERED);
    aws.tasks.failure = { reason: 'a local system runs the tasks of its services, and no others' };
    const deployment = new Deployment(aws, values, {
      ...(this.frameworkDirectory === undefined ? {} : { frameworkDirectory: this.frameworkDirectory }),
      // The containers of jobs are run by whoever runs those of the services.
      idle: [JOB_RUN_RESOURCE],
      takesAnyType: true,
    });
    const cloudMap = new CloudMap([]);
    aws.connect(cloudMap);
    return { place, aws, deployment, cloudMap };
  }

  private stays(): string {
    return this.state.deployed === null ? '' : `; ${this.state.deployed.slice(0, 12)} stays`;
  }
}

function parsed(content: string): LocalSystem {
  let system: unknown;
  try {
    system = JSON.parse(content);
  } catch (error) {
    throw new Error(`it is no JSON: ${messageOf(error)}`, { cause: error });
  }
  const { template, values, tasks, edges }: Readonly<Record<string, unknown>> = isObject(system) ? system : {};
  if (!isObject(template) || !isObject(values) || !Array.isArray(tasks) || !Array.isArray(edges))
    throw new Error('it has no template, values, tasks and edges');
  return system as LocalSystem;
}

function placeOf(values: KnownValues): string {
  const resolver = new Resolver({}, values);
  return `${resolver.text({ Ref: 'AWS::Region' })}:${resolver.text({ Ref: 'AWS::AccountId' })}`;
}

/** As RunTask finds the newest revision of its task definition. */
function jobTask({ id, taskDefinition }: LocalJobTask, template: Template, values: KnownValues): Pick<KnownTask, 'model'> {
  const key = Object.keys(template.Resources ?? {})
    .filter((each) => each.split('~')[0] === taskDefinition)
    .at(-1);
  if (key === undefined) throw new Error(`task ${id}: the template has no task definition ${taskDefinition}`);
  return { model: readRun(template, values, { taskDefinition: key, securityGroups: [] }) };
}

function knownTask(task: LocalTask, { services, region }: System): KnownTask {
  // What has replaced a resource has another key.
  const found = services.find(({ logicalId }) => logicalId.split('~')[0] === task.service);
  if (found === undefined)
    throw new Error(
      `task ${task.id}: the template has no service ${task.service}, but ${services.map((each) => each.logicalId).join(', ')}`,
    );
  const number = Number(/\d+$/.exec(task.id)?.[0] ?? 1);
  return { ...task, model: found, zone: zoneOf(region, number) };
}

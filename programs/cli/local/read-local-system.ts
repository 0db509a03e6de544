import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { CloudAssembly, UNKNOWN_ACCOUNT, UNKNOWN_REGION } from 'aws-cdk-lib/cx-api';
import { JOB_RUN_RESOURCE, JOB_TAG } from '../../../lib/core/contract/job-run';
import type { SystemDescription, WorkloadDescription } from '../../../lib/core/description/system-description';
import { isObject } from '../../../lib/core/readable/json';
import { readEnvironment } from '../../../lib/core/readable/readable-environment';
import { flatten } from '../../emulator/assembly/flatten';
import { AwsEmulator } from '../../emulator/aws/emulator';
import { Deployment } from '../../emulator/deployment/deployment';
import type { KnownValues } from '../../emulator/template/intrinsics';
import { readRun, readTemplate } from '../../emulator/template/read-template';
import type { ServiceModel, System } from '../../emulator/template/system';
import type { Resource, Template } from '../../emulator/template/template';
import { stacksOf } from '../assembly/stacks-of-system';
import { Trouble } from '../trouble';

/** A system as its last `cdk synth` has written it, with everything resolved that a deployment would resolve. */
export interface SynthesizedSystem {
  readonly description: SystemDescription;
  /** Of the cloud assembly in which its stacks are. */
  readonly directory: string;
  readonly template: Template;
  readonly values: KnownValues;
  readonly model: System;
  /** Without jobs. */
  readonly workloads: readonly SynthesizedWorkload[];
  readonly jobs: readonly SynthesizedJob[];
}

export interface SynthesizedWorkload {
  readonly description: WorkloadDescription;
  readonly service: ServiceModel;
  /** Where its application listens; the first is what the service itself is called at. */
  readonly ports: readonly ApplicationPort[];
  /** Whether its role lets it send messages to connections of a WebSocket API. */
  readonly managesConnections: boolean;
}

/** Its service is none: tasks run to their end. */
export interface SynthesizedJob extends SynthesizedWorkload {
  /** Whether a deployment runs it before services change. */
  readonly beforeDeployment: boolean;
}

export interface ApplicationPort {
  readonly port: number;
  readonly protocol: 'http' | 'http2' | 'grpc' | 'tcp';
}

/** The configurations of the Envoys of a task, of which there is one. */
export function envoysOf({ service: { task } }: SynthesizedWorkload): readonly unknown[] {
  return task.containers.flatMap(({ environment }) => {
    const variables = Object.entries(environment).map(([Name, Value]) => ({ Name, Value }));
    return readEnvironment(variables)?.config.envoy ?? [];
  });
}

/** All that stands under a name in something, wherever that is. */
export function valuesIn(content: unknown, name: string): readonly unknown[] {
  if (Array.isArray(content)) return content.flatMap((each) => valuesIn(each, name));
  if (!isObject(content)) return [];
  return Object.entries(content).flatMap(([key, value]) => (key === name ? [value] : valuesIn(value, name)));
}

/** Where a stack is for no account in particular. */
const PLACE = { region: 'us-east-1', account: '123456789012' };

/**
 * @throws Trouble if the stacks of the system cannot be run by what they say
 */
export async function readLocalSystem(app: string, description: SystemDescription): Promise<SynthesizedSystem> {
  if (description.mesh.provider !== 'envoy')
    throw new Trouble(`the mesh of ${description.path} is ${description.mesh.provider}, which needs AWS's own control plane`, {
      fix: 'run systems of Mesh.envoy() locally',
    });
  const { directory, stackName } = stackOf(app, description);
  const assembly = new CloudAssembly(directory, { skipVersionCheck: true, skipEnumCheck: true });
  const values = valuesOf(assembly.stacks.find((each) => each.stackName === stackName));
  const { template, model, mayManage, jobOf } = await deployed(assembly, values);
  const workloads = description.workloads
    .filter(({ job }) => !job)
    .map((workload) => {
      const service = serviceOf(workload, model, description.path);
      const ports = portsOf(workload, description);
      return { description: workload, service, ports, managesConnections: mayManage(service.task.role) };
    });
  const jobs = description.workloads
    .filter(({ job }) => job)
    .map((workload): SynthesizedJob => {
      const service = jobOf(workload.name);
      const before = Object.values(template.Resources ?? {}).some(
        ({ Type: type, Properties: { Job: job } = {} }) => type === JOB_RUN_RESOURCE && job === workload.name,
      );
      return { description: workload, service, ports: [], managesConnections: mayManage(service.task.role), beforeDeployment: before };
    });
  return { description, directory, template, values, model, workloads, jobs };
}

/** What templates of the account and Region of a stack are right for. */
function valuesOf(stack: CloudFormationStackArtifact | undefined): KnownValues {
  const { account, region } = stack?.environment ?? { account: UNKNOWN_ACCOUNT, region: UNKNOWN_REGION };
  return {
    'AWS::Region': region === UNKNOWN_REGION ? PLACE.region : region,
    'AWS::AccountId': account === UNKNOWN_ACCOUNT ? PLACE.account : account,
    'AWS::StackName': 'local',
  };
}

interface DeployedModel {
  readonly template: Template;
  readonly model: System;
  /** Whether a role has statements for connections of WebSocket APIs. */
  readonly mayManage: (role: string | undefined) => boolean;
  /** What a task of a job is, by the job's name. */
  readonly jobOf: (name: string) => ServiceModel;
}

/** The same names and ARNs as in the container `aws`, which deploys the same template. */
async function deployed(assembly: CloudAssembly, values: KnownValues): Promise<DeployedModel> {
  const aws = new AwsEmulator(`${values['AWS::Region'] ?? ''}:${values['AWS::AccountId'] ?? ''}`);
  try {
    const template = flatten(assembly);
    // As in the container `aws`.
    const deployment = new Deployment(aws, values, { idle: [JOB_RUN_RESOURCE], takesAnyType: true });
    await deployment.deploy(template);
    const mayManage = (role: string | undefined): boolean =>
      deployment
        .principal('task', role)
        .statements()
        .some(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes('execute-api:ManageConnections'));
    const jobOf = (name: string): ServiceModel => {
      const found = Object.entries(deployment.template.Resources ?? {}).filter(([, resource]) => isTaskOf(name, resource));
      const [[taskDefinition] = [], another] = found;
      if (taskDefinition === undefined || another !== undefined)
        throw new Trouble(`${found.length} task definitions of the template are of the job "${name}"`, {
          fix: 'run `npx cdk synth` again, and name the system with --stack if the app has several',
        });
      return readRun(deployment.template, deployment.values, { taskDefinition, securityGroups: [] });
    };
    return { template, model: readTemplate(deployment.template, deployment.values), mayManage, jobOf };
  } catch (error) {
    throw new Trouble(`${assembly.directory} cannot be run locally: ${error instanceof Error ? error.message : String(error)}`, {
      fix: 'run `npx cdk synth` again; if that does not help, please report this with the template',
    });
  } finally {
    aws.close();
  }
}

function isTaskOf(job: string, { Type: type, Properties: { Tags: tags } = {} }: Resource): boolean {
  const has = (tag: unknown): boolean => isObject(tag) && tag['Key'] === JOB_TAG && tag['Value'] === job;
  return type === 'AWS::ECS::TaskDefinition' && Array.isArray(tags) && tags.some(has);
}

function serviceOf({ name }: WorkloadDescription, { services }: System, path: string): ServiceModel {
  const [service, another] = services.filter(({ aliases }) => aliases.includes(name));
  if (service !== undefined && another === undefined) return service;
  throw new Trouble(`${path}: ${service === undefined ? 'no ECS service' : 'more than one ECS service'} of the template is "${name}"`, {
    fix: 'run `npx cdk synth` again, and name the system with --stack if the app has several',
  });
}

function portsOf({ service: name }: WorkloadDescription, { services }: SystemDescription): readonly ApplicationPort[] {
  // That of a gateway is none.
  if (name === undefined) return [];
  return services
    .filter((each) => each.name === name || each.portOf === name)
    .sort((a, b) => Number(a.portOf !== undefined) - Number(b.portOf !== undefined))
    .flatMap(({ port, protocol }) => (port === undefined ? [] : [{ port, protocol }]));
}

/** A stage has a cloud assembly of its own, in that of the app. */
function stackOf(app: string, system: SystemDescription): { readonly directory: string; readonly stackName: string } {
  const [own] = stacksOf(system, app);
  if (own !== undefined) return { directory: own.directory, stackName: own.stack.name };
  throw new Trouble(`${app} has no stack of the system ${system.path}`, { fix: 'run `npx cdk synth` again' });
}

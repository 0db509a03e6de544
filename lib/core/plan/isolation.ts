import type { Warning } from '../model/topology';
import type { SystemPlan } from './system-plan';

/** What the finished stack shows of tasks in subnets with no way out of their VPC. */
export interface Isolation {
  /** Where the VPC stands in the props. */
  readonly path: string;
  /** The images of each container. */
  readonly images: readonly TaskImage[];
  /** Names of VPC endpoints of the VPC, such as `com.amazonaws.eu-central-1.ecr.api`; absent: there is one whose name is not known. */
  readonly endpoints?: readonly string[];
}

export interface TaskImage {
  readonly task: string;
  readonly container: string;
  /** As the task definition has it, with whatever stands for tokens. */
  readonly image: string;
}

/**
 * Registries on the internet by which people name images; ECR Public is one of them. One that is not here may be in the VPC itself.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
 */
const PUBLIC_REGISTRIES = ['public.ecr.aws', 'docker.io', 'index.docker.io', 'ghcr.io', 'quay.io', 'registry.k8s.io', 'mcr.microsoft.com'];
/** Google's, of which there is one for each region. */
const GOOGLE = /^([\w-]+\.)?(gcr\.io|pkg\.dev)$/;

/** What tasks in such subnets cannot do. */
export function isolationWarnings(plan: SystemPlan, { path, images, endpoints }: Isolation): readonly Warning[] {
  const unreachable = images.filter(({ image }) => isPublic(registryOf(image)));
  const missing = endpoints === undefined ? [] : wanted(plan, images).filter(({ name }) => !endpoints.some((each) => isOf(each, name)));
  const where = 'tasks stand in isolated subnets, from which nothing leads to the internet';
  const outOfReach: Warning = {
    id: 'images-out-of-reach',
    path,
    message:
      `${where}, so these images cannot be pulled: ` +
      `${byImage(unreachable).join('; ')}. No VPC endpoint leads to ` +
      'Amazon ECR Public or to another public registry. ' +
      'Take them from Amazon ECR (a copy, or a pull through cache), or use subnets with a NAT gateway',
  };
  const withoutEndpoints: Warning = {
    id: 'vpc-endpoints-missing',
    path,
    message:
      `${where}, and the VPC has no endpoints for these AWS services: ` +
      `${missing.map(({ name, why }) => `${name} (${why})`).join(', ')}. ` +
      'Add them, open to the tasks on port 443, or use subnets with a NAT gateway',
  };
  return [...(unreachable.length === 0 ? [] : [outOfReach]), ...(missing.length === 0 ? [] : [withoutEndpoints])];
}

function isPublic(registry: string): boolean {
  return PUBLIC_REGISTRIES.includes(registry) || GOOGLE.test(registry);
}

/** https://pkg.go.dev/github.com/distribution/reference: the first part is a host if it looks like one, and else Docker Hub's. */
function registryOf(image: string): string {
  const [host = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(host) || host === 'localhost') ? host : 'docker.io';
}

function byImage(images: readonly TaskImage[]): readonly string[] {
  return [...new Set(images.map(({ image }) => image))].sort().map((image) => {
    const holders = images.filter((each) => each.image === image).map(({ task, container }) => `${container} of "${task}"`);
    const shown = holders.slice(0, 3).join(', ');
    return `${image} (${shown}${holders.length > 3 ? ` and ${holders.length - 3} more` : ''})`;
  });
}

function isOf(endpoint: string, name: string): boolean {
  return endpoint.endsWith(`.${name}`) || endpoint.endsWith(`.${name}-fips`);
}

interface WantedEndpoint {
  /** The last part of its name. */
  readonly name: string;
  readonly why: string;
}

/**
 * Endpoints without which a task does not start, or does less. What the applications ask of AWS is not known here.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
 * https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
function wanted({ workloads }: SystemPlan, images: readonly TaskImage[]): readonly WantedEndpoint[] {
  const some = (found: boolean, ...endpoints: readonly WantedEndpoint[]): readonly WantedEndpoint[] => (found ? endpoints : []);
  const pulled = images.some(({ image }) => image.includes('.dkr.ecr.'));
  const agents = workloads.some(({ containers }) => containers.some(({ role }) => role === 'agent'));
  return [
    ...some(
      pulled,
      { name: 'ecr.api', why: 'images' },
      { name: 'ecr.dkr', why: 'images' },
      { name: 's3', why: 'their layers, by a gateway endpoint' },
    ),
    { name: 'logs', why: 'logs' },
    ...some(
      workloads.some(({ identity }) => identity !== undefined),
      { name: 'kms', why: 'proofs of identity' },
      { name: 'lambda', why: 'certificates' },
    ),
    ...some(agents, { name: 'servicediscovery', why: 'tasks that leave' }),
    ...some(
      workloads.some(({ discovers }) => discovers.length > 0),
      { name: 'data-servicediscovery', why: 'lists of tasks' },
    ),
    ...some(
      workloads.some(({ weightedCallees = [] }) => weightedCallees.length > 0),
      { name: 'ssm', why: 'weights of versions' },
    ),
    ...some(
      workloads.some(({ traced }) => traced),
      { name: 'xray', why: 'traces' },
    ),
    ...some(
      workloads.some(({ sizing }) => sizing.enableExecuteCommand),
      { name: 'ssmmessages', why: 'ECS Exec' },
    ),
    ...some(
      workloads.some(({ endpoint }) => endpoint !== undefined),
      { name: 'appmesh-envoy-management', why: 'App Mesh' },
    ),
  ];
}

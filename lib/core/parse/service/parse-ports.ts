import { checkLabel } from '../../reading/check-label';
import { defined } from '../../defined';
import { displayValue } from '../../reading/input';
import { defaultCallPolicy } from '../../model/defaults';
import { inboundPortOfName } from '../../model/service-ports';
import type { OpenPort } from '../../model/topology';
import type { TaskFootprint } from '../../model/task-footprint';
import type { Reader } from '../../reading/reader';
import { parseAllow } from '../security/parse-allow';
import type { NamedCallers } from '../security/parse-allow';
import { CALL_POLICY_FIELDS, parseCallPolicy } from '../traffic/parse-call-policy';
import { SERVICE_POLICY_FIELDS, parseServicePolicy } from '../traffic/parse-service-policy';
import { checkOpenTo } from '../workload/check-open-to';
import { parsePort } from '../workload/parse-port';
import { footprintWith } from './parse-load-balancer-target';
import { parseGrpcApi } from './parse-grpc-api';
import type { DraftService } from './parse-service';
import { parseProtocol, parseVirtualPort } from './parse-service';

export const PORT_FIELDS = [
  'port',
  'protocol',
  'virtualPort',
  'grpcApi',
  'allow',
  'openTo',
  ...CALL_POLICY_FIELDS,
  ...SERVICE_POLICY_FIELDS,
] as const;

export interface Ports {
  /** Virtual services. */
  readonly drafts: readonly DraftService[];
  readonly open: readonly OpenPort[];
  /** All numbers on which the application listens, beside the first. */
  readonly numbers: readonly number[];
}

const NONE: Ports = { drafts: [], open: [], numbers: [] };

/** The ports of a service beside `port`. */
export function parsePorts(service: DraftService, footprint: TaskFootprint): Ports {
  const at = service.at.field('ports');
  if (at.absent) return NONE;
  if (service.port === undefined && service.at.field('port').absent)
    service.at.field('port').fail('MISSING', 'a service with ports needs a first one', {
      fix: 'set port to that which others call by the name of the service',
    });
  if (service.versions !== undefined)
    at.fail('CONFLICT', 'callers divide their calls among the versions of a service by its name, which stands for its first port alone', {
      got: null,
      fix: 'leave versions out, or ports',
    });
  const taken = new Map<number, string>(service.port === undefined ? [] : [[service.port, 'the application']]);
  const inbound = new Map<number, string>();
  const found = [...at.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, item]) => parseOne(service, name, item, { footprint, taken, inbound }) ?? []);
  return {
    drafts: found.flatMap(({ draft }) => draft ?? []),
    open: found.flatMap(({ open }) => open ?? []),
    numbers: [...taken.keys()].filter((port) => found.some((each) => each.port === port)),
  };
}

interface Task {
  readonly footprint: TaskFootprint;
  /** Ports of the task, and who listens there. */
  readonly taken: Map<number, string>;
  /** Ports of Envoy for these ports. */
  readonly inbound: Map<number, string>;
}

interface ParsedPort {
  readonly port: number;
  readonly draft?: DraftService;
  readonly open?: OpenPort;
}

function parseOne(service: DraftService, name: string, at: Reader, { footprint, taken, inbound }: Task): ParsedPort | undefined {
  checkLabel(name, at, 'a port');
  at.required('an object with at least port', 'such as { port: 9090, protocol: Protocol.GRPC }');
  if (!at.checkFields(PORT_FIELDS)) return undefined;
  const port = parsePort(
    at.field('port').required('the port on which the application listens', 'such as port: 9090'),
    footprintWith(service.loadBalancerTarget, footprint),
    1,
  );
  const owner = port === undefined ? undefined : taken.get(port);
  if (owner !== undefined)
    at.field('port').fail('PORT_CLASH', `${owner} of this task already listens on port ${String(port)}`, { fix: 'choose another port' });
  if (port !== undefined) taken.set(port, `the port "${name}"`);
  if (!at.field('openTo').absent) {
    checkOpen(at);
    return port === undefined ? undefined : { port, open: { name, port } };
  }
  const inboundPort = inboundPortOfName(name);
  const listener = [...taken, ...service.extraContainers.flatMap(({ ports }) => ports.map((each) => [each, ''] as const))].find(
    ([each]) => each === inboundPort,
  );
  if (listener !== undefined)
    at.fail(
      'PORT_CLASH',
      `Envoy takes the calls of ${displayValue(name)} on port ${inboundPort}, on which a container of this task listens`,
      {
        got: null,
        fix: 'give the port another name, from which the number comes, or let the container listen elsewhere',
      },
    );
  const other = inbound.get(inboundPort);
  if (other !== undefined)
    at.fail('NAME_CLASH', `Envoy would take the calls of "${other}" and of ${displayValue(name)} on one port, which comes from the name`, {
      got: null,
      fix: 'give one of the two another name',
    });
  inbound.set(inboundPort, name);
  const protocol = parseProtocol(at.field('protocol'));
  const namedCallers: NamedCallers[] = [];
  const virtualPort = parseVirtualPort(at, footprint, protocol, port);
  const { cpu, memoryMiB, architecture, enableExecuteCommand, capacityProviders } = service;
  const draft: DraftService = {
    at,
    name: `${service.name}-${name}`,
    path: at.path,
    additionalPort: { service: service.name, name, inboundPort },
    protocol,
    port: port ?? 0,
    virtualPort: virtualPort ?? 0,
    // Its tasks are the service's: whoever counts them looks there.
    ...{ cpu, memoryMiB, architecture, enableExecuteCommand, capacityProviders },
    ...defined({ desiredCount: service.desiredCount, scaling: service.scaling, group: service.group }),
    environment: {},
    secretNames: [],
    readonlyRootFilesystem: false,
    initProcess: service.initProcess,
    startupTimeoutSeconds: service.startupTimeoutSeconds,
    stopTimeoutSeconds: service.stopTimeoutSeconds,
    extraContainers: [],
    calls: [],
    rules: parseAllow(at.field('allow'), protocol),
    grpcApi: parseGrpcApi(at.field('grpcApi'), protocol),
    callPolicy: { ...defaultCallPolicy(protocol), ...parseCallPolicy(at, protocol) },
    policy: parseServicePolicy(at, protocol, namedCallers),
    namedCallers,
    overrides: [],
  };
  return { port: port ?? 0, draft };
}

/** What is opened past Envoy has nothing that Envoy does. */
function checkOpen(at: Reader): void {
  checkOpenTo(at.field('openTo'), { nobody: 'the port would be open to nobody', fix: 'leave openTo out, or list who may connect' });
  for (const field of PORT_FIELDS) {
    if (field === 'port' || field === 'openTo' || at.field(field).absent) continue;
    at.field(field).fail('CONFLICT', 'a port with openTo is opened past Envoy, which does nothing there', {
      got: null,
      fix: `remove ${field}, or openTo`,
    });
  }
}

/** A service, and the virtual services of its other ports. */
export function withPorts(draft: DraftService, footprint: TaskFootprint): readonly DraftService[] {
  const { drafts, open, numbers } = parsePorts(draft, footprint);
  const own = {
    ...draft,
    ...(numbers.length === 0 ? {} : { otherPorts: [...numbers].sort((a, b) => a - b) }),
    ...(open.length === 0 ? {} : { openPorts: open }),
  };
  return [own, ...drafts];
}

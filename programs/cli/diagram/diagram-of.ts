import type {
  EdgeDescription,
  ServiceDescription,
  ShiftDescription,
  SystemDescription,
  WorkloadDescription,
} from '../../../lib/core/description/system-description';
import { nameOfProtocol, type Box, type Call, type Diagram, type Owner } from './diagram';
import { routeLines } from './route-lines';

/** What a description says, as boxes and lines. */
export function diagramOf(system: SystemDescription): Diagram {
  const owners = ownersOf(system);
  const placed = (stack: string | undefined) => (owners.length === 0 ? {} : { owner: stack ?? system.path });
  const clientGateway = system.workloads.find((workload) => workload.clientGateway);
  return {
    title: system.name,
    owners,
    boxes: [
      ...system.clients.map(({ name, calls }): Box => {
        return { id: `client ${name}`, kind: 'client', name, caption: 'client outside of the mesh', lines: [`calls ${calls.join(', ')}`] };
      }),
      ...system.edges.map((edge): Box => ({ ...edgeBox(edge), ...placed(edge.stack) })),
      ...system.workloads.flatMap((workload): readonly Box[] =>
        workload.service === undefined ? [{ ...gatewayBox(workload), ...placed(workload.stack) }] : [],
      ),
      ...system.services.map((service): Box => ({ ...serviceBox(service), ...placed(service.stack) })),
      ...system.external.map(({ name, host, port, protocol, tls }): Box => {
        const address = typeof host === 'string' ? host : '(host known to CloudFormation)';
        const caption = `external · ${nameOfProtocol(protocol)}${tls ? ' · TLS' : ''}`;
        return { id: `external ${name}`, kind: 'external', name, caption, lines: [`${address}:${port}`] };
      }),
    ],
    calls: [
      ...(clientGateway === undefined
        ? []
        : system.clients.map(({ name }): Call => {
            return { from: `client ${name}`, to: `gateway ${clientGateway.name}`, protocol: 'http', routes: [] };
          })),
      ...system.edges.map(({ name, gateway }): Call => ({ from: `edge ${name}`, to: `gateway ${gateway}`, protocol: 'http', routes: [] })),
      ...system.services.flatMap((service) => callsOfGateways(service, system)),
      ...system.services.flatMap((service) => callsOf(service, system)),
    ],
  };
}

function ownersOf({ path, stacks, services, workloads, edges }: SystemDescription): readonly Owner[] {
  if (stacks.length === 0) return [];
  const hasOwn = [...services, ...workloads, ...edges].some(({ stack }) => stack === undefined);
  return [
    // A path has a slash in it, which no name of a group has.
    ...(hasOwn ? [{ name: path, caption: 'stack of the system' }] : []),
    ...stacks.map(({ name, kind }) => ({ name, caption: kind === 'stack' ? 'stack' : 'nested stack' })),
  ];
}

const EDGES: Readonly<Partial<Record<string, string>>> = {
  http: 'HTTP API',
  rest: 'REST API',
  webSocket: 'WebSocket API',
  alb: 'Application Load Balancer',
};

function edgeBox(edge: EdgeDescription): Box {
  const { name, kind, domain, basePath = '' } = edge;
  const place = typeof domain === 'string' ? [`${domain}${basePath === '' ? '' : `/${basePath}`}`] : [];
  const { shown, all } = routeLines(edge);
  const caption = `edge · ${EDGES[kind] ?? kind}`;
  return { id: `edge ${name}`, kind: 'edge', name, caption, lines: [...place, ...shown], allLines: [...place, ...all] };
}

function gatewayBox({ name, clientGateway }: WorkloadDescription): Box {
  const caption = clientGateway ? 'gateway of clients · Envoy' : 'gateway · Envoy';
  return { id: `gateway ${name}`, kind: 'gateway', name, caption, lines: [] };
}

function serviceBox(service: ServiceDescription): Box {
  const { name, kind, portOf, protocol, versions = [], shift, mirror, webSockets } = service;
  const sum = versions.reduce((total, { weight }) => total + weight, 0);
  const lines = [
    ...versions.map((version) => `${version.name} ${sum === 0 ? '0' : share(version.weight / sum)} %`),
    ...(shift === undefined ? [] : [stepsOf(shift)]),
    ...(mirror === undefined ? [] : [`copies of ${share(mirror.percent / 100)} % to ${mirror.version}`]),
  ];
  const takesCalls = kind === 'service' || kind === 'port';
  const words = kind === 'port' ? `port of ${portOf ?? ''}` : kind;
  const caption = [words, ...(takesCalls ? [nameOfProtocol(protocol)] : []), ...(webSockets ? ['WebSockets'] : [])].join(' · ');
  return { id: `service ${name}`, kind, name, caption, lines };
}

/** How its calls go from version to version. */
function stepsOf({ firstStep, nextSteps, secondsPerStep }: ShiftDescription): string {
  const steps = firstStep === nextSteps || firstStep === 100 ? `${firstStep} %` : `${firstStep} %, then ${nextSteps} %`;
  return `shifts by ${steps}, every ${secondsPerStep / 60} min`;
}

function share(part: number): string {
  return String(Math.round(part * 10_000) / 100);
}

function callsOfGateways({ name, protocol, gateways }: ServiceDescription, { edges }: SystemDescription): readonly Call[] {
  return gateways.map((gateway) => {
    const routes = edges
      .filter((edge) => edge.gateway === gateway)
      .flatMap((edge) => edge.routes.filter(({ target }) => target.services.includes(name)).map(({ key }) => key));
    return { from: `gateway ${gateway}`, to: `service ${name}`, protocol, routes };
  });
}

function callsOf(service: ServiceDescription, { services, external }: SystemDescription): readonly Call[] {
  const from = `service ${service.name}`;
  const protocolOf = (name: string) => services.find((each) => each.name === name)?.protocol ?? 'http';
  const protocolOutside = (name: string) => external.find((each) => each.name === name)?.protocol ?? 'http';
  return [
    ...service.calls.map((name): Call => ({ from, to: `service ${name}`, protocol: protocolOf(name), routes: [] })),
    ...service.callsExternal.map((name): Call => ({ from, to: `external ${name}`, protocol: protocolOutside(name), routes: [] })),
    ...(service.portOf === undefined ? [] : [{ from, to: `service ${service.portOf}`, routes: [] }]),
  ];
}

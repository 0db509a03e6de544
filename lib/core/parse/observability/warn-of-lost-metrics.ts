import type { Topology, Service, Warning } from '../../model/topology';

type Settings = Pick<Topology, 'services' | 'certificates' | 'observability' | 'logDriver'>;

/**
 * Agents write their metrics into their logs, of which CloudWatch Logs makes them. A driver of the user's own may send the lines elsewhere,
 * and alarms take what is missing as well.
 */
export function warnOfLostMetrics(settings: Settings): readonly Warning[] {
  const { services, logDriver } = settings;
  const own = services.filter(({ additionalPort }) => additionalPort === undefined);
  const ofSystem = own.filter(({ sidecarLogDriver }) => sidecarLogDriver === undefined);
  const elsewhere = own.filter(({ sidecarLogDriver }) => sidecarLogDriver?.isCloudWatch === false);
  return [
    ...(logDriver === undefined || logDriver.isCloudWatch ? [] : warning('logs.driver', settings, ofSystem)),
    ...elsewhere.flatMap((service) => warning(`${service.path}.sidecarLogging`, settings, [service])),
  ];
}

/** Whether CloudWatch has metrics of calls of a service: those who call it report them. */
export function reportsCalls(name: string, { services, logDriver }: Pick<Topology, 'services' | 'logDriver'>): boolean {
  const called = services.find((service) => service.name === name);
  const callers = services.filter(({ calls }) => calls.includes(name)).map(({ sidecarLogDriver }) => sidecarLogDriver ?? logDriver);
  const gateways = (called?.gateways ?? []).map(() => logDriver);
  const all = [...callers, ...gateways];
  return (all.length === 0 ? [logDriver] : all).some((driver) => driver?.isCloudWatch ?? true);
}

/** @param services whose tasks report by the driver */
function warning(path: string, { certificates, observability, services: all }: Settings, services: readonly Service[]): readonly Warning[] {
  const scaled = services.filter(({ scaling, versions = [] }) =>
    [scaling, ...versions.map((version) => version.scaling)].some((each) => each?.requestsPerTask !== undefined),
  );
  const called = new Set(services.flatMap(({ calls }) => calls));
  const compared = all.filter(({ name, shift }) => shift?.comparison !== undefined && called.has(name));
  const lost = [
    ...(certificates.kind === 'none' ? [] : ['the alarm on certificates']),
    ...(observability?.metrics === true ? ['metrics, dashboard and alarms of observability'] : []),
    ...scaled.map(({ name }) => `requestsPerTask of "${name}"`),
    ...compared.map(({ name }) => `the shift of "${name}"`),
  ];
  if (lost.length === 0) return [];
  return [
    {
      id: 'metrics-elsewhere',
      path,
      message:
        'CloudWatch Logs makes metrics of lines that mesh agents write, and this driver may send them elsewhere: ' +
        `${lost.join(', ')} would have no data, and no alarm would fire. Use LogDrivers.awsLogs(), or send what mesh-agent writes to a ` +
        'log group, unchanged, and acknowledge this',
    },
  ];
}

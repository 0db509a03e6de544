import type { Topology, Service, Warning } from '../../model/topology';

type Settings = Pick<Topology, 'services' | 'certificates' | 'observability' | 'logDriver'>;

/**
 * Agents write their metrics into their logs, of which CloudWatch Logs makes them. A driver of the user's own may send the lines elsewhere,
 * and alarms take what is missing as well.
 */
export function warnOfLostMetrics(settings: Settings): readonly Warning[] {
  const { services, logDriver } = settings;
  const ofSystem = services.filter(({ sidecarLogDriver }) => sidecarLogDriver === undefined);
  const ownDrivers = services.filter(({ sidecarLogDriver, additionalPort }) => sidecarLogDriver?.isCloudWatch === false && !additionalPort);
  return [
    ...(logDriver === undefined || logDriver.isCloudWatch ? [] : warning('logs.driver', settings, ofSystem)),
    ...ownDrivers.flatMap((service) => warning(`${service.path}.sidecarLogging`, settings, [service])),
  ];
}

function warning(path: string, { certificates, observability }: Settings, services: readonly Service[]): readonly Warning[] {
  const scaled = services.filter(({ scaling, versions = [] }) =>
    [scaling, ...versions.map((version) => version.scaling)].some((each) => each?.requestsPerTask !== undefined),
  );
  const lost = [
    ...(certificates.kind === 'none' ? [] : ['the alarm on certificates']),
    ...(observability?.metrics === true ? ['metrics, dashboard and alarms of observability'] : []),
    ...scaled.map(({ name }) => `requestsPerTask of "${name}"`),
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

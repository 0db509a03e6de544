import type { Warning } from '../../model/topology';
import type { AppMeshTopology } from './settings';

interface Callee {
  readonly name: string;
  readonly path: string;
  readonly protocol: string;
  readonly virtualPort: number;
}

/**
 * App Mesh makes one listener of Envoy for all backends of a virtual node that share a port, and was seen to make one that
 * Envoy refuses if their protocols differ. With TCP among them it is refused (check-policy.ts).
 * https://github.com/aws/aws-app-mesh-roadmap/issues/175
 */
export function mixedProtocols({ services, external }: AppMeshTopology): readonly Warning[] {
  const callees = [
    ...services.map(({ name, protocol, virtualPort }): Callee => ({ name, path: `services.${name}`, protocol, virtualPort })),
    ...external.map(({ name, protocol, virtualPort }): Callee => ({ name, path: `external.${name}`, protocol, virtualPort })),
  ].filter(({ protocol }) => protocol !== 'tcp');
  const mixed = services.flatMap((caller) => {
    const called = callees.filter(({ name }) => caller.calls.includes(name) || caller.callsExternal.includes(name));
    return [...new Set(called.map(({ virtualPort }) => virtualPort))]
      .map((port) => ({ caller: caller.name, port, called: called.filter(({ virtualPort }) => virtualPort === port) }))
      .filter(({ called: alike }) => new Set(alike.map(({ protocol }) => protocol)).size > 1);
  });
  if (mixed.length === 0) return [];
  const calls = mixed.map(
    ({ caller, port, called }) =>
      `"${caller}" calls ${called.map(({ name, protocol }) => `"${name}" (${protocol})`).join(', ')} on port ${port}`,
  );
  return [
    {
      id: 'app-mesh-mixed-protocols',
      path: 'services',
      message:
        `${calls.join('; ')}: App Mesh was seen to make configurations that Envoy refuses where services of several ` +
        'protocols are called on one port (aws/aws-app-mesh-roadmap#175). Set virtualPort of those services, a port for ' +
        'each protocol',
    },
  ];
}

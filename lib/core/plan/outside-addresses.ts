import type { Warning } from '../reading/warnings';
import type { ClientPlan, SystemPlan } from './system-plan';
import { serviceOf } from './system-plan';

/** An environment variable of what is no task of the mesh, such as a Lambda function. */
export interface OutsideVariable {
  readonly name: string;
  /** With whatever stands for tokens. */
  readonly text: string;
}

interface VirtualName {
  readonly service: string;
  /** Whether the service is outside of the mesh, too. */
  readonly external: boolean;
}

/**
 * Virtual names where they lead nowhere. A warning, since a program may only pass the name on.
 *
 * @param system the path of the construct of the system
 * @returns the check of the variables of one program, which is a client of the mesh or not
 */
export function outsideAddressCheck(
  plan: Pick<SystemPlan, 'workloads' | 'records' | 'zone'>,
  system: string,
): (variables: readonly OutsideVariable[], client: ClientPlan | undefined) => readonly Warning[] {
  const names = virtualNames(plan);
  const domain = plan.zone.name.replace(/\./g, '\\.');
  const pattern = new RegExp(`(?<![a-z0-9.-])[a-z0-9-]+\\.${domain}(?![a-z0-9-]|\\.[a-z])`, 'gi');
  return (variables, client) =>
    variables.flatMap(({ name, text }) =>
      [...new Set(Array.from(text.matchAll(pattern), ([host]) => host.toLowerCase()))].flatMap((host): Warning[] => {
        const found = names.get(host);
        if (found === undefined) return [];
        const message =
          `"${host}" is a virtual name of ${system}, which leads to Envoy in the tasks of the mesh, and nowhere from here: ` +
          fixOf(found, client);
        return [{ id: 'virtual-name-outside-mesh', path: `environment.${name}`, message }];
      }),
    );
}

/** A zone of the user's own may have other names. */
function virtualNames({ workloads, records }: Pick<SystemPlan, 'workloads' | 'records'>): ReadonlyMap<string, VirtualName> {
  const services = new Set(workloads.map(serviceOf));
  const ofRecords = records.map(({ host, service }) => [host, { service, external: !services.has(service) }] as const);
  const ofServices = workloads.flatMap((workload) =>
    [workload.url, ...Object.values(workload.portUrls ?? {})]
      .filter((url) => url !== '')
      .map((url) => [hostOf(url), { service: serviceOf(workload), external: false }] as const),
  );
  return new Map([...ofRecords, ...ofServices]);
}

function hostOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//, '').replace(/:\d+$/, '');
}

function fixOf({ service, external }: VirtualName, client: ClientPlan | undefined): string {
  if (external) return `"${service}" is outside of the mesh, as this caller is: use its own host`;
  if (client === undefined)
    return (
      `name this caller in clients, with calls: ['${service}'], and use client('<name>').url('${service}') with the certificate of the ` +
      'client, or let it call by an edge'
    );
  const calls = Object.hasOwn(client.urls, service) ? '' : `add '${service}' to the calls of the client "${client.name}", and `;
  return `${calls}use client('${client.name}').url('${service}') with the certificate of the client`;
}

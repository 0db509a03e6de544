import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SystemDescription } from '../../lib/core/description/system-description';
import type { LiveMap } from '../map/server';
import type { MapSource } from '../map/source';
import { Trouble } from './trouble';
import type { Workload } from './assembly/workload';

/** Where the page is, unless somebody says otherwise. */
export const MAP_PORT = 7400;

export interface MapOptions {
  readonly system: SystemDescription;
  readonly source: MapSource;
  readonly port: number;
  /** By which users choose another one. */
  readonly portOption: string;
  /** Output of cdk synth. */
  readonly directory: string;
}

/** Serves the page of a system until it is closed. @throws Trouble if the port is not there for it */
export async function serveMap({ directory, portOption, ...options }: MapOptions): Promise<LiveMap> {
  // With the layout library, which is larger than all other commands together.
  const { startMap } = await import('../map/server.js');
  const configuration = await configurationsIn(directory, options.system);
  try {
    return await startMap({ ...options, configuration, script: readFileSync(join(__dirname, 'map.js'), 'utf8') });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new Trouble(`port ${options.port} is taken by another program`, {
        fix: `name another one with ${portOption}, or 0 for any that is free`,
      });
    if (code === 'EACCES')
      throw new Trouble(`port ${options.port} is not for everybody`, {
        fix: `name one from 1024 on with ${portOption}, or 0 for any that is free`,
      });
    throw error;
  }
}

/** What `config` prints of workloads of this system. */
async function configurationsIn(directory: string, system: SystemDescription): Promise<(workload: string) => string | undefined> {
  // It needs aws-cdk-lib, which hosts of callers outside of the mesh do not have.
  const { readAssembly } = await import('./assembly/read-assembly.js');
  const { placeOf } = await import('./select.js');
  const named = new Map<string, Workload[]>();
  for (const each of readAssembly(directory)) {
    const name = each.version === undefined ? each.service : `${each.service}-${each.version}`;
    named.set(name, [...(named.get(name) ?? []), each]);
  }
  return (workload) => {
    const all = named.get(workload) ?? [];
    // Of several systems, that of this one; services of groups stand in other places.
    const { config: { envoy } = {} } = (all.length > 1 ? all.find((each) => placeOf(each) === system.path) : all[0]) ?? {};
    return envoy === undefined ? undefined : JSON.stringify(envoy, null, 2);
  };
}

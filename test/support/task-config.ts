import type { SharedVariables } from '../../lib/core/contract/agent';
import type { TaskConfig } from '../../lib/core/contract/task-config';
import { packConfig, unpackConfig } from '../../lib/core/plan/pack-config';

/** What a task is configured with, out of the environments of its containers. */
export function taskConfigOf(containers: Iterable<{ readonly environment: Readonly<Record<string, string>> }>): TaskConfig {
  for (const { environment } of containers) {
    const packed = environment['MESH_CONFIG'];
    if (packed !== undefined) return unpackConfig(packed);
  }
  throw new Error('no container of the task has MESH_CONFIG');
}

/** What the deployment shares with every task of the mesh, out of the environment of one of its containers. */
export function sharedVariablesOf({ MESH_SHARED: shared = '{}' }: Readonly<Record<string, string>>): SharedVariables {
  return JSON.parse(shared) as SharedVariables;
}

/** A configuration as it stands in a template, changed. */
export function repacked(packed: string, change: (config: TaskConfig) => TaskConfig): string {
  return packConfig(change(unpackConfig(packed)))['MESH_CONFIG'] ?? '';
}

/** A configuration as if another release had packed it: with the checksum of another dictionary. */
export function byOtherRelease(packed: string): string {
  const bytes = Buffer.from(packed, 'base64');
  bytes.writeUInt32BE((bytes.readUInt32BE(2) ^ 1) >>> 0, 2);
  return bytes.toString('base64');
}

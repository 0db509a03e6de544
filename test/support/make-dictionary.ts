import { strToU8, zlibSync } from 'fflate';
import type { TaskConfig } from '../../lib/core/contract/task-config';
import { caseNames, planCase } from './cases';

/** How far back compressed data can refer (RFC 1951). */
const MOST_BYTES = 32_768;

/** Systems that are most like those of users, which come first; the others add what these do not have. */
const FIRST = ['chain-behind-http-api', 'versions-and-mirroring', 'every-protocol', 'more-tasks-than-dns-names', 'external-services'];

/**
 * A dictionary for compressing configurations: parts of those of the golden cases, each of which those before it do not make short. The
 * most common ones stand at its end, where references to them are shortest.
 */
export function makeDictionary(): readonly string[] {
  const kept: string[] = [];
  let bytes = 0;
  for (const part of configs().flatMap(partsOf)) {
    const { length } = strToU8(part);
    if (bytes + length > MOST_BYTES || isShortWith(kept, part)) continue;
    kept.unshift(part);
    bytes += length;
  }
  return kept;
}

function configs(): readonly TaskConfig[] {
  const names = [...FIRST, ...caseNames().filter((name) => !FIRST.includes(name))];
  return names.flatMap((name) => {
    const plan = planCase(name);
    if (typeof plan === 'string') return [];
    return plan.workloads.flatMap(({ containers }) => containers.flatMap(({ config }) => (config?.envoy === undefined ? [] : [config])));
  });
}

/** Its listeners and clusters, and what stands around them. */
function partsOf(config: TaskConfig): readonly string[] {
  const around = JSON.stringify(config, (key, value: unknown) => (key === 'listeners' || key === 'clusters' ? [] : value));
  const { static_resources: resources } = config.envoy as { static_resources: Record<'listeners' | 'clusters', readonly unknown[]> };
  return [around, ...[...resources.listeners, ...resources.clusters].map((part) => JSON.stringify(part))];
}

function isShortWith(dictionary: readonly string[], part: string): boolean {
  const bytes = strToU8(part);
  return zlibSync(bytes, { level: 9, mem: 8, dictionary: strToU8(dictionary.join('')) }).length < Math.max(60, bytes.length / 8);
}

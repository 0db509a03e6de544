import type { MeasuredCall, TaskMetrics } from '../../../lib/core/contract/agent';
import type { Unread } from '../../../lib/core/contract/unread';
import { isRecord, jsonOf } from '../json';
import { isLabel, versionsOf } from '../labels';

/** What a task reports, from its settings; undefined if they are none. */
export function taskMetricsOf(text: string): TaskMetrics | undefined {
  const value = jsonOf(text);
  if (!isRecord(value)) return undefined;
  const { name, version, serves = [], calls = [], totals = false }: Unread<TaskMetrics> = value;
  if (!isLabel(name) || !Array.isArray(serves) || !serves.every(isLabel) || !Array.isArray(calls)) return undefined;
  if ((version !== undefined && !isLabel(version)) || typeof totals !== 'boolean') return undefined;
  const measured = calls.map(callOf).filter((call) => call !== undefined);
  if (measured.length !== calls.length) return undefined;
  return { name, ...(version === undefined ? {} : { version }), serves, calls: measured, totals };
}

function callOf(value: unknown): MeasuredCall | undefined {
  if (!isRecord(value)) return undefined;
  const { service, versions, versionsOnly = false, tcp = false }: Unread<MeasuredCall> = value;
  if (!isLabel(service) || typeof versionsOnly !== 'boolean' || typeof tcp !== 'boolean') return undefined;
  if (versions === undefined) return { service, versionsOnly, tcp };
  const known = Array.isArray(versions) ? versionsOf(versions) : undefined;
  return known === undefined || known.length === 0 ? undefined : { service, versions: known, versionsOnly, tcp };
}

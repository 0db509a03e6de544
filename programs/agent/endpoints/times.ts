import type { Settings } from '../settings';
import { idlePollSeconds, MAX_EARLY_SILENT } from '../../../lib/core/contract/agent';
import type { ViewTimes } from './service-view';

/** By which share of its age a list may be requested earlier. */
const MAX_EARLY = 0.5;

/** How old a list may get while nothing happens: health alone changes no revision, and Envoy finds tasks that are ill, too. */
const IDLE_LIST_MS = 60_000;

type Shares = Pick<Settings, 'pollMs' | 'listMs'>;

/** Pauses between looks. Where the share is small, they are the same at all times. */
export function pollTimes({ pollMs }: Pick<Shares, 'pollMs'>): { readonly quickMs: number; readonly slowMs: number } {
  return { quickMs: pollMs, slowMs: 1000 * idlePollSeconds(pollMs / 1000) };
}

export function listTimes({ listMs }: Pick<Shares, 'listMs'>): ViewTimes {
  return { gapMs: listMs, ageMs: { first: listMs, last: Math.max(IDLE_LIST_MS, 2 * listMs) }, maxEarly: MAX_EARLY, onTime: false };
}

/** Of tasks whose stop callers do not notice: a list is never older than what they wait for. */
export function silentTimes(maxAgeMs: number, { pollMs }: Pick<Shares, 'pollMs'>): ViewTimes {
  return { gapMs: Math.min(pollMs, maxAgeMs), ageMs: { first: maxAgeMs, last: maxAgeMs }, maxEarly: MAX_EARLY_SILENT, onTime: true };
}

import { compareVersions, type Judged, type Minute, type Verdict } from '../../../../programs/functions/weight-shifter/compare-versions';

/** Milliseconds that a request takes, of a number that is 0 or more and less than 1. */
export type Latencies = (random: () => number) => number;

export interface SimulatedShift {
  readonly requestsPerMinute: number;
  readonly v1: Latencies;
  readonly v2: Latencies;
  readonly random: () => number;
  readonly minRequests?: number;
}

const MINUTE = 60_000;
const STEPS = 10;
const CHECKS_PER_STEP = 2;
/** What the first version has had before. */
const BEFORE = 10;

interface Counted {
  readonly minute: Minute;
  readonly sorted: Float64Array;
}

/** A shift by ten percent every other minute, in which nothing fails. Returns after how many checks it was taken back, if it was. */
export async function simulateShift({ requestsPerMinute, v1, v2, random, minRequests = 100 }: SimulatedShift): Promise<number | undefined> {
  const counted: Readonly<Record<string, Counted[]>> = { v1: [], v2: [] };
  let judged: Judged = {};
  for (let minute = -BEFORE; minute < STEPS * CHECKS_PER_STEP; minute += 1) {
    const share = Math.max(0, Math.ceil((minute + 1) / CHECKS_PER_STEP) / STEPS);
    let requests = 0;
    for (let each = 0; each < requestsPerMinute; each += 1) if (random() < share) requests += 1;
    counted['v1']?.push(count(minute, requestsPerMinute - requests, v1, random));
    counted['v2']?.push(count(minute, requests, v2, random));
    if (minute < 0) continue;
    const verdict = await check(counted, (minute + 1) * MINUTE, minRequests, judged);
    if (verdict.kind === 'worse') return minute + 1;
    ({ judged } = verdict);
  }
  return undefined;
}

async function check(counted: Readonly<Record<string, Counted[]>>, now: number, minRequests: number, judged: Judged): Promise<Verdict> {
  const minutes = new Map(
    Object.entries(counted).map(([name, each]) => [name, each.flatMap(({ minute }) => (minute.requests === 0 ? [] : minute))]),
  );
  return compareVersions(
    { growing: ['v2'], shrinking: ['v1'] },
    minutes,
    { minRequests, errorMargin: 1, latencyFactor: 2 },
    { recent: Math.max(0, now - 5 * MINUTE), incomplete: now },
    judged,
    (version, limits) => {
      const lately = (counted[version] ?? []).slice(-5).filter(({ sorted }) => sorted.length > 0);
      return Promise.resolve(new Map(lately.map(({ minute, sorted }) => [minute.at, limits.map((limit) => shareAbove(sorted, limit))])));
    },
  );
}

function shareAbove(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return 1 - low / sorted.length;
}

function count(minute: number, requests: number, latencies: Latencies, random: () => number): Counted {
  const sorted = new Float64Array(requests).map(() => latencies(random)).sort();
  const at = (percentile: number): number => sorted[Math.max(0, Math.ceil((percentile / 100) * requests) - 1)] ?? 0;
  return {
    minute: { at: minute * MINUTE, requests, errors: 0, retries: 0, latencies: { 99: at(99), 90: at(90), 50: at(50) } },
    sorted,
  };
}

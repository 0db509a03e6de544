/** How often a version is taken back by its latency, in simulated shifts of the same random numbers each time. */
import { simulateShift, type Latencies } from './support/simulated-shift';

/** https://en.wikipedia.org/wiki/Linear_congruential_generator, with the numbers of Numerical Recipes, mixed. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    return ((mixed ^ (mixed >>> 12)) >>> 0) / 2 ** 32;
  };
}

const exponential =
  (mean: number): Latencies =>
  (random) =>
    -mean * Math.log(1 - random());
const logNormal =
  (median: number, sigma: number): Latencies =>
  (random) =>
    median * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
/** Most are quick, and a share of them waits. */
const sometimesSlow =
  (share: number): Latencies =>
  (random) =>
    random() < share ? 2000 : 20;
const times =
  (factor: number, latencies: Latencies): Latencies =>
  (random) =>
    factor * latencies(random);

const DISTRIBUTIONS: readonly (readonly [string, Latencies])[] = [
  ['exponential', exponential(200)],
  ['narrow', logNormal(200, 0.3)],
  ['wide', logNormal(200, 1)],
  ['very wide', logNormal(200, 1.6)],
  // About each percentile that is looked at, where chance decides most.
  ...[0.008, 0.012, 0.08, 0.1, 0.13, 0.45, 0.5, 0.55].map((share) => [`slow in ${share * 100} %`, sometimesSlow(share)] as const),
];
const RATES: readonly (readonly [perMinute: number, shifts: number])[] = [
  [25, 160],
  [120, 80],
  [500, 25],
  [3000, 2],
];

test('two versions of the same latencies are taken back in fewer than 1 of 1,000 shifts', async () => {
  const random = randomNumbers(20);
  let [shifts, takenBack] = [0, 0];
  for (const [, latencies] of DISTRIBUTIONS)
    for (const [requestsPerMinute, number] of RATES)
      for (let shift = 0; shift < number; shift += 1) {
        shifts += 1;
        if ((await simulateShift({ requestsPerMinute, v1: latencies, v2: latencies, random })) !== undefined) takenBack += 1;
      }
  expect(shifts).toBeGreaterThan(3000);
  expect(takenBack / shifts).toBeLessThan(1 / 1000);
});

// At 10 percent of the calls: 50 requests a minute at first, and 300.
test.each([
  [500, 6],
  [3000, 2],
])('fails if a version is four times as slow, of %d requests a minute: it is back after %d checks', async (requestsPerMinute, checks) => {
  const random = randomNumbers(21);
  for (const [name, latencies] of DISTRIBUTIONS.slice(0, 3))
    for (let shift = 0; shift < 8; shift += 1) {
      const after = await simulateShift({ requestsPerMinute, v1: latencies, v2: times(4, latencies), random });
      expect({ name, inTime: after !== undefined && after <= checks }).toEqual({ name, inTime: true });
    }
});

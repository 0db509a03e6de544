import fc from 'fast-check';
import { FARGATE_CPUS, fargateMemory, nearestFargateSize } from '../../../../lib/core/parse/workload/fargate-sizes';

/**
 * Written out by hand from https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
 * (Linux), read in November 2026, memory in GiB. 32 vCPUs came in 2026: aws-cloudformation/cfn-lint#4668.
 */
const DOCUMENTED: readonly (readonly [cpu: number, gib: readonly number[]])[] = [
  [256, [0.5, 1, 2]],
  [512, [1, 2, 3, 4]],
  [1024, [2, 3, 4, 5, 6, 7, 8]],
  [2048, [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
  [4096, [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]],
  [8192, [16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60]],
  [16384, [32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120]],
  [32768, [60, 120, 244]],
];

test('Fargate offers exactly these numbers of CPU units', () => {
  expect(FARGATE_CPUS).toEqual(DOCUMENTED.map(([cpu]) => cpu));
});

test.each(DOCUMENTED)('with %i CPU units Fargate offers exactly %j GiB', (cpu, gib) => {
  expect(fargateMemory(cpu)).toEqual(gib.map((size) => size * 1024));
});

test.each([0, 128, 255, 257, 3072, 65_536, 0.5, NaN])('fails if %d CPU units are asked for', (cpu) => {
  expect(fargateMemory(cpu)).toBeUndefined();
});

describe('the size that is suggested', () => {
  test.each([
    { asked: [256, 600], suggested: { cpu: 256, memoryMiB: 1024 } },
    { asked: [256, 2049], suggested: { cpu: 512, memoryMiB: 3072 } },
    { asked: [300, 0], suggested: { cpu: 512, memoryMiB: 1024 } },
    { asked: [4096, 31 * 1024], suggested: { cpu: 8192, memoryMiB: 32 * 1024 } },
    { asked: [16_384, 121 * 1024], suggested: { cpu: 32_768, memoryMiB: 244 * 1024 } },
    { asked: [1, 1], suggested: { cpu: 256, memoryMiB: 512 } },
    { asked: [65_536, 1], suggested: undefined },
    { asked: [256, 245 * 1024], suggested: undefined },
  ])('for $asked is $suggested', ({ asked: [cpu, memory], suggested }) => {
    expect(nearestFargateSize(cpu, memory)).toEqual(suggested);
  });

  test('is one that Fargate offers, holds what was asked for, and is the smallest that does', () => {
    const every = DOCUMENTED.flatMap(([cpu, gib]) => gib.map((size) => ({ cpu, memoryMiB: size * 1024 })));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 1, max: 300_000 }), (cpu, memory) => {
        const fit = every.filter((size) => size.cpu >= cpu && size.memoryMiB >= memory);
        expect(nearestFargateSize(cpu, memory)).toEqual(fit[0]);
      }),
    );
  });
});

/**
 * The task sizes that Fargate offers, Linux.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
 */
const GIB = 1024;

const SIZES: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, GIB, 2 * GIB]],
  [512, range(1, 4, 1)],
  [1024, range(2, 8, 1)],
  [2048, range(4, 16, 1)],
  [4096, range(8, 30, 1)],
  [8192, range(16, 60, 4)],
  [16384, range(32, 120, 8)],
  [32768, [60 * GIB, 120 * GIB, 244 * GIB]],
]);

function range(from: number, to: number, step: number): readonly number[] {
  const sizes: number[] = [];
  for (let gib = from; gib <= to; gib += step) sizes.push(gib * GIB);
  return sizes;
}

export const FARGATE_CPUS: readonly number[] = [...SIZES.keys()];

/** The memory sizes in MiB that go with this cpu; undefined if Fargate has no such cpu. */
export function fargateMemory(cpu: number): readonly number[] | undefined {
  return SIZES.get(cpu);
}

/** The offered size nearest above what was asked for, to suggest as the fix. */
export function nearestFargateSize(cpu: number, memoryMiB: number): { readonly cpu: number; readonly memoryMiB: number } | undefined {
  for (const [offered, memory] of SIZES) {
    if (offered < cpu) continue;
    const fit = memory.find((size) => size >= memoryMiB);
    if (fit !== undefined) return { cpu: offered, memoryMiB: fit };
  }
  return undefined;
}

import type { ArchitectureId } from '../../model/topology';
import type { Reader } from '../../reading/reader';

export function parseArchitecture(at: Reader): ArchitectureId | undefined {
  return at.oneOf(['ARM64', 'X86_64'], 'a CPU architecture that Amazon ECS has for Linux', [
    'CpuArchitecture.ARM64',
    'CpuArchitecture.X86_64',
  ]);
}

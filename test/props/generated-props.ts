export { Junk, build } from './generated-tree';
export type { Tree } from './generated-tree';
export { validProps } from './generated-valid-props';
export { mutatedProps, mutatedUpTo, reorder } from './generated-mutated-props';

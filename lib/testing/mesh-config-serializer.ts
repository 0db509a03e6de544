import { isPackedEnvironment, readableEnvironment } from '../core/readable/readable-environment';

/** The printer of Jest or Vitest. It goes on with options that only it knows. */
export type SnapshotPrinter = (value: unknown, config: never, indentation: string, depth: number, refs: never) => string;

/** A plugin of pretty-format, which prints the snapshots of Jest and Vitest. */
export interface MeshConfigSerializer {
  /** Whether a value is printed by this serializer. */
  readonly test: (value: unknown) => boolean;
  /** Returns the text of a value in a snapshot. */
  readonly serialize: (
    value: unknown,
    config: unknown,
    indentation: string,
    depth: number,
    refs: unknown,
    printer: SnapshotPrinter,
  ) => string;
}

/**
 * Prints the configurations of tasks as objects in snapshots of Jest and Vitest, so that a changed timeout is one changed line.
 *
 * A snapshot may be of a `Template` of aws-cdk-lib/assertions, of its JSON, or of any part of it that holds the environment of a container.
 *
 * @example
 *
 * expect.addSnapshotSerializer(meshConfigSerializer);
 * expect(Template.fromStack(stack)).toMatchSnapshot();
 */
export const meshConfigSerializer: MeshConfigSerializer = {
  test: isPackedEnvironment,
  serialize(value, config, indentation, depth, refs, printer) {
    return printer(readableEnvironment(value as readonly unknown[]), config as never, indentation, depth, refs as never);
  },
};

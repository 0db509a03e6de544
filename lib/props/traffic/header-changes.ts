/**
 * Changes to headers: first `remove`, then `add` and `set`. Headers that HTTP itself or the mesh relies on are refused: `host`,
 * `connection`, `content-length`, `x-forwarded-*`, `x-envoy-*`, `x-mesh-*`, `grpc-*` and the like. A `%` is a `%`.
 *
 * @example
 * const responseHeaders: HeaderChangesProps = {
 *   set: { 'strict-transport-security': 'max-age=31536000' },
 *   remove: ['server', 'x-powered-by'],
 * };
 */
export interface HeaderChangesProps {
  /**
   * Headers to set, by their names; existing values are overwritten.
   *
   * @default - none
   */
  readonly set?: { readonly [header: string]: string };

  /**
   * Headers to add, by their names; existing values are kept.
   *
   * @default - none
   */
  readonly add?: { readonly [header: string]: string };

  /**
   * Names of headers to remove.
   *
   * @default - none
   */
  readonly remove?: string[];
}

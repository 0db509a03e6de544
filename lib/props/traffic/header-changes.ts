/**
 * Changes to headers: first `remove`, then `add` and `set`. Headers that the mesh or HTTP itself lives by are refused: `host`,
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
   * Headers by their name, which overwrite what is there.
   *
   * @default - none
   */
  readonly set?: { readonly [header: string]: string };

  /**
   * Headers by their name, which stand beside what is there.
   *
   * @default - none
   */
  readonly add?: { readonly [header: string]: string };

  /**
   * Names of headers.
   *
   * @default - none
   */
  readonly remove?: string[];
}

/** How often something is measured: in CI, where figures are only looked at, not as often. */
export function rounds({ usual, ci }: { readonly usual: number; readonly ci: number }): number {
  return process.env['CI'] === 'true' ? ci : usual;
}

/** Whether this is CI, where figures are only looked at: what takes long is left out, or measured once. */
export function inCi(): boolean {
  return process.env['CI'] === 'true';
}

/** How often something is measured: in CI not as often. */
export function rounds({ usual, ci }: { readonly usual: number; readonly ci: number }): number {
  return inCi() ? ci : usual;
}

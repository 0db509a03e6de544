/**
 * What a static factory was called with, for validation: the options, and what the factory itself knows, which
 * wins. Options that are no object (from JavaScript) stay as they are, so that validation can name them.
 */
export function factoryInput(options: unknown, known: Readonly<Record<string, unknown>>): unknown {
  if (options === undefined || options === null) return known;
  return typeof options === 'object' ? { ...options, ...known } : options;
}

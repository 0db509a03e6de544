/** What plan or props have of an authorizer: never a guess in its place, which could let others in. */
export function given<T>({ id, kind }: { readonly id: string; readonly kind: string }, options: T | undefined): T {
  if (options === undefined) throw new Error(`bug: no options for the authorizer "${id}" of the kind ${kind}`);
  return options;
}

/** What the agent asks of Systems Manager. Throws a Failure. */
export interface Parameters {
  /** The texts of those that there are. */
  read(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

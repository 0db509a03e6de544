/**
 * How many characters of the inline policies of a role, which take 10,240, the names of the services whose tasks it may list have. The rest
 * is for what users grant.
 */
const MOST_CHARACTERS = 4000;

/**
 * The names for the condition of a policy; undefined if they are too long for it. The condition is then the namespace alone: the tasks may
 * also learn the addresses of others, which security groups and certificates keep from them all the same.
 */
export function namesInPolicy(names: readonly string[]): readonly string[] | undefined {
  const characters = names.reduce((sum, name) => sum + name.length + '"",'.length, 0);
  return characters > MOST_CHARACTERS ? undefined : names;
}

/**
 * The strongly connected component of each node, by one of its nodes.
 * https://en.wikipedia.org/wiki/Kosaraju%27s_algorithm
 */
export function cycleOf(arrows: readonly (readonly [from: string, to: string])[]): ReadonlyMap<string, string> {
  const forwards = new Map<string, string[]>();
  const backwards = new Map<string, string[]>();
  const nodes = new Set(arrows.flat());
  for (const node of nodes) {
    forwards.set(node, []);
    backwards.set(node, []);
  }
  for (const [from, to] of arrows) {
    forwards.get(from)?.push(to);
    backwards.get(to)?.push(from);
  }
  const seen = new Set<string>();
  const finished: string[] = [];
  for (const node of nodes) visit(node, forwards, seen, (each) => finished.push(each));
  const components = new Map<string, string>();
  const known = new Set<string>();
  for (const root of finished.reverse()) visit(root, backwards, known, (each) => components.set(each, root));
  return components;
}

/** In the order in which all that a node leads to is done. Without recursion, since chains of calls may be long. */
function visit(start: string, arrows: ReadonlyMap<string, readonly string[]>, seen: Set<string>, done: (node: string) => void): void {
  if (seen.has(start)) return;
  seen.add(start);
  const stack = [{ node: start, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const to = arrows.get(top.node)?.[top.next];
    top.next += 1;
    if (to === undefined) {
      stack.pop();
      done(top.node);
    } else if (!seen.has(to)) {
      seen.add(to);
      stack.push({ node: to, next: 0 });
    }
  }
}

/** Adds to a list of what was; of more than so many, the oldest go. */
export function remember<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.splice(0, list.length - most);
}

/** Whether plain data holds, at any depth, an object with at least these fields; `expected` may hold regular expressions. */
export function contains(data: unknown, expected: unknown): boolean {
  if (fits(data, expected)) return true;
  return typeof data === 'object' && data !== null && Object.values(data).some((value) => contains(value, expected));
}

function fits(data: unknown, expected: unknown): boolean {
  if (expected instanceof RegExp) return typeof data === 'string' && expected.test(data);
  if (typeof expected !== 'object' || expected === null) return data === expected;
  if (typeof data !== 'object' || data === null) return false;
  // Of a list, each expected item has to be there, wherever.
  if (Array.isArray(expected)) return Array.isArray(data) && expected.every((item) => data.some((each) => fits(each, item)));
  return Object.entries(expected).every(([key, value]) => fits((data as Readonly<Record<string, unknown>>)[key], value));
}

/** Compose tools differ in how they name containers, unless the file does. */
export function containerName(project: string, service: string): string {
  return `${project}-${service}`;
}

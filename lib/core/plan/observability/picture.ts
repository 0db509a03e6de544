import type { MeasuredPlan } from './observability-plan';

/**
 * Who calls whom, in Markdown: a text widget shows nothing else, and a picture would have to be somewhere on the web.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_remove_text_dashboard.html
 */
export function pictureOf(mesh: string, measured: readonly MeasuredPlan[]): { readonly markdown: string; readonly lines: number } {
  const callees = new Map<string, string[]>();
  for (const { name, callers } of measured) {
    for (const caller of callers) callees.set(caller, [...(callees.get(caller) ?? []), name]);
  }
  const called = new Set(measured.filter(({ callers }) => callers.length > 0).map(({ name }) => name));
  const all = [...new Set([...measured.map(({ name }) => name), ...callees.keys()])];
  const roots = all.filter((name) => !called.has(name));
  const kinds = new Map(measured.map(({ name, kind }) => [name, kind]));
  const drawn = new Set<string>();
  const lines: string[] = [];
  const draw = (name: string, indent: string, own: string): void => {
    const below = callees.get(name) ?? [];
    const again = drawn.has(name) && below.length > 0;
    lines.push(`${indent}${own}${labelOf(name, kinds.get(name))}${again ? ' …' : ''}`);
    if (drawn.has(name)) return;
    drawn.add(name);
    const next = own === '' ? indent : `${indent}${own === LAST ? '   ' : '│  '}`;
    below.forEach((callee, index) => {
      draw(callee, next, index === below.length - 1 ? LAST : '├─ ');
    });
  };
  for (const root of roots) draw(root, '', '');
  // Those that call each other in a cycle, and that nobody else calls.
  for (const name of all) if (!drawn.has(name)) draw(name, '', '');
  return { markdown: [`# ${mesh}`, '```', ...lines, '```'].join('\n'), lines: lines.length };
}

const LAST = '└─ ';

function labelOf(name: string, kind: MeasuredPlan['kind'] | undefined): string {
  return kind === 'gateway' ? `[${name}]` : kind === 'external' ? `(${name})` : name;
}

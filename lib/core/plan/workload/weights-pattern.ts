import type { WeightsDocument } from '../../contract/weights';
import { SSM } from '../../limits/security';

/** Of a version or a route, where there is no room for all of them. */
const ANY_NAME = '[a-z][a-z0-9-]*';

/** Blanks stand behind each part, so that there is one way only to read them. */
const [OPEN, CLOSE, COLON, COMMA] = ['\\{', '\\}', ':', ','].map(part) as [string, string, string, string];

/**
 * What the parameter of the weights may hold, so that Systems Manager refuses a typo of whoever writes it by hand: no new task
 * of a caller would start with it. Nothing rests on it: whether it survives `put-parameter --overwrite` is not documented, so agents
 * take nothing over that is wrong. In each list some version has a weight above 0, and of routes with weights of their own
 * none is missing. It is made of what regular expressions of Java, JavaScript and others have in common.
 *
 * @param versions their names
 * @param routes names of those that have weights of their own
 */
export function weightsPattern(versions: readonly string[], routes: readonly string[]): string {
  const exact = pattern(`(${versions.join('|')})`, `(${routes.join('|')})`, routes.length);
  return exact.length <= SSM.pattern.value ? exact : pattern(ANY_NAME, ANY_NAME, routes.length);
}

function pattern(version: string, route: string, routes: number): string {
  const weights = weightsOf(key(version));
  const own = `${key(route)}${weights}`;
  const others =
    routes === 0 ? '' : `${COMMA}${field('routes')}${OPEN}${own}${routes === 1 ? '' : `(${COMMA}${own}){${routes - 1}}`}${CLOSE}`;
  return `^\\s*${OPEN}${field('weights')}${weights}${others}${CLOSE}$`;
}

/** Six digits: the agent takes up to 1,000,000. */
function weightsOf(version: string): string {
  const some = `${version}${part('[1-9]\\d{0,5}')}`;
  const any = `${version}${part('(0|[1-9]\\d{0,5})')}`;
  return `${OPEN}(${any}${COMMA})*${some}(${COMMA}${any})*${CLOSE}`;
}

function field(name: keyof WeightsDocument): string {
  return key(name);
}

function key(name: string): string {
  return `${part(`"${name}"`)}${COLON}`;
}

function part(text: string): string {
  return `${text}\\s*`;
}

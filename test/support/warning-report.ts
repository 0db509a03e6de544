import { stripVTControlCharacters } from 'node:util';

/** How the CDK prints one warning of this library: text, constructs, and the ID by which it is acknowledged. */
const OWN_WARNING = /^WARNING [^]* \(Annotation\)\n[^]*'Annotation::cdk-ecs-microservices:[a-z-]+'$/;
const END = /^A copy of this report can be found in: /;

/** Whether the CDK prints what it found in an app, and found nothing but warnings of this library. */
export function isReportOfOwnWarnings(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  const parts = stripVTControlCharacters(text)
    .split('\n\n')
    .map((part) => part.trim());
  const end = parts.pop() ?? '';
  return END.test(end) && parts.length > 0 && parts.every((part) => OWN_WARNING.test(part));
}

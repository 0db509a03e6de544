import { wrap } from '../wrap';
import { statusText } from './explain';
import type { Explanation, Fact } from './explanation';

const WIDTH = 100;

/** For people: the answer, then the way of the request, then what may go wrong. */
export function printExplanation({ summary, stages, mayBe, warnings }: Explanation): string {
  const lines = [
    summary,
    ...stages.flatMap(({ at, facts }, index) => ['', `${index + 1}. ${at}`, ...facts.flatMap(factLines)]),
    ...(mayBe.length === 0
      ? []
      : [
          '',
          'It may be otherwise:',
          ...mayBe.flatMap((refusal) => factLines({ text: `${statusText(refusal)}: ${refusal.why}`, path: refusal.by })),
        ]),
    ...(warnings.length === 0 ? [] : ['', 'Warnings:', ...warnings.flatMap(factLines)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The place stands behind the words if the line has room for it, and else below them. */
function factLines({ text, path }: Fact): readonly string[] {
  const whole = path === undefined ? text : `${text}  [${path}]`;
  if (whole.length + 5 <= WIDTH) return [`   - ${whole}`];
  return [...wrap(text, WIDTH, '   - ', '     '), ...(path === undefined ? [] : [`     [${path}]`])];
}

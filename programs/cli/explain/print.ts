import { wrap } from '../wrap';
import type { Paint } from '../paint';
import { statusText } from './sent';
import type { Explanation, Fact } from './explanation';

const WIDTH = 100;

/** For people: the answer, then the way of the request, then what may go wrong. */
export function printExplanation({ verdict, summary, stages, mayBe, warnings }: Explanation, paint: Paint): string {
  const isGood = verdict === 'allowed' || verdict === 'answered';
  const lines = [
    paint.bold((isGood ? paint.green : paint.red)(summary)),
    ...stages.flatMap(({ at, facts }, index) => [
      '',
      paint.bold(`${index + 1}. ${at}`),
      ...facts.flatMap((fact) => factLines(fact, paint)),
    ]),
    ...(mayBe.length === 0
      ? []
      : [
          '',
          paint.yellow('It may be otherwise:'),
          ...mayBe.flatMap((refusal) => factLines({ text: `${statusText(refusal)}: ${refusal.why}`, path: refusal.by }, paint)),
        ]),
    ...(warnings.length === 0 ? [] : ['', paint.yellow('Warnings:'), ...warnings.flatMap((fact) => factLines(fact, paint))]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The place stands behind the words if the line has room for it, and else below them. */
function factLines({ text, path }: Fact, paint: Paint): readonly string[] {
  const place = path === undefined ? undefined : `[${path}]`;
  if (place === undefined) return wrap(text, WIDTH, '   - ', '     ');
  if (text.length + place.length + 7 <= WIDTH) return [`   - ${text}  ${paint.dim(place)}`];
  return [...wrap(text, WIDTH, '   - ', '     '), `     ${paint.dim(place)}`];
}

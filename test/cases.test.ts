import { join } from 'node:path';
import { CASES, caseNames, outputsOf, planCase } from './support/cases';
import { expectGolden, pretty } from './support/golden';

// Input: cases/<name>/input.json; outputs: cases/<name>/output/. `npm run test:update` rewrites the outputs.
test.each(caseNames())('the plan and the Envoy configurations of %s are as reviewed', (name) => {
  const outputs = [...outputsOf(planCase(name))].map(
    ([file, content]) => [file, typeof content === 'string' ? `${content}\n` : pretty(content)] as const,
  );
  expectGolden(join(CASES, name, 'output'), new Map(outputs));
});

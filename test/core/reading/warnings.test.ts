import { Annotations as Found, Match } from 'aws-cdk-lib/assertions';
import { Annotations, App, Stack, Validations } from 'aws-cdk-lib';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Certificates, Microservices } from '../../../lib';
import { WARNINGS } from '../../../lib/core/reading/warnings';
import { expectPart } from '../../support/generated-part';
import { ROOT } from '../../support/pages';
import { service } from '../../support/stack';

const TABLE = 'lib/core/reading/warnings.ts';
const entries = Object.entries(WARNINGS);

test('the table of warnings in docs/errors.md is what warnings.ts says (npm run test:update)', () => {
  const rows = entries.map(([id, { when, fix }]) => `| \`${id}\` | ${when} | ${fix} |`);
  expectPart(
    'docs/errors.md',
    'warnings: made by test/core/reading/warnings.test.ts',
    ['| ID | When | What to do |', '|---|---|---|', ...rows].join('\n'),
  );
});

test('the table is in the order of the alphabet, in whole sentences', () => {
  const ids = entries.map(([id]) => id);
  expect(ids).toEqual([...ids].sort());
  expect(entries.filter(([, { when }]) => !/^[A-Z`].*[^.]$/.test(when)).map(([id]) => id)).toEqual([]);
  expect(entries.filter(([, { fix }]) => !/^[A-Z`].*[.]$/.test(fix)).map(([id]) => id)).toEqual([]);
});

test('fails if the table has a warning that nothing gives any more', () => {
  const sources = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
    .map((path) => `lib/${path}`)
    .filter((path) => path.endsWith('.ts') && path !== TABLE)
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .join('\n');
  expect(entries.map(([id]) => id).filter((id) => !sources.includes(`'${id}'`))).toEqual([]);
});

describe('a warning is acknowledged as docs/errors.md says', () => {
  const ID = 'cdk-ecs-microservices:plaintext';

  function warningsOf(acknowledge: (shop: Microservices) => void): number {
    const stack = new Stack(new App(), 'Stack');
    acknowledge(new Microservices(stack, 'Shop', { services: { ui: service() }, certificates: Certificates.none() }));
    return Found.fromStack(stack).findWarning('*', Match.stringLikeRegexp(ID)).length;
  }

  test('by the ID of an annotation', () => {
    expect(warningsOf(() => undefined)).toBe(1);
    expect(
      warningsOf((shop) => {
        Annotations.of(shop).acknowledgeWarning(ID, 'as it is meant');
      }),
    ).toBe(0);
  });

  test('for all that is in a stack', () => {
    expect(
      warningsOf((shop) => {
        Annotations.of(Stack.of(shop)).acknowledgeWarning(ID, 'as it is meant');
      }),
    ).toBe(0);
    expect(
      warningsOf((shop) => {
        Validations.of(Stack.of(shop)).acknowledge({ id: `Annotation::${ID}`, reason: 'as it is meant' });
      }),
    ).toBe(0);
  });

  test('fails to be acknowledged by the whole ID as that of an annotation', () => {
    expect(
      warningsOf((shop) => {
        Annotations.of(shop).acknowledgeWarning(`Annotation::${ID}`, 'as it is meant');
      }),
    ).toBe(1);
  });

  test('by the whole ID, as a finding of a validation', () => {
    expect(
      warningsOf((shop) => {
        Validations.of(shop).acknowledge({ id: `Annotation::${ID}`, reason: 'as it is meant' });
      }),
    ).toBe(0);
  });
});

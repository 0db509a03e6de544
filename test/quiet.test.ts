import { Annotations, App, Stack } from 'aws-cdk-lib';
import { Certificates, Mesh, Microservices } from '../lib';
import flags from '../cdk.json';
import { service } from './support/stack';
import { isReportOfOwnWarnings } from './support/warning-report';

/** What the CDK prints of an app with such a stack. */
function printed(prepare: (stack: Stack) => void): readonly unknown[] {
  const error = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    const app = new App({ context: flags.context });
    prepare(new Stack(app, 'Stack'));
    app.synth();
    return error.mock.calls.flat();
  } finally {
    error.mockRestore();
  }
}

const open = (stack: Stack): Microservices =>
  new Microservices(stack, 'Shop', { services: { ui: service() }, certificates: Certificates.none() });

test('tests print no report of warnings of this library, one or several', () => {
  const one = printed(open);
  expect(one).toEqual([expect.stringContaining('WARNING certificates: ')]);
  expect(one.map(isReportOfOwnWarnings)).toEqual([true]);
  const several = printed((stack) => {
    new Microservices(stack, 'Shop', { services: { ui: service() }, mesh: Mesh.appMesh(), certificates: Certificates.none() });
  });
  expect(several).toEqual([expect.stringContaining('app-mesh-shut-down')]);
  expect(several.map(isReportOfOwnWarnings)).toEqual([true]);
});

test('fails to hide warnings of others, which stand beside those of this library', () => {
  const found = printed((stack) => {
    Annotations.of(open(stack)).addWarningV2('@aws-cdk/other:thing', 'something else');
  });
  expect(found).toEqual([expect.stringContaining('something else')]);
  expect(found.map(isReportOfOwnWarnings)).toEqual([false]);
});

test('fails to hide errors', () => {
  expect(() =>
    printed((stack) => {
      Annotations.of(open(stack)).addError('broken');
    }),
  ).toThrow('broken');
});

test.each([undefined, 3, new Error('x'), '', 'WARNING x', 'A copy of this report can be found in: /x', 'received: 3\n\nexpected: 4'])(
  'fails to hide what a test prints: %p',
  (text) => {
    expect(isReportOfOwnWarnings(text)).toBe(false);
  },
);

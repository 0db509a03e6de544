import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { format } from 'pretty-format';
import { Timeout } from '../../lib';
import { meshConfigSerializer, readableTemplate } from '../../lib/testing';
import * as serializerModule from '../../lib/testing/serializer';
import { build, service } from '../support/stack';

/** As Jest and Vitest print snapshots. */
const snapshotOf = (value: unknown): readonly string[] =>
  format(value, { plugins: [meshConfigSerializer], escapeRegex: true, printFunctionName: false }).split('\n');

const shop = (seconds: number) =>
  build({
    services: { ui: service({ calls: ['catalog'] }), catalog: service({ timeout: Timeout.perRequest(Duration.seconds(seconds)) }) },
  });

/** Lines that differ, without their indentation. */
function changedLines(before: readonly string[], after: readonly string[]): readonly string[] {
  expect(after).toHaveLength(before.length);
  return before.flatMap((line, index) => (line === after[index] ? [] : [`${line.trim()} -> ${after[index]?.trim()}`]));
}

test('a changed timeout is one changed line of a snapshot for each route that has it', () => {
  expect(changedLines(snapshotOf(shop(2).template), snapshotOf(shop(3).template))).toEqual([
    // The callee's own, which is longer than that of its callers.
    '"timeout": "7s", -> "timeout": "8s",',
    // The caller's: for methods that may be sent again after any failure, and for the others.
    '"timeout": "2s", -> "timeout": "3s",',
    '"timeout": "2s", -> "timeout": "3s",',
  ]);
});

test('a snapshot is the same of a Template and of its JSON, and of a task definition alone it is a part of that', () => {
  const { template } = shop(2);
  const whole = snapshotOf(template);
  expect(snapshotOf(template.toJSON())).toEqual(whole);
  const text = whole.map((line) => line.trim()).join('\n');
  const definitions = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
  expect(definitions.length).toBeGreaterThan(1);
  for (const definition of definitions)
    expect(text).toContain(
      snapshotOf(definition)
        .map((line) => line.trim())
        .join('\n'),
    );
});

test('no packed text is left in a snapshot', () => {
  const { template } = shop(2);
  const packed = JSON.stringify(template.toJSON()).match(/eP[k-n][A-Za-z0-9+/]{100,}/g) ?? [];
  expect(packed.length).toBeGreaterThan(1);
  const text = snapshotOf(template).join('\n');
  expect(packed.filter((each) => text.includes(each))).toEqual([]);
});

test('other values print as they do without it', () => {
  const value = { Environment: [{ Name: 'A', Value: 'b' }], list: [1, undefined, /x/], MESH_CONFIG: 'text' };
  expect(snapshotOf(value)).toEqual(format(value, { escapeRegex: true, printFunctionName: false }).split('\n'));
});

test('the module for a configuration file is the serializer itself for Jest, and has it as its default for Vitest', () => {
  expect(serializerModule).toMatchObject({ test: meshConfigSerializer.test, serialize: meshConfigSerializer.serialize });
  expect(serializerModule.default).toBe(meshConfigSerializer);
});

test('a readable template can be matched as any other: with values that CloudFormation fills in', () => {
  const { template } = build((stack) => ({
    services: { ui: service({ calls: ['files'] }) },
    external: { files: { host: `files.${stack.region}.example.com`, port: 443 } },
  }));
  const before = JSON.stringify(template.toJSON());
  for (const readable of [readableTemplate(template), readableTemplate(template.toJSON())])
    Template.fromJSON(readable).hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: Match.arrayWith([
        Match.objectLike({
          Name: 'mesh-init',
          Environment: Match.arrayWith([
            {
              Name: 'MESH_CONFIG',
              Value: Match.objectLike({
                envoy: Match.objectLike({
                  static_resources: Match.objectLike({ clusters: Match.arrayWith([Match.objectLike({ name: 'files' })]) }),
                }),
                variables: Match.objectLike({ MESH_IDENTITY: 'spiffe://shop.internal/ui' }),
              }),
            },
          ]),
        }),
      ]),
    });
  expect(JSON.stringify(readableTemplate(template))).toMatch(/"address":\{"Fn::Join":\["",\["files\.",\{"Ref":"AWS::Region"\}/);
  expect(JSON.stringify(readableTemplate(template))).not.toContain('MESH_VALUE_0');
  expect(JSON.stringify(template.toJSON())).toBe(before);
});

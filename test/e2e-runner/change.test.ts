import { changeOf, uniqueTextOf } from '../../programs/emulator/deployment/change';
import type { JsonObject } from '../../programs/emulator/template/intrinsics';

test.each<[string, string, JsonObject, JsonObject, ReturnType<typeof changeOf>]>([
  [
    'nothing differs, whatever the order of keys',
    'AWS::SSM::Parameter',
    { Tags: { A: 1, B: 2 } },
    { Tags: { B: 2, A: 1 } },
    { kind: 'none', properties: [] },
  ],
  ['a property that can be changed', 'AWS::SSM::Parameter', { Value: '1' }, { Value: '2' }, { kind: 'update', properties: ['Value'] }],
  [
    'one that cannot',
    'AWS::SSM::Parameter',
    { Name: 'a', Value: '1' },
    { Name: 'b', Value: '1' },
    { kind: 'replace', properties: ['Name'] },
  ],
  ['one that is gone', 'AWS::ECS::Service', { DesiredCount: 1 }, {}, { kind: 'update', properties: ['DesiredCount'] }],
  ['one that identifies it', 'AWS::Route53::RecordSet', { Name: 'a' }, { Name: 'b' }, { kind: 'replace', properties: ['Name'] }],
  [
    'the containers of a task definition',
    'AWS::ECS::TaskDefinition',
    { ContainerDefinitions: [1] },
    { ContainerDefinitions: [2] },
    { kind: 'replace', properties: ['ContainerDefinitions'] },
  ],
  ['a custom resource, which decides by itself', 'Custom::Any', { Of: 'a' }, { Of: 'b' }, { kind: 'update', properties: ['Of'] }],
  ['its function', 'Custom::Any', { ServiceToken: 'a' }, { ServiceToken: 'b' }, { kind: 'replace', properties: ['ServiceToken'] }],
])('what becomes of a resource: %s', (_, type, before, after, expected) => {
  expect(changeOf(type, before, after)).toEqual(expected);
});

test('fails if a resource of a type changes that the runner does not know', () => {
  expect(changeOf('AWS::New::Thing', { A: 1 }, { A: 1 }).kind).toBe('none');
  expect(() => changeOf('AWS::New::Thing', { A: 1 }, { A: 2 })).toThrow('how CloudFormation updates AWS::New::Thing');
});

test('what AWS takes for the same has the same text; without a name of its own, nothing is', () => {
  const record = { HostedZoneId: 'Z', Name: 'a.internal', Type: 'A' };
  expect(uniqueTextOf('AWS::Route53::RecordSet', { ...record, TTL: '60' })).toBe(
    uniqueTextOf('AWS::Route53::RecordSet', { ...record, TTL: '5' }),
  );
  expect(uniqueTextOf('AWS::Route53::RecordSet', { ...record, Name: 'b.internal' })).not.toBe(
    uniqueTextOf('AWS::Route53::RecordSet', record),
  );
  expect(uniqueTextOf('AWS::ECS::Service', { Cluster: 'C' })).toBeUndefined();
  expect(uniqueTextOf('AWS::KMS::Key', {})).toBeUndefined();
});

import { deploymentOrder, needsOf, referencesIn, renamed, reversed } from '../../programs/emulator/deployment/order';
import type { Json, Template } from '../../programs/emulator/template/intrinsics';

describe('what a value refers to', () => {
  test.each<[string, Json, readonly string[]]>([
    ['Ref', { Ref: 'Key' }, ['Key']],
    ['GetAtt as a list and as text', [{ 'Fn::GetAtt': ['Root', 'certificate'] }, { 'Fn::GetAtt': 'Key.Arn' }], ['Root', 'Key']],
    ['Join', { 'Fn::Join': ['', ['[{"keyArn":"', { 'Fn::GetAtt': ['Key', 'Arn'] }, '"}]']] }, ['Key']],
    [
      'Sub, but for its own variables and its literals',
      { 'Fn::Sub': ['${Key.Arn} ${Own} ${!Not}', { Own: { Ref: 'Secret' } }] },
      ['Key', 'Secret'],
    ],
    ['nothing', { Text: 'Ref', Number: 1, Nothing: null }, []],
  ])('%s', (_, value, expected) => {
    expect(referencesIn(value)).toEqual(expected);
  });
});

describe('the order in which resources are made', () => {
  const order = (resources: Template['Resources']): readonly string[] =>
    deploymentOrder(resources === undefined ? {} : { Resources: resources });

  test('each comes after those that it refers to, and after those that it depends on', () => {
    const made = order({
      Alarm: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { AlarmName: { Ref: 'LogGroup' }, AlarmActions: [{ 'Fn::GetAtt': ['Issuer', 'Arn'] }] },
        DependsOn: ['Permission'],
      },
      Issuer: {
        Type: 'AWS::Lambda::Function',
        Properties: { Environment: { Variables: { ISSUER: { 'Fn::GetAtt': ['Set', 'issuer'] }, ACCOUNT: { Ref: 'AWS::AccountId' } } } },
      },
      Set: {
        Type: 'Custom::MeshAuthoritySet',
        Properties: { Authorities: [{ Certificate: { 'Fn::GetAtt': ['Root', 'certificate'] } }], LogGroups: [{ Ref: 'LogGroup' }] },
      },
      Root: { Type: 'Custom::MeshAuthority', Properties: { KeyArn: { 'Fn::Sub': '${Key.Arn}' } } },
      Permission: { Type: 'AWS::Lambda::Permission', Properties: {}, DependsOn: 'Issuer' },
      LogGroup: { Type: 'AWS::Logs::LogGroup' },
      Key: { Type: 'AWS::KMS::Key' },
    });
    expect(made).toEqual(['LogGroup', 'Key', 'Root', 'Set', 'Issuer', 'Permission', 'Alarm']);
  });

  test('fails if resources need each other', () => {
    expect(() => order({ A: { Type: 'T', Properties: { Of: { Ref: 'B' } } }, B: { Type: 'T', DependsOn: 'A' } })).toThrow(
      'in a cycle: A -> B -> A',
    );
  });

  test('is empty for a template without resources', () => {
    expect(order(undefined)).toEqual([]);
  });
});

describe('what a resource needs', () => {
  const template: Template = {
    Parameters: { Size: { Type: 'String' } },
    Resources: {
      Key: { Type: 'AWS::KMS::Key' },
      Root: { Type: 'T', Properties: { Of: [{ Ref: 'Key' }, { 'Fn::Sub': '${Key.Arn}' }, { Ref: 'Size' }] }, DependsOn: 'Key' },
    },
  };

  test('is each of those that it refers to or depends on, once', () => {
    expect([...needsOf(template)]).toEqual([
      ['Key', []],
      ['Root', ['Key']],
    ]);
  });

  test('is what needs it, the other way round', () => {
    expect([...reversed(needsOf(template))]).toEqual([
      ['Key', ['Root']],
      ['Root', []],
    ]);
  });

  test('has another name everywhere', () => {
    const of = [
      { Ref: 'Key' },
      { 'Fn::GetAtt': ['Key', 'Arn'] },
      { 'Fn::GetAtt': 'Key.Arn' },
      { 'Fn::Sub': ['${Key.Arn} ${Own} ${!Key}', { Own: { Ref: 'Key' } }] },
    ];
    expect(renamed(of, (id) => `${id}~2`)).toEqual([
      { Ref: 'Key~2' },
      { 'Fn::GetAtt': ['Key~2', 'Arn'] },
      { 'Fn::GetAtt': 'Key~2.Arn' },
      { 'Fn::Sub': ['${Key~2.Arn} ${Own} ${!Key}', { Own: { Ref: 'Key~2' } }] },
    ]);
  });
});

import { withoutConditions } from '../../programs/emulator/deployment/conditions';
import type { Json, JsonObject, Template } from '../../programs/emulator/template/intrinsics';

const template = (condition: Json): Template => ({
  Parameters: { Size: { Type: 'String', Default: 'large' } },
  Conditions: { Large: { 'Fn::Equals': [{ Ref: 'Size' }, 'large'] }, Asked: condition },
  Resources: {
    Maybe: { Type: 'T', Condition: 'Asked' },
    Always: {
      Type: 'T',
      DependsOn: ['Maybe', 'Base'],
      Properties: {
        Of: { 'Fn::If': ['Asked', { Ref: 'Maybe' }, 'nobody'] },
        Gone: { 'Fn::If': ['Asked', 'there', { Ref: 'AWS::NoValue' }] },
      },
    },
    Base: { Type: 'T' },
  },
});

test.each<[string, Json, boolean]>([
  ['another one', { Condition: 'Large' }, true],
  ['what two values are', { 'Fn::Equals': [{ Ref: 'Size' }, 'small'] }, false],
  ['the opposite', { 'Fn::Not': [{ Condition: 'Large' }] }, false],
  ['all of several', { 'Fn::And': [{ Condition: 'Large' }, { 'Fn::Equals': ['a', 'b'] }] }, false],
  ['one of several', { 'Fn::Or': [{ 'Fn::Equals': ['a', 'b'] }, { Condition: 'Large' }] }, true],
])('a condition says what is there: %s', (_, condition, isThere) => {
  const { Resources: resources = {}, Conditions: left } = withoutConditions(template(condition));
  expect(left).toBeUndefined();
  expect(Object.keys(resources)).toEqual(isThere ? ['Maybe', 'Always', 'Base'] : ['Always', 'Base']);
  expect(resources['Always']).toEqual({
    Type: 'T',
    DependsOn: isThere ? ['Maybe', 'Base'] : ['Base'],
    Properties: isThere ? { Of: { Ref: 'Maybe' }, Gone: 'there' } : { Of: 'nobody', Gone: { Ref: 'AWS::NoValue' } },
  });
});

test('parameters have the values that the deployment gives them', () => {
  const { Resources: resources = {} } = withoutConditions(template({ Condition: 'Large' }), { Size: 'small' });
  expect(Object.keys(resources)).toEqual(['Always', 'Base']);
});

test.each<[string, JsonObject, string]>([
  ['is not there', { Maybe: { Condition: 'Other' } }, 'no condition "Other"'],
  ['is none that the runner knows', { Maybe: { 'Fn::Contains': [] } }, 'does not know the condition {"Fn::Contains":[]}'],
])('fails if a condition %s', (_, { Maybe: condition }, message) => {
  expect(() => withoutConditions({ ...template(condition ?? null) })).toThrow(message);
});
